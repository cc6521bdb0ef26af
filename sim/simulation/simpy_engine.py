"""The reference engine: SimPy as the clock, one process per patient.

Patients are independent. Each has a SimPy environment of its own, which keeps the queue of events
short.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
import simpy

from sim.simulation.model import next_kind, react, start
from sim.simulation.plain import plain
from sim.simulation.records import DEATH, END, KINDS, REVIEW, STATE, Inputs, Log

Rows = list[tuple[int, int, int, float]]


def simulate(inputs: Inputs) -> Log:
    """Follow every patient to death or the end of follow-up, with SimPy.

    Parameters
    ----------
    inputs : Inputs
        Parameters of one arm, its patients and their random numbers.

    Returns
    -------
    Log
        One row per event, by patient, then in order of time; equal to that of the batch engine to
        the last bit.

    Raises
    ------
    OutOfDraws
        If a patient has more fractures than random numbers were prepared for.

    References
    ----------
    docs/architecture.md, section "One patient".
    """
    params = plain(inputs.params)
    rows: Rows = []
    for i, record in enumerate(inputs.patients):
        env = simpy.Environment()
        draws = inputs.draws[i].tolist()
        env.process(_live(env, i, plain(record), params, draws, rows))
        env.run()
    return as_log(rows)


def _live(
    env: simpy.Environment, i: int, patient: Any, params: Any, draws: list[float], rows: Rows
) -> Generator[simpy.Event, Any, None]:
    """Follow one patient as a SimPy process: wait for the next due day, react, log."""
    state = plain(np.zeros((), STATE))
    due = [0] * KINDS
    start(state, due, patient, params, draws)
    kind = -1
    while kind not in (DEATH, END):
        kind = next_kind(due, params)
        day = due[kind]
        if day > env.now:
            yield env.timeout(day - env.now)
        value = react(kind, day, state, due, patient, params, draws)
        if kind != REVIEW:
            rows.append((i, day, kind, value))


def as_log(rows: Rows) -> Log:
    """Turn rows of patient, day, kind and value into a log.

    Parameters
    ----------
    rows : list of tuple
        Rows by patient, then in order of time.

    Returns
    -------
    Log
        The same rows as columns.
    """
    patient, day, kind, value = zip(*rows, strict=True)
    return Log(
        np.array(patient, dtype=np.int64),
        np.array(day, dtype=np.int64),
        np.array(kind, dtype=np.int64),
        np.array(value, dtype=np.float64),
    )
