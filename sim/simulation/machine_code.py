"""Machine code of the loop over lives, as it was compiled: kept as bytes, and run through LLVM.

Numba compiles. To run what it made, LLVM is enough: the code needs nothing but mathematics of the C
library. A process that finds the code in the cache does not load numba, which takes 0.6 seconds and
70 MB.
"""

from __future__ import annotations

import ctypes
import importlib
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.simulation.records import PARAMS, PATIENT, STATE, Log

Loop = Callable[..., tuple[int, int]]
"""The loop over lives: takes and returns what `lives.follow_records` does."""

MATHEMATICS = {"erfc", "exp", "expm1", "log", "log1p", "memcpy", "memmove", "memset", "pow"}
"""Functions of the C library that machine code may call."""


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

    def follow(
        params: Any, patients: Any, draws: Any, states: Any, due: Any, log: Log, first: int,
        _keeping: Any = engine,
    ) -> tuple[int, int]:  # fmt: skip
        reached, error = (ctypes.c_int64 * 2)(), ctypes.c_void_p()
        arrays = [(params, PARAMS), (patients, PATIENT), (draws, np.float64), (states, STATE)]
        arrays += [(due, np.int64), *((column, np.int64) for column in log[:3])]
        arrays += [(log.value, np.float64)]
        taken = [ctypes.c_int64(n) for array, dtype in arrays for n in _as_taken(array, dtype)]
        failed = called(ctypes.byref(reached), ctypes.byref(error), *taken, ctypes.c_int64(first))
        if failed:
            raise RuntimeError(f"the compiled loop ended with status {failed}")
        done, rows = reached
        return done, rows

    return follow


def _as_taken(array: npt.NDArray[Any], dtype: Any) -> Iterator[int]:
    """An array as numba's code takes it: no owners, size, bytes a number, address, lengths, steps.

    Raises TypeError for an array that the code would misread.
    """
    if array.dtype != dtype or not array.flags.c_contiguous:
        raise TypeError(f"the compiled loop cannot read an array of {array.dtype}")
    yield from (0, 0, array.size, array.itemsize, array.ctypes.data, *array.shape, *array.strides)
