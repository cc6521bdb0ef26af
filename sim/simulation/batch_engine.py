"""The batch engine: the functions of the model in a compiled loop over many patients.

Numba compiles the same functions that SimPy drives, once for all scenarios. Without numba the
functions run as plain Python: slower, with the same log.
"""

from __future__ import annotations

import functools
import importlib.util
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from sim.simulation import compiler
from sim.simulation.code_cache import folder_of, holds_code, through_cache
from sim.simulation.model import next_kind, react, runs_out, stands, start
from sim.simulation.plain import plain
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
)

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
take a third of the time of compilation, and gain nothing."""

_EVENTS = "measurement", "plan", "intolerance", "infusion", "reaction", "review", "fracture"
EXPANDED = ("react", *(f"on_{event}" for event in _EVENTS))
"""Large functions that are called at one place. They are put into the loop as source: compiled on
their own, they would be optimised again inside `live` and the loop, which takes twice as long."""

OPTIMISE = 3
"""Optimisation level. Code of level 1 takes a tenth longer to run, and a little less to compile."""

ROWS_PER_PATIENT = 128
"""Rows of the log that are allocated per patient at first. A full log continues in a larger one."""

SOURCES = (
    *MODULES,
    "sim.vocabulary",
    "sim.simulation.records",
    "sim.simulation.compiler",
    __name__,
)
"""Modules whose text decides which compiled code may be used again."""

COMPILER = {"error_model": "numpy", "_nrt": False}
"""Options of numba. The code does not check for division by zero, which the model never does. Fast
arithmetic stays off, because compiled and interpreted numbers must be equal to the last bit. The
code neither keeps nor makes arrays, so it need not count who holds them, which took a third of the
time. Numba calls this option private, and uses it for such functions of its own."""

FULL, OUT, AGAIN = -1, -2, -3
"""Returned instead of a number of rows if the log is full, if random numbers run out, or if a life
that was screened may break and has to be followed again."""

Loop = Callable[..., tuple[int, int]]


def simulate(inputs: Inputs, follow: Loop | None = None) -> Log:
    """Follow every patient to death or the end of follow-up, with the compiled loop.

    Parameters
    ----------
    inputs : Inputs
        Parameters of one arm, its patients and their random numbers.
    follow : callable, optional
        Loop over the patients; `loop()` by default.

    Returns
    -------
    Log
        One row per event, by patient, then in order of time.

    Raises
    ------
    OutOfDraws
        If a patient has more fractures than random numbers were prepared for.

    References
    ----------
    docs/architecture.md, section "One patient".
    """
    follow = loop() if follow is None else follow
    params, count = inputs.params.reshape(1), len(inputs.patients)
    states, due = np.zeros(2, STATE), np.zeros(KINDS, np.int64)
    done, parts, room = 0, [], 0
    while done < count:
        room = max(2 * room, ROWS_PER_PATIENT * (count - done))
        log = _room(room)
        done, rows = follow(params, inputs.patients, inputs.draws, states, due, log, done)
        if rows == OUT:
            raise OutOfDraws
        parts.append(Log._make(column[:rows] for column in log))
    if len(parts) == 1:
        return parts[0]
    return Log._make(np.concatenate(columns) for columns in zip(*parts, strict=True))


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
        return follow_plainly
    if compiler.load_numba().config.DISABLE_JIT:
        warnings.warn("NUMBA_DISABLE_JIT is set: the batch engine runs uncompiled", stacklevel=2)
        return follow_plainly
    return through_cache(folder_of(SOURCES), compiled)


def is_ready() -> bool:
    """Whether the compiled loop is in the cache already.

    Returns
    -------
    bool
        True if a new process will load the compiled code and not compile it.
    """
    return holds_code(folder_of(SOURCES))


def _room(rows: int) -> Log:
    """An uninitialised log with this number of rows."""
    patient, day, kind = (np.empty(rows, np.int64) for _ in range(3))
    return Log(patient, day, kind, np.empty(rows))


def live(
    i: int, state: Any, due: Any, patient: Any, params: Any, draws: Any, log: Any, rows: int
) -> int:
    """Follow one patient event by event, and write the events to the log.

    Parameters
    ----------
    i : int
        Position of the patient in the block, written to the log.
    state, due
        The patient's state and due days, filled with zeros; both are changed in place.
    patient, params, draws
        The patient's facts, the parameters of the arm and the patient's random numbers.
    log : Log
        Log with room for more rows; changed in place.
    rows : int
        Number of rows in use.

    Returns
    -------
    int
        Number of rows in use afterwards; FULL if the log is full, OUT if random numbers run out,
        AGAIN if the life was screened and may break.
    """
    start(state, due, patient, params, draws)
    kind = -1
    while kind != DEATH and kind != END:
        kind = next_kind(due, params)
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
        if state.may_break:
            return AGAIN
    if state.screened and not stands(due[kind], state, patient, params):
        return AGAIN
    return rows


def follow_records(
    params: Any, patients: Any, draws: Any, states: Any, due: Any, log: Any, first: int
) -> tuple[int, int]:
    """Follow patients from `first` on until all are done or the log is full. This loop is compiled.

    Parameters
    ----------
    params : array of PARAMS, length 1
        Parameters of the arm.
    patients : array of PATIENT
        Facts of the patients.
    draws : array of float, patients x columns
        Random numbers.
    states : array of STATE, length 2
        Room for the state of the patient who is followed, and the state of one who has not begun.
    due : array of int, length KINDS
        Room for the days on which the kinds of event are due.
    log : Log
        Empty log; changed in place.
    first : int
        Position of the first patient to follow.

    Returns
    -------
    tuple of int
        Position of the patient to follow next, and number of rows in use. The second is OUT if
        random numbers run out.
    """
    i, rows, screened = first, 0, params[0].screens
    while i < len(patients):
        states[0] = states[1]
        states[0].screened = screened
        reached = live(i, states[0], due, patients[i], params[0], draws[i], log, rows)
        if reached == AGAIN:
            screened = 0
        elif reached < 0:
            return i, rows if reached == FULL else OUT
        else:
            i, rows, screened = i + 1, reached, params[0].screens
    return len(patients), rows


def follow_plainly(
    params: Any, patients: Any, draws: Any, states: Any, due: Any, log: Any, first: int
) -> tuple[int, int]:
    """Do the same as `follow_records` in plain Python, with records as plain objects.

    Parameters
    ----------
    params, patients, draws, states, due, log, first
        As in `follow_records`.

    Returns
    -------
    tuple of int
        As in `follow_records`.
    """
    shared = plain(params[0])
    i, rows, screened = first, 0, shared.screens
    while i < len(patients):
        state, days = plain(states[1]), due.tolist()
        state.screened = screened
        patient, numbers = plain(patients[i]), draws[i].tolist()
        reached = live(i, state, days, patient, shared, numbers, log, rows)
        if reached == AGAIN:
            screened = 0
        elif reached < 0:
            return i, rows if reached == FULL else OUT
        else:
            i, rows, screened = i + 1, reached, shared.screens
    return len(patients), rows


def compiled(cache: str | None, **options: bool) -> Loop:
    """Compile the loop and every function of the model that it calls.

    Parameters
    ----------
    cache : str or None
        Folder in which the machine code is kept for later processes; None keeps none.
    **options : bool
        Further options of `numba.njit`, such as `boundscheck`.

    Returns
    -------
    callable
        The compiled loop, with the arguments of `follow_records`.

    Raises
    ------
    ImportError
        Without numba.
    """
    numba = compiler.load_numba()
    settings = {**COMPILER, **options}
    compiled_of = compiler.compile_modules(MODULES, INLINED, EXPANDED, CALLED, settings)
    called = (start, next_kind, runs_out, react, stands)
    names = {**globals(), **{f.__name__: compiled_of[f] for f in called}}
    names["live"] = numba.njit(**settings, inline="always")(compiler.copy_function(live, names))
    with compiler.configured(numba.config, CACHE_DIR=cache or "", OPT=OPTIMISE):
        loop: Any = numba.njit(**settings, nogil=True, cache=cache is not None)(
            compiler.copy_function(follow_records, names)
        )
        room = np.zeros(2, STATE), np.zeros(KINDS, np.int64), _room(0)
        loop(np.zeros(1, PARAMS), np.zeros(0, PATIENT), np.zeros((0, 1)), *room, 0)
    loop._cache = numba.core.caching.NullCache()  # the folder may be gone at the next signature
    following: Loop = loop
    return following
