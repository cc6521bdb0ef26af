"""The batch engine: the functions of the model in a compiled loop, for many patients.

The same functions that SimPy drives, compiled by numba once for all scenarios. Where numba is
absent they run as plain Python, slowly, with the same log.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import warnings
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from sim.code_cache import folder_of, holds_code
from sim.model import next_kind, react, start
from sim.schema import DEATH, END, KINDS, REVIEW, STATE, Inputs, Log, plain

# Modules of the model, those that are called before those that call.
MODULES = (
    "sim.biology.decay",
    "sim.biology.bone",
    "sim.biology.markers",
    "sim.biology.fractures",
    "sim.biology.mortality",
    "sim.biology.tolerance",
    "sim.model.action",
    "sim.model.fracture",
    "sim.model.planning",
    "sim.model.dosing",
    "sim.model.tolerance",
    "sim.model.measuring",
    "sim.model",
)

ROWS_A_PATIENT = 128
"""Rows of the log that there is room for at first; where they do not do, there are more."""

SOURCES = (*MODULES, "sim.schema", __name__)

COMPILER = {"error_model": "numpy"}
"""A division by zero, which the model has none of, need not be looked for. No liberties with
rounding: the compiled model has to give the very numbers of the interpreted one."""

Loop = Callable[..., tuple[int, int]]


def simulate(
    inputs: Inputs, progress: Callable[[int], None] | None = None, follow: Loop | None = None
) -> Log:
    """Follow every patient of the inputs to death or the end of follow-up.

    `progress` is told the number of patients done when all are; `follow` is the loop to use, the
    compiled one unless another is given. Raises OutOfDraws when a patient has more fractures than
    random numbers were prepared for.
    """
    follow = loop() if follow is None else follow
    params, count = inputs.params.reshape(1), len(inputs.patients)
    done, parts, room = 0, [], 0
    while done < count:
        room = max(2 * room, ROWS_A_PATIENT * (count - done))
        log = Log(*(np.empty(room, kind) for kind in ("i8", "i8", "i8", "f8")))
        done, rows = follow(params, inputs.patients, inputs.draws, log, done)
        parts.append([column[:rows] for column in log])
    if progress is not None:
        progress(count)
    return Log(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


@functools.cache
def loop() -> Loop:
    """The loop over patients: compiled where numba is there, else plain Python, which is said."""
    if importlib.util.find_spec("numba") is None:
        warnings.warn("numba is not installed: the batch engine runs uncompiled", stacklevel=2)
        return follow_plainly
    return compiled(folder_of(SOURCES))


def is_ready() -> bool:
    """True where the compiled loop waits in the cache for a process that wants it."""
    return holds_code(folder_of(SOURCES))


def live(
    i: int, state: Any, due: Any, patient: Any, params: Any, draws: Any, log: Any, rows: int
) -> int:
    """One life, event by event, into the log from `rows` on; returns the rows then used.

    Returns -1 where the log is full.
    """
    start(state, due, patient, params, draws)
    kind = -1
    while kind != DEATH and kind != END:
        kind = next_kind(due)
        day = due[kind]
        value = react(kind, day, state, due, patient, params, draws)
        if kind != REVIEW:
            if rows == len(log.day):
                return -1
            log.patient[rows] = i
            log.day[rows] = day
            log.kind[rows] = kind
            log.value[rows] = value
            rows += 1
    return rows


def follow_records(params: Any, patients: Any, draws: Any, log: Any, first: int) -> tuple[int, int]:
    """Follow patients from `first` on; returns who is next when the log is full, and its rows."""
    states = np.zeros(2, STATE)
    due = np.zeros(KINDS, np.int64)
    rows = 0
    for i in range(first, len(patients)):
        states[0] = states[1]
        reached = live(i, states[0], due, patients[i], params[0], draws[i], log, rows)
        if reached < 0:
            return i, rows
        rows = reached
    return len(patients), rows


def follow_plainly(params: Any, patients: Any, draws: Any, log: Any, first: int) -> tuple[int, int]:
    """The same without a compiler: records become plain objects, which Python can read."""
    shared, rows = plain(params[0]), 0
    for i in range(first, len(patients)):
        state, due = plain(np.zeros((), STATE)), [0] * KINDS
        patient, numbers = plain(patients[i]), draws[i].tolist()
        reached = live(i, state, due, patient, shared, numbers, log, rows)
        if reached < 0:
            return i, rows
        rows = reached
    return len(patients), rows


def compiled(cache: str | None, **options: bool) -> Loop:
    """The loop with every function of the model that it calls, compiled.

    `cache` is a folder that keeps the machine code for the next process, None keeps none; `options`
    are more of the compiler's, such as `boundscheck`.
    """
    numba: Any = importlib.import_module("numba")  # its types do not know all of its options
    how = {**COMPILER, **options}
    made: dict[Any, Any] = {}
    for name in MODULES:
        _compile(importlib.import_module(name), made, numba.njit(**how, no_cpython_wrapper=True))
    names = {**globals(), **{f.__name__: made[f] for f in (start, next_kind, react)}}
    names["live"] = numba.njit(**how)(_again(live, names))
    before, numba.config.CACHE_DIR = numba.config.CACHE_DIR, cache or ""
    try:
        decorate = numba.njit(**how, nogil=True, cache=cache is not None)
        return decorate(_again(follow_records, names))  # type: ignore[no-any-return]
    finally:
        numba.config.CACHE_DIR = before


def _compile(module: ModuleType, made: dict[Any, Any], compiler: Any) -> None:
    """Add the functions of a module; they call what was compiled before, and one another."""
    names = dict(vars(module))
    for function in [value for value in names.values() if isinstance(value, FunctionType)]:
        if function.__module__ == module.__name__:
            made[function] = compiler(_again(function, names))
    names.update(
        {name: made[value] for name, value in vars(module).items() if _is_made(value, made)}
    )


def _is_made(value: object, made: dict[Any, Any]) -> bool:
    return isinstance(value, FunctionType) and value in made


def _again(function: Any, names: dict[str, Any]) -> FunctionType:
    """A function once more, with other names around it."""
    copy = FunctionType(function.__code__, names, function.__name__)
    copy.__module__ = function.__module__
    return copy
