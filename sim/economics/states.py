"""Times in states: after fractures of each site, on a therapy, and short losses of utility.

A patient is in one state of each fracture site at a time: `none`; `first`, for 365 days from the
latest fracture of the site; `later`, after that. A patient with a vertebral fracture before
enrolment begins in `later` of that site. All times end with death, loss to follow-up or the study.
"""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.outcomes.arm import ArmRecords
from sim.outcomes.clinical import VERTEBRAL
from sim.outcomes.rows import Rows
from sim.simulation.records import Floats, Integers
from sim.vocabulary import DAYS_PER_YEAR, SITES, Event

FIRST_YEAR = 365
"""Days from a fracture on which its first year lasts."""

NONE, FIRST, LATER = range(3)
STATES = ("none", "first", "later")
COMBINED = tuple("/".join(states) for states in product(STATES, repeat=len(SITES)))
"""The states of all sites together, the last site changing fastest."""

WEIGHTS = tuple(len(STATES) ** place for place in reversed(range(len(SITES))))
"""What the state of each site adds to the position in COMBINED."""


class Stretches(NamedTuple):
    """Stretches of time, by patient and then by day.

    Attributes
    ----------
    patient : numpy.ndarray of int
        Position of the patient in the block.
    begin, end : numpy.ndarray of int
        Days since enrolment, the second after the last day of the stretch.
    state : numpy.ndarray of int
        State during the stretch.
    """

    patient: Integers
    begin: Integers
    end: Integers
    state: Integers


def last_days(records: ArmRecords) -> Integers:
    """Return the last day of each patient: of the study, of death or of loss to follow-up."""
    return np.rint(records.years * DAYS_PER_YEAR).astype(np.int64)


def had_before(records: ArmRecords, site: str) -> npt.NDArray[np.bool_]:
    """Mark patients who had a fracture of a site before enrolment: known of vertebral ones only."""
    before = np.asarray(records.known["vertebral_fractures"], dtype=float) > 0
    return before & (site == VERTEBRAL)


def after_fractures(records: ArmRecords) -> Stretches:
    """Stretches of each patient's life by the states of the fracture sites.

    A fracture within the first year of another of its site begins that year anew; one after it
    brings a new first year, and then `later` again.

    Parameters
    ----------
    records
        Records of the patients of one arm.

    Returns
    -------
    Stretches
        Stretches that cover each patient's follow-up; states are positions in `COMBINED`. Some
        stretches have no length.
    """
    patients, last = np.arange(records.count), last_days(records)
    begun = LATER * WEIGHTS[SITES.index(VERTEBRAL)] * had_before(records, VERTEBRAL)
    columns = [(patients, np.zeros_like(patients), begun)]
    for site, weight in zip(SITES, WEIGHTS, strict=True):
        who, day, step = _changes(records, site, last)
        columns.append((who, day, weight * step))
    patient, day, step = (np.concatenate(column) for column in zip(*columns, strict=True))
    order = _in_time(patient, day)
    patient, day, step = patient[order], day[order], step[order]
    is_first = begins(patient)
    total = np.cumsum(step)
    before = (total - step)[is_first]
    state = total - before[np.cumsum(is_first) - 1]
    return Stretches(patient, day, _until_next(patient, day, last), state)


def _changes(records: ArmRecords, site: str, last: Integers) -> tuple[Integers, Integers, Integers]:
    """Patients, days and steps of the changes of a site's state from 0 `none` to 2 `later`."""
    patient, day, _ = records.events[Event.FRACTURE, site]
    is_first = begins(patient)
    since = np.where(is_first, FIRST_YEAR + 1, np.diff(day, prepend=0))
    before = np.where(since > FIRST_YEAR, LATER, FIRST)
    is_new = is_first & ~had_before(records, site)[patient]
    before = np.where(is_new, NONE, before)
    over = day + FIRST_YEAR
    ends = over < _until_next(patient, day, last)
    steps = np.concatenate([FIRST - before, np.full(ends.sum(), LATER - FIRST)])
    return np.append(patient, patient[ends]), np.append(day, over[ends]), steps


def on_course(records: ArmRecords, therapy: str) -> Stretches:
    """Stretches of a course, from its begin to its end; state 1 at any step above 0, else 0.

    Parameters
    ----------
    records
        Records of the patients of one arm.
    therapy
        Name of the course; the arm may be without it.

    Returns
    -------
    Stretches
        Stretches at one step each, and from the end of the course to the end of follow-up.
    """
    keys = [(event, therapy) for event in (Event.COURSE, Event.INTOLERANCE)]
    steps = [records.events[key] for key in keys if key in records.events] or [NO_ROWS]
    patient, day, action = (np.concatenate(column) for column in zip(*steps, strict=True))
    order = _in_time(patient, day)
    patient, day = patient[order], day[order]
    on = (action[order] > 0).astype(np.int64)
    return Stretches(patient, day, _until_next(patient, day, last_days(records)), on)


def on_doses(records: ArmRecords, therapy: str) -> Stretches:
    """One stretch for each patient, from the first dose given at a visit to the last one.

    Parameters
    ----------
    records
        Records of the patients of one arm.
    therapy
        Name of the therapy by infusion or injection; the arm may be without it.

    Returns
    -------
    Stretches
        Stretches with state 1, of no length for a patient with one dose.
    """
    patient, day, _ = records.events.get((Event.INFUSION, therapy), NO_ROWS)
    is_first = begins(patient)
    is_last = np.roll(is_first, -1)
    return Stretches(patient[is_first], day[is_first], day[is_last], np.ones(is_first.sum(), int))


NO_ROWS = Rows(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))


def begins(patient: Integers) -> npt.NDArray[np.bool_]:
    """Mark the first row of each patient, in rows by patient."""
    return np.diff(patient, prepend=-1) > 0


def years_of(stretches: Stretches, integral: Floats) -> Floats:
    """Years of each stretch, discounted as the table says (`discounting.ByDay.integral`)."""
    return integral[stretches.end] - integral[stretches.begin]


def _in_time(patient: Integers, day: Integers) -> Integers:
    """The order of rows by patient and day; rows of one day stay as they are."""
    return np.argsort(patient * (int(day.max(initial=0)) + 1) + day, kind="stable")


def _until_next(patient: Integers, day: Integers, last: Integers) -> Integers:
    """The day of the next row of the patient, or the patient's last day, in rows by patient."""
    until = np.append(day[1:], 0)
    is_last = np.append(patient[1:] != patient[:-1], True)[: len(patient)]
    return np.where(is_last, last[patient], until[: len(patient)])
