"""The utility without a fracture as patients get older, summed over stretches of time.

A new utility holds from the birthday on, which is the first whole day on which the age is reached.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from sim.economics.states import Stretches
from sim.outcomes.arm import ArmRecords
from sim.scenario.form.economics import Quality
from sim.simulation.records import Floats, Integers
from sim.vocabulary import DAYS_PER_YEAR, SEXES


class Since(NamedTuple):
    """A change of the utility of each patient, and the day from which it holds."""

    day: Integers
    change: Floats


def utility_since(records: ArmRecords, quality: Quality) -> Iterator[Since]:
    """List the changes of the utility without a fracture of all patients of an arm.

    Parameters
    ----------
    records
        Records of the patients of one arm.
    quality
        Utility by sex, and by age where there is a table.

    Yields
    ------
    Since
        The utility at entry, from day 0 on, then what each age that some patient reaches changes.
    """
    at_entry, later = np.zeros(records.count), list[Since]()
    for sex in SEXES:
        is_one = records.known["sex"] == sex
        (_, first), *others = quality.without_fracture(sex).items()
        at_entry += is_one * first
        for (age, utility), before in zip(others, [first, *dict(others).values()], strict=False):
            day, change = _birthdays(records, age), is_one * (utility - before)
            at_entry += change * (day == 0)
            later.append(Since(day, change * (day > 0)))
    yield Since(np.zeros(records.count, np.int64), at_entry)
    yield from (one for one in later if one.change.any())


def _birthdays(records: ArmRecords, age: int) -> Integers:
    """The day on which each patient reaches an age: 0 at entry, the last one for never."""
    at_entry = np.asarray(records.known["age_years"], dtype=float)
    day = np.ceil((age - at_entry) * DAYS_PER_YEAR)
    return np.clip(day, 0, records.end).astype(np.int64)


def weighted(stretches: Stretches, integral: Floats, utility: Sequence[Since]) -> Floats:
    """Years of each stretch times the utility of each of their days.

    Parameters
    ----------
    stretches
        Stretches of time of the patients.
    integral : numpy.ndarray of float, shape (days + 1,)
        Years from enrolment to each day, discounted or not.
    utility
        Changes of the utility of each patient.

    Returns
    -------
    numpy.ndarray of float
        QALYs of each stretch.
    """
    total = np.zeros(len(stretches.patient))
    for one in utility:
        since, change = one.day[stretches.patient], one.change[stretches.patient]
        begin, end = (np.maximum(day, since) for day in (stretches.begin, stretches.end))
        total += change * (integral[end] - integral[begin])
    return total
