"""The cost of each year since entry, and the cost so far: years are the days that count."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from sim.economics.discounting import NO_RATE, ByDay, by_day, of_costs
from sim.economics.quantities import costs_of_year, economics_of
from sim.outcomes.arm import ArmRecords
from sim.scenario.form.study import Scenario
from sim.simulation.records import Floats
from sim.vocabulary import DAYS_PER_YEAR


def years_of(last_day: int) -> list[ByDay]:
    """Count the days of each year since entry, and no others.

    A year begins on the day of its anniversary, so a yearly visit falls into the year that it
    begins. The last day of follow-up belongs to the last year.

    Parameters
    ----------
    last_day
        Last day of follow-up.

    Returns
    -------
    list of ByDay
        For each year 1 on its days and 0 on others, and the years that have passed of it.

    Examples
    --------
    >>> first, second, rest = (year.factor for year in years_of(731))
    >>> float(first.sum()), float(second.sum()), float(rest.sum()), second[[364, 365]].tolist()
    (365.0, 365.0, 2.0, [0.0, 1.0])
    """
    days, edges = np.arange(last_day + 1), [*_anniversaries(last_day), last_day]
    found = []
    for begin, end in pairwise(edges):
        inside = (days >= begin) & ((days < end) | ((days == last_day) & (end == last_day)))
        passed = np.clip(days, begin, end) - begin
        found.append(ByDay(inside.astype(float), passed / DAYS_PER_YEAR))
    return found


def _anniversaries(last_day: int) -> list[int]:
    """The first day of each year that begins before the last day."""
    many = range(math.ceil(last_day / DAYS_PER_YEAR) + 1)
    return [day for day in (round(number * DAYS_PER_YEAR) for number in many) if day < last_day]


def costs_by_year(records: ArmRecords, scenario: Scenario) -> Floats:
    """Compute the undiscounted cost per patient in each year since entry.

    Parameters
    ----------
    records
        Records of the patients of one arm.
    scenario
        Values of the study, with economics.

    Returns
    -------
    numpy.ndarray of float, shape (patients, years)
        Costs in the currency of the scenario; they add up to the undiscounted cost.
    """
    columns = [costs_of_year(records, scenario, year) for year in years_of(records.end)]
    return np.stack(columns, axis=1)


def ends_of_years(last_day: int) -> list[int]:
    """The day on which each year since entry ends, and the last day of follow-up.

    >>> ends_of_years(731), ends_of_years(365)
    ([365, 730, 731], [365])
    """
    return [*_anniversaries(last_day)[1:], last_day]


def costs_so_far(records: ArmRecords, scenario: Scenario) -> Floats:
    """Compute the cost per patient until the end of each year since entry.

    Parameters
    ----------
    records
        Records of the patients of one arm.
    scenario
        Values of the study, with economics.

    Returns
    -------
    numpy.ndarray of float, shape (patients, 2, years)
        Undiscounted and discounted costs in the currency of the scenario. What is paid on an
        anniversary belongs to the next year, and what is paid on the last day to the last one.
    """
    rates = (NO_RATE, of_costs(economics_of(scenario)))
    found = [
        [costs_of_year(records, scenario, _until(by_day(rate, records.end), end))
         for end in ends_of_years(records.end)]
        for rate in rates
    ]  # fmt: skip
    return np.moveaxis(np.array(found), -1, 0)


def _until(worth: ByDay, end: int) -> ByDay:
    """What each day before another is worth, and 0 for the others; the last day counts."""
    days = np.arange(len(worth.factor))
    counted = (days < end) | (end == days[-1])
    return ByDay(worth.factor * counted, np.minimum(worth.integral, worth.integral[end]))
