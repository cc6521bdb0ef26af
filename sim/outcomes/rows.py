"""The rows of a log by kind of event, and the measured values among them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.outcomes.events import CODES, codes
from sim.simulation.records import MEASURE, NEVER, Floats, Inputs, Integers, Log
from sim.vocabulary import BONES, QUANTITIES


class Rows(NamedTuple):
    """Events of one kind, by patient and then by day.

    Attributes
    ----------
    patient : numpy.ndarray of int
        Position of the patient in the block, from 0.
    day : numpy.ndarray of int
        Day since enrolment.
    value : numpy.ndarray of float
        Dose in mg, new action of a course, 1 for a reaction that ended the course.
    """

    patient: Integers
    day: Integers
    value: Floats


def by_code(log: Log) -> list[Rows]:
    """The rows of a log for each code of an event."""
    code = codes(log)
    order = np.argsort(code, kind="stable")
    patient, day, value = log.patient[order], log.day[order], log.value[order]
    ends = np.searchsorted(code[order], np.arange(CODES, dtype=code.dtype), side="right").tolist()
    starts = [0, *ends]
    return [Rows(patient[a:b], day[a:b], value[a:b]) for a, b in zip(starts, ends, strict=False)]


def measured_in(inputs: Inputs, rows: list[Rows]) -> tuple[dict[str, Floats], dict[str, list[int]]]:
    """Measured values, patients x visits, and the days of the visits; T-scores as printed."""
    people = inputs.patients
    measured, visits = {}, {}
    for slot, quantity in enumerate(QUANTITIES):
        days = inputs.params["visit_days"][slot]
        days = days[days != NEVER]
        if len(days) == 0:
            continue
        of_quantity = rows[MEASURE + slot]
        values = np.full((len(people), len(days)), np.nan)
        values[of_quantity.patient, np.searchsorted(days, of_quantity.day)] = of_quantity.value
        measured[quantity], visits[quantity] = values, days.tolist()
        if slot < len(BONES):
            mean, sd = people["reference_mean"][:, [slot]], people["reference_sd"][:, [slot]]
            score = f"{BONES[slot]}_t"
            measured[score], visits[score] = (values - mean) / sd, visits[quantity]
    return measured, visits
