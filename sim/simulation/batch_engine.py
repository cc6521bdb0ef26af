"""The batch engine: the functions of the model in a compiled loop, for many patients.

The same functions that SimPy drives, compiled by numba once for all scenarios. Where numba is
absent they run as plain Python, slowly, with the same log.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import importlib.util
import warnings
from collections.abc import Callable, Iterator
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from sim.simulation.code_cache import folder_of, holds_code
from sim.simulation.model import next_kind, react, runs_out, start
from sim.simulation.records import (
    DEATH,
    END,
    KINDS,
    PARAMS,
    PATIENT,
    REVIEW,
    STATE,
    Inputs,
    Log,
    OutOfDraws,
    plain,
)

# Modules of the model, those that are called before those that call.
MODULES = (
    "sim.simulation.biology.decay",
    "sim.simulation.biology.bone",
    "sim.simulation.biology.markers",
    "sim.simulation.biology.fractures",
    "sim.simulation.biology.mortality",
    "sim.simulation.biology.tolerance",
    "sim.simulation.model.action",
    "sim.simulation.model.fracture",
    "sim.simulation.model.planning",
    "sim.simulation.model.dosing",
    "sim.simulation.model.tolerance",
    "sim.simulation.model.measuring",
    "sim.simulation.model",
)

OFTEN = ("sim.simulation.model.fracture", "sim.simulation.model.dosing", "sim.simulation.model")
"""Modules whose functions are written out where they are called: a fifth of the time less."""

OPTIMISE = 1
"""The compiler's level: its highest, 3, gives no faster code here and takes a third longer."""

ROWS_A_PATIENT = 128
"""Rows of the log that there is room for at first; where they do not do, there are more."""

SOURCES = (*MODULES, "sim.vocabulary", "sim.simulation.records", __name__)

COMPILER = {"error_model": "numpy"}
"""A division by zero, which the model has none of, need not be looked for. No liberties with
rounding: the compiled model has to give the very numbers of the interpreted one."""

FULL, OUT = -1, -2
"""What stands in place of rows where the log is full, or random numbers run out."""

Loop = Callable[..., tuple[int, int]]


def simulate(inputs: Inputs, follow: Loop | None = None) -> Log:
    """Follow every patient of the inputs to death or the end of follow-up.

    `follow` is the loop to use, the compiled one unless another is given. Raises OutOfDraws when a
    patient has more fractures than random numbers were prepared for.
    """
    follow = loop() if follow is None else follow
    params, count = inputs.params.reshape(1), len(inputs.patients)
    done, parts, room = 0, [], 0
    while done < count:
        room = max(2 * room, ROWS_A_PATIENT * (count - done))
        log = _room(room)
        done, rows = follow(params, inputs.patients, inputs.draws, log, done)
        if rows == OUT:
            raise OutOfDraws
        parts.append(Log._make(column[:rows] for column in log))
    if len(parts) == 1:
        return parts[0]
    return Log._make(np.concatenate(columns) for columns in zip(*parts, strict=True))


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


def _room(rows: int) -> Log:
    """An empty log."""
    patient, day, kind = (np.empty(rows, np.int64) for _ in range(3))
    return Log(patient, day, kind, np.empty(rows))


def live(
    i: int, state: Any, due: Any, patient: Any, params: Any, draws: Any, log: Any, rows: int
) -> int:
    """One life, event by event, into the log from `rows` on; returns the rows then used.

    Returns FULL where the log is full, OUT where random numbers run out: an exception would leave
    what compiled code holds in memory for good.
    """
    start(state, due, patient, params, draws)
    kind = -1
    while kind != DEATH and kind != END:
        kind = next_kind(due)
        day = due[kind]
        if runs_out(kind, state, params):
            return OUT
        value = react(kind, day, state, due, patient, params, draws)
        if kind != REVIEW:
            if rows == len(log.day):
                return FULL
            log.patient[rows] = i
            log.day[rows] = day
            log.kind[rows] = kind
            log.value[rows] = value
            rows += 1
    return rows


def follow_records(params: Any, patients: Any, draws: Any, log: Any, first: int) -> tuple[int, int]:
    """Follow patients from `first` on; returns who is next when the log is full, and its rows.

    Instead of rows, OUT where random numbers run out.
    """
    states = np.zeros(2, STATE)
    due = np.zeros(KINDS, np.int64)
    rows = 0
    for i in range(first, len(patients)):
        states[0] = states[1]
        reached = live(i, states[0], due, patients[i], params[0], draws[i], log, rows)
        if reached < 0:
            return i, rows if reached == FULL else OUT
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
            return i, rows if reached == FULL else OUT
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
        inline = {"forceinline": True} if name in OFTEN else {}
        how_here = numba.njit(**how, **inline, no_cpython_wrapper=True)
        _compile(importlib.import_module(name), made, how_here)
    names = {**globals(), **{f.__name__: made[f] for f in (start, next_kind, runs_out, react)}}
    names["live"] = numba.njit(**how)(_again(live, names))
    with _settings(numba.config, CACHE_DIR=cache or "", OPT=OPTIMISE):
        loop: Loop = numba.njit(**how, nogil=True, cache=cache is not None)(
            _again(follow_records, names)
        )
        loop(np.zeros(1, PARAMS), np.zeros(0, PATIENT), np.zeros((0, 1)), _room(0), 0)
    return loop


@contextlib.contextmanager
def _settings(config: Any, **settings: object) -> Iterator[None]:
    """The compiler's settings for a while; it has them in one place for the whole process."""
    before = {name: getattr(config, name) for name in settings}
    vars(config).update(settings)
    try:
        yield
    finally:
        vars(config).update(before)


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
