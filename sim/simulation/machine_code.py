"""Machine code of the loop over lives, as it was compiled: kept as bytes, and run through LLVM.

Numba compiles. To run what it made, LLVM is enough: the code needs nothing but mathematics of the C
library. A process that finds the code in the cache does not load numba, which takes 0.5 seconds and
70 MB.
"""

from __future__ import annotations

import ctypes
import importlib
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from sim.simulation.records import PARAMS, PATIENT, STATE

Loop = Callable[..., tuple[int, int]]
"""The loop over lives: takes and returns what `lives.follow_records` does."""

OF_NUMBA = ("numba", "NRT_", "Py")
"""How the names of functions begin that are there only where numba is loaded."""

READ = (PARAMS, PATIENT, np.float64, STATE, np.int64, np.int64, np.int64, np.int64, np.float64)
"""What the arrays hold that the loop reads and writes, those of the log last."""


class MachineCode(NamedTuple):
    """Machine code of one function.

    Attributes
    ----------
    name : str
        Name of the function in the object file.
    content : bytes
        The object file.
    """

    name: str
    content: bytes


def to_bytes(code: MachineCode) -> bytes:
    """Machine code as it is kept in a file: a line with the name, then the object file.

    Examples
    --------
    >>> from_bytes(to_bytes(MachineCode("loop", b"...")))
    MachineCode(name='loop', content=b'...')
    """
    return code.name.encode() + b"\n" + code.content


def from_bytes(kept: bytes) -> MachineCode:
    """Machine code from the bytes of `to_bytes`."""
    name, content = kept.split(b"\n", 1)
    return MachineCode(name.decode(), content)


def llvm() -> Any:
    """Import LLVM, untyped, and make it ready for this processor.

    Returns
    -------
    module
        The package llvmlite.binding.

    Raises
    ------
    ImportError
        If llvmlite is not installed.
    """
    binding = importlib.import_module("llvmlite.binding")
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    return binding


def linked(code: MachineCode) -> Loop:
    """Link machine code of `lives.follow_records` into this process.

    Parameters
    ----------
    code : MachineCode
        The code, compiled for this processor.

    Returns
    -------
    callable
        The loop. Other threads go on while it runs.

    Raises
    ------
    KeyError
        If the object file has no function of that name.
    """
    binding = llvm()
    machine = binding.Target.from_default_triple().create_target_machine(jit=True)
    engine = binding.create_mcjit_compiler(binding.parse_assembly(""), machine)
    engine.add_object_file(binding.ObjectFileRef.from_data(code.content))
    engine.finalize_object()
    address = engine.get_function_address(code.name)
    if not address:
        raise KeyError(code.name)
    called = ctypes.CFUNCTYPE(ctypes.c_int32)(address)

    # the engine owns the code, which has to stay as long as the function
    def follow(*taken: Any, _keeping: Any = engine) -> tuple[int, int]:
        *arrays, log, _ = taken
        if [array.dtype for array in (*arrays, *log)] != [*READ]:
            raise TypeError("the compiled loop was given other arrays than those that it reads")
        reached, error = (ctypes.c_int64 * 2)(), ctypes.c_void_p()
        numbers = [ctypes.c_int64(number) for one in taken for number in as_taken(one)]
        failed = called(ctypes.byref(reached), ctypes.byref(error), *numbers)
        if failed:
            raise RuntimeError(f"the compiled loop ended with status {failed}")
        done, rows = reached
        return done, rows

    return follow


def as_taken(argument: Any) -> Iterator[int]:
    """Return the numbers by which numba's code takes an argument.

    Parameters
    ----------
    argument : array, tuple or int
        An array is two owners, of which there are none, its size, the bytes of an item, its
        address, its lengths and its steps. A tuple is its parts.

    Returns
    -------
    iterator of int
        The numbers, after the places for what is returned and for an error.

    Raises
    ------
    TypeError
        For an array that is not in one piece.

    Examples
    --------
    >>> len([*as_taken(np.zeros((2, 3)))]), [*as_taken((4, 5))]
    (9, [4, 5])
    """
    if isinstance(argument, tuple):
        for part in argument:
            yield from as_taken(part)
    elif isinstance(argument, np.ndarray):
        if not argument.flags.c_contiguous:
            raise TypeError("the compiled loop cannot read an array that is not in one piece")
        yield from (0, 0, argument.size, argument.itemsize, argument.ctypes.data)
        yield from (*argument.shape, *argument.strides)
    else:
        yield int(argument)
