"""Compilation of plain functions with numba, module by module, to machine code."""

from __future__ import annotations

import contextlib
import importlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from types import FunctionType, ModuleType
from typing import Any

from sim.simulation.machine_code import OF_NUMBA, MachineCode, as_taken


def load_numba() -> Any:
    """Import numba, untyped: its type stubs lack some options.

    Returns
    -------
    module
        The package numba.

    Raises
    ------
    ImportError
        If numba is not installed.
    """
    return importlib.import_module("numba")


def compile_modules(
    modules: Iterable[str],
    inlined: Collection[str],
    expanded: Collection[str],
    called: Collection[str],
    settings: Mapping[str, Any],
) -> dict[Any, Any]:
    """Compile the functions of several modules.

    Parameters
    ----------
    modules : iterable of str
        Names of the modules. A module stands after the modules whose functions it calls.
    inlined : collection of str
        Names of the modules whose functions are inlined where they are called.
    expanded : collection of str
        Names of functions that are not compiled on their own: their source is put where they are
        called, and is optimised once with the source around it.
    called : collection of str
        Names of functions that keep a call where they are called, also in modules of `inlined`.
    settings : mapping
        Options of `numba.njit`.

    Returns
    -------
    dict
        Compiled function of each plain function.
    """
    compiled_of: dict[Any, Any] = {}
    for name in modules:
        options = {**settings, "no_cpython_wrapper": True}
        compile_alone = load_numba().njit(**options, forceinline=name in inlined)
        expand = load_numba().njit(**options, inline="always")
        call = load_numba().njit(**options)
        compiler_of = {**dict.fromkeys(expanded, expand), **dict.fromkeys(called, call)}
        _compile(importlib.import_module(name), compiled_of, compiler_of, compile_alone)
    return compiled_of


def machine_code(
    function: FunctionType, taken: Sequence[Any], settings: Mapping[str, Any]
) -> MachineCode:
    """Compile one function to machine code that runs without numba.

    Parameters
    ----------
    function : function
        Function to compile; the compiled functions that it calls are among its global names.
    taken : sequence
        Examples of its arguments, which tell their types.
    settings : mapping
        Options of `numba.njit`.

    Returns
    -------
    MachineCode
        The function and all that it calls.

    Raises
    ------
    RuntimeError
        If the code calls functions of numba, or takes its arguments in another way than
        `machine_code.as_taken`.
    """
    numba = load_numba()
    alone = numba.njit(**settings, no_cpython_wrapper=True, no_cfunc_wrapper=True)(function)
    types = tuple(map(numba.typeof, taken))
    alone.compile(types)
    library, about = attrgetter("library", "fndesc")(alone.overloads[types])
    name = about.llvm_func_name
    called = re.findall(r'^declare [^@]*@"?([^"(]+)', library.get_llvm_str(), re.MULTILINE)
    if own := sorted(other for other in called if other.startswith(OF_NUMBA)):
        raise RuntimeError(f"the compiled code cannot run without numba: it calls {', '.join(own)}")
    numbers = 2 + len([number for one in taken for number in as_taken(one)])
    if len([*library.get_function(name).arguments]) != numbers:
        raise RuntimeError("numba calls compiled functions in another way than machine_code does")
    _, _, (content, _) = library.serialize_using_object_code()
    return MachineCode(name, content)


def copy_function(function: Any, names: dict[str, Any]) -> FunctionType:
    """Copy a function; the copy looks up its global names in another dictionary.

    Parameters
    ----------
    function : function
        Function to copy.
    names : dict
        Global names of the copy.

    Returns
    -------
    function
        The copy.

    Examples
    --------
    >>> def double():
    ...     return 2 * x
    >>> copy_function(double, {"x": 3})()
    6
    """
    copy = FunctionType(function.__code__, names, function.__name__)
    copy.__module__ = function.__module__
    return copy


@contextlib.contextmanager
def configured(config: Any, **settings: object) -> Iterator[None]:
    """Change settings that the whole process shares, for the time of a `with` block.

    Parameters
    ----------
    config : module
        Configuration of numba.
    **settings
        Settings and their values within the block.
    """
    before = {name: getattr(config, name) for name in settings}
    vars(config).update(settings)
    try:
        yield
    finally:
        vars(config).update(before)


def _compile(
    module: ModuleType, compiled_of: dict[Any, Any], compiler_of: Mapping[str, Any], usual: Any
) -> None:
    """Compile the functions of a module, and add them to `compiled_of`.

    Functions named in `compiler_of` have a compiler of their own. The compiled functions call one
    another and the functions compiled before.
    """
    names = dict(vars(module))
    functions = {name: f for name, f in names.items() if isinstance(f, FunctionType)}
    for function in functions.values():
        if function.__module__ == module.__name__:
            compiler = compiler_of.get(function.__name__, usual)
            compiled_of[function] = compiler(copy_function(function, names))
    names.update({name: compiled_of[f] for name, f in functions.items() if f in compiled_of})
