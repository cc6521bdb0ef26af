"""Mean cumulative number of recurrent events per patient, on any days, with its 95 % interval."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.outcomes import estimates
from sim.outcomes.definitions.named import Kind, Measure
from sim.outcomes.estimates import Estimate
from sim.outcomes.summed import Sums
from sim.simulation.records import Floats, Integers


def mean_counts(
    patient: Integers, day: Integers, at: Integers, patients: int, can_occur: bool = True,
    unit: int = 1, once: bool = False,
) -> Estimate:  # fmt: skip
    """Estimate the mean number of events per patient by the end of some days.

    A patient who died has no further event and stays in the denominator, as in the outcomes by year
    (`sim.outcomes.definitions.over_years`), which these estimates equal on their days.

    Parameters
    ----------
    patient, day : numpy.ndarray of int, shape (events,)
        Patient and day of each event, in any order.
    at : numpy.ndarray of int
        Days since enrolment.
    patients : int
        Number of patients, with and without events.
    can_occur : bool
        False for an event whose probability is 0.
    unit : int
        Patients of a unit, who follow each other; the error is that between units.
    once : bool
        True for an event that a patient has once at most, as a first fracture: a share.

    Returns
    -------
    Estimate
        Events per 100 patients, an array over the days in each field; `carriers` are units.

    Examples
    --------
    Four patients, of whom one has two events:

    >>> counts = mean_counts(np.array([0, 0]), np.array([10, 20]), np.array([9, 10, 20]), 4)
    >>> counts.value.tolist(), counts.carriers.tolist()
    ([0.0, 25.0, 50.0], [0.0, 1.0, 1.0])
    """
    most = math.inf if can_occur else 0.0
    kind: Kind = "share" if once else "count"
    most = min(most, 1.0) if once else most
    measure = Measure("events", "per 100 patients", 0, kind, 100, 0.0, most)
    sums = _sums(patient // unit, day, at, patients // unit, float(unit))
    return estimates.ratio(measure, sums, unit)


def _sums(patient: Integers, day: Integers, at: Integers, units: int, each: float) -> Sums:
    """The sums over units of `each` patients on each day, from what each event adds to them."""
    in_time = np.lexsort((patient, day))
    nth, so_far = _nth(patient, day)[in_time], np.searchsorted(np.sort(day), at, side="right")
    y, yy, carriers, largest = (
        np.concatenate([[0.0], column])[so_far]
        for column in (
            np.arange(1.0, len(nth) + 1),
            np.cumsum(2 * nth - 1),  # n squared is the sum of the first n odd numbers
            np.cumsum(nth == 1),
            np.maximum.accumulate(nth),
        )
    )
    count = np.full(len(at), float(units))
    x, xy, xx = each * count, each * y, each * each * count
    fields: tuple[Any, ...] = (count, y, x, yy, xy, xx, carriers, largest)
    return Sums(*fields)


def _nth(patient: Integers, day: Integers) -> Floats:
    """Which of its patient's events each event is, from 1."""
    by_patient = np.lexsort((day, patient))
    _, first, count = np.unique(patient[by_patient], return_index=True, return_counts=True)
    nth = np.empty(len(patient))
    nth[by_patient] = 1 + np.arange(len(patient)) - np.repeat(first, count)
    return nth
