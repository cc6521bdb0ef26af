"""The lives of patients one after another: the loop of the batch engine, compiled or plain."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.simulation.model import next_kind, react, runs_out, stands, start
from sim.simulation.plain import plain
from sim.simulation.records import DEATH, END, REVIEW, Log

FULL, OUT, AGAIN = -1, -2, -3
"""Returned instead of a number of rows if the log is full, if random numbers run out, or if a life
that was screened may break and has to be followed again."""


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


def empty_log(rows: int) -> Log:
    """Make room for a log.

    Parameters
    ----------
    rows : int
        Number of rows.

    Returns
    -------
    Log
        A log whose values are not set.
    """
    patient, day, kind = (np.empty(rows, np.int64) for _ in range(3))
    return Log(patient, day, kind, np.empty(rows))
