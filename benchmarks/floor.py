"""The least that a loop over the same events could do: find the next, read a number, write a row.

What the engine takes beyond this is the patient: bone, markers, hazards and treatment.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from typing import Any

import numpy as np

from sim.simulation import model
from sim.simulation.records import DEATH, END, KINDS, NEVER, REVIEW, Inputs, Log


def events(inputs: Inputs, log: Log) -> int:
    """The events of a log with its reviews, one for every period of review that was lived.

    The count is about 1 % too high: treatment can spare the patient a review on the same day.
    """
    return compiled()(log, inputs.draws, inputs.params[()], blank(log))


def blank(log: Log) -> Log:
    """Room for a log of the same size."""
    patient, day, kind = (np.empty_like(column) for column in (log.patient, log.day, log.kind))
    return Log(patient, day, kind, np.empty_like(log.value))


@functools.cache
def compiled() -> Callable[..., int]:
    """The walk through a log as machine code."""
    numba: Any = importlib.import_module("numba")
    return functools.partial(numba.njit(walk), numba.njit(model.next_kind))


def walk(next_kind: Any, log: Any, draws: Any, params: Any, copy: Any) -> int:
    """Go through the days of a log and its reviews; fills `copy`, returns the events passed."""
    due = np.full(KINDS, NEVER)
    due[REVIEW] = 0
    used = passed = 0
    for row in range(len(log.day)):
        due[log.kind[row]] = log.day[row]
        kind = next_kind(due, params)
        while kind == REVIEW:
            due[REVIEW] += params.review_every
            passed += 1
            kind = next_kind(due, params)
        copy.patient[row] = log.patient[row]
        copy.day[row] = due[kind]
        copy.kind[row] = kind
        copy.value[row] = draws[log.patient[row], used]
        due[kind] = NEVER
        passed += 1
        used = (used + 1) % draws.shape[1]
        if kind in (DEATH, END):
            due[REVIEW] = 0
            used = 0
    return passed
