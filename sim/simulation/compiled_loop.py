"""The loop over lives as machine code, which is kept in the cache of the user.

Numba compiles the same functions that SimPy drives, once for all scenarios.
"""

from __future__ import annotations

import functools
import importlib.metadata
import importlib.util
import os
import sys
import warnings

import numpy as np

from sim.simulation import compiler, lives
from sim.simulation.code_cache import folder_of, holds_code, through_cache
from sim.simulation.machine_code import Loop, MachineCode, from_bytes, linked, llvm, to_bytes
from sim.simulation.model import next_kind, react, runs_out, stands, start
from sim.simulation.records import KINDS, PARAMS, PATIENT, STATE

MODULES = (
    "sim.simulation.biology.decay",
    "sim.simulation.biology.bone",
    "sim.simulation.biology.markers",
    "sim.simulation.biology.fractures",
    "sim.simulation.biology.mortality",
    "sim.simulation.biology.tolerance",
    "sim.simulation.model.by_days",
    "sim.simulation.model.stopping",
    "sim.simulation.model.own_accrual",
    "sim.simulation.model.bone",
    "sim.simulation.model.action",
    "sim.simulation.model.mortality",
    "sim.simulation.model.ratio",
    "sim.simulation.model.planning",
    "sim.simulation.model.rules",
    "sim.simulation.model.reviews",
    "sim.simulation.model.screening",
    "sim.simulation.model.hazards",
    "sim.simulation.model.fracture",
    "sim.simulation.model.dosing",
    "sim.simulation.model.tolerance",
    "sim.simulation.model.measuring",
    "sim.simulation.model",
)
"""Modules of the model. A module stands after the modules whose functions it calls."""

_OFTEN = "by_days", "bone", "reviews", "screening", "hazards", "action", "fracture", "dosing"
INLINED = ("sim.simulation.model", *(f"sim.simulation.model.{name}" for name in _OFTEN))
"""Modules whose functions are inlined where they are called, which saves a third of the time."""

CALLED = ("set_hazards",)
"""Functions that are not inlined: large ones that are called at several places. Inlined, they would
take up to a third of the time of compilation, and gain nothing."""

_EVENTS = "measurement", "plan", "intolerance", "infusion", "reaction", "review", "fracture"
EXPANDED = ("react", *(f"on_{event}" for event in _EVENTS))
"""Large functions that are called at one place. They are put into the loop as source: compiled on
their own, they would be optimised again inside `live` and the loop, which takes twice as long."""

OPTIMISE = 3
"""Optimisation level. Code of level 1 takes a tenth longer to run, and a little less to compile."""

SOURCES = (
    *MODULES,
    "sim.vocabulary",
    "sim.simulation.records",
    "sim.simulation.compiler",
    "sim.simulation.machine_code",
    "sim.simulation.lives",
    __name__,
)
"""Modules whose text decides which compiled code may be used again."""

COMPILER = {"error_model": "numpy", "_nrt": False}
"""Options of numba. The code does not check for division by zero, which the model never does. Fast
arithmetic stays off, because compiled and interpreted numbers must be equal to the last bit. The
code neither keeps nor makes arrays, so it need not count who holds them, which took a third of the
time. Numba calls this option private, and uses it for such functions of its own."""


@functools.cache
def loop() -> Loop:
    """Loop over patients, compiled once per process.

    Returns
    -------
    callable
        The compiled loop. Without numba, or with NUMBA_DISABLE_JIT, the loop in plain Python, with
        a warning.
    """
    if importlib.util.find_spec("numba") is None:
        warnings.warn("numba is not installed: the batch engine runs uncompiled", stacklevel=2)
        return lives.follow_plainly
    if os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0"):
        warnings.warn("NUMBA_DISABLE_JIT is set: the batch engine runs uncompiled", stacklevel=2)
        return lives.follow_plainly
    return linked(from_bytes(through_cache(folder(), in_bytes)))


def is_ready() -> bool:
    """Whether the compiled loop is in the cache already.

    Returns
    -------
    bool
        True if a new process will load the compiled code and not compile it.
    """
    return importlib.util.find_spec("numba") is not None and holds_code(folder())


def in_bytes() -> bytes:
    """Compile the loop, and return the machine code as the cache keeps it."""
    return to_bytes(compiled())


def folder() -> str | None:
    """The folder of the cache for the loop as this process would compile it, or None."""
    return folder_of(SOURCES, _made_with())


def _made_with() -> str:
    """What machine code depends on beside the sources: versions, processor, and what was asked."""
    host = llvm()
    versions = [importlib.metadata.version(package) for package in ("numba", "llvmlite")]
    asked = [os.environ.get(f"NUMBA_CPU_{what}", "") for what in ("NAME", "FEATURES")]
    processor = [host.get_process_triple(), host.get_host_cpu_name()]
    features = host.get_host_cpu_features().flatten()
    return "\n".join([sys.version, *versions, *processor, features, *asked])


def compiled(**options: bool) -> MachineCode:
    """Compile the loop and every function of the model that it calls.

    Parameters
    ----------
    **options : bool
        Further options of `numba.njit`, such as `boundscheck`.

    Returns
    -------
    MachineCode
        The compiled loop; `machine_code.linked` makes a function of it.

    Raises
    ------
    ImportError
        Without numba.
    RuntimeError
        As of `compiler.machine_code`.
    """
    numba = compiler.load_numba()
    settings = {**COMPILER, **options}
    compiled_of = compiler.compile_modules(MODULES, INLINED, EXPANDED, CALLED, settings)
    called = (start, next_kind, runs_out, react, stands)
    names = {**vars(lives), **{f.__name__: compiled_of[f] for f in called}}
    live = compiler.copy_function(lives.live, names)
    names["live"] = numba.njit(**settings, inline="always")(live)
    follow = compiler.copy_function(lives.follow_records, names)
    room = np.zeros(2, STATE), np.zeros(KINDS, np.int64), lives.empty_log(0)
    taken = np.zeros(1, PARAMS), np.zeros(0, PATIENT), np.zeros((0, 1)), *room, 0
    with compiler.configured(numba.config, OPT=OPTIMISE):
        return compiler.machine_code(follow, taken, settings)
