"""Discounting: what a later day is worth today, on a day and over a time, in closed form."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.scenario.form.economics import Economics
from sim.simulation.records import Floats
from sim.vocabulary import DAYS_PER_YEAR

CHANGE = 30.0
"""Years after enrolment from which a second rate holds, where there is one."""


class Rate(NamedTuple):
    """Yearly discount rates in percent: of the first 30 years, and after them if another holds."""

    first: float
    after_30_years: float | None = None


NO_RATE = Rate(0.0)

KEPT = 16
"""Tables that are kept from one block to the next: those of a study, and of a few draws."""


class ByDay(NamedTuple):
    """What each day of the follow-up is worth, looked up instead of computed for each event.

    Attributes
    ----------
    factor : numpy.ndarray of float, shape (days + 1,)
        Discount factor on each day since enrolment, 1 on day 0.
    integral : numpy.ndarray of float, shape (days + 1,)
        Integral of the factor from day 0 to each day, in years.
    """

    factor: Floats
    integral: Floats

    def since(self, day: int) -> ByDay:
        """The same of the days from one on; those before count 0."""
        if day == 0:
            return self
        counted = np.arange(len(self.factor)) >= day
        before = self.integral[min(day, len(self.integral) - 1)]
        return ByDay(self.factor * counted, np.maximum(self.integral - before, 0.0))


def of_costs(economics: Economics) -> Rate:
    """Return the discount rate of costs."""
    return Rate(economics.discount.costs, economics.discount.after_30_years)


def of_health(economics: Economics) -> Rate:
    """Return the discount rate of life-years and QALYs."""
    return Rate(economics.discount.health, economics.discount.after_30_years)


def factor(rate: Rate, years: npt.ArrayLike) -> Floats:
    """Discount factor v(t) = (1 + r)^-t; beyond 30 years that at 30 years times (1 + s)^-(t - 30).

    Parameters
    ----------
    rate
        Yearly rates r and s in percent.
    years
        Times t since enrolment in years, of any shape.

    Returns
    -------
    numpy.ndarray of float
        Factors of the same shape.

    Examples
    --------
    >>> round(float(factor(Rate(2.5, 1.5), 40)), 10)
    0.4107935498
    """
    before, beyond = _split(years)
    first, second = _logarithms(rate)
    return np.asarray(np.exp(-first * before - second * beyond))


def integral(rate: Rate, begin: npt.ArrayLike, end: npt.ArrayLike) -> Floats:
    """Integral of the discount factor from one time to another.

    The closed form of a constant rate d = ln(1 + r) is (v(begin) - v(end)) / d. A time that crosses
    30 years is the sum of its two parts.

    Parameters
    ----------
    rate
        Yearly rates in percent.
    begin, end
        Times since enrolment in years, of shapes that broadcast.

    Returns
    -------
    numpy.ndarray of float
        Discounted years; negative where the end comes before the begin.

    Examples
    --------
    >>> round(float(integral(Rate(2.5), 0, 5)), 10)
    4.7036623592
    """
    (before, beyond), (before_end, beyond_end) = _split(begin), _split(end)
    first, second = _logarithms(rate)
    early = np.exp(-first * before) * _accrued(first, before_end - before)
    late = np.exp(-first * CHANGE - second * beyond) * _accrued(second, beyond_end - beyond)
    return np.asarray(early + late)


@lru_cache(KEPT)
def by_day(rate: Rate, days: int) -> ByDay:
    """Tables of the discount factor and of its integral from enrolment, for whole days.

    Parameters
    ----------
    rate
        Yearly rates in percent.
    days
        Last day of the follow-up.

    Returns
    -------
    ByDay
        Factor and integral on the days 0 to `days`.
    """
    years = np.arange(days + 1) / DAYS_PER_YEAR
    return ByDay(_fixed(factor(rate, years)), _fixed(integral(rate, 0.0, years)))


@lru_cache(KEPT)
def lasting(rate: Rate, days: int, length: float) -> Floats:
    """Integral of the discount factor over a time of one length that begins on each day.

    Parameters
    ----------
    rate
        Yearly rates in percent.
    days
        Last day of the follow-up.
    length
        Length in days, not always whole.

    Returns
    -------
    numpy.ndarray of float, shape (days + 1,)
        Discounted years.
    """
    begin = np.arange(days + 1)
    return _fixed(integral(rate, begin / DAYS_PER_YEAR, (begin + length) / DAYS_PER_YEAR))


def _fixed(table: Floats) -> Floats:
    """A table that is kept, and cannot be changed by who looks it up."""
    table.flags.writeable = False
    return table


def _split(years: npt.ArrayLike) -> tuple[Floats, Floats]:
    """The parts of a time since enrolment before 30 years, and beyond."""
    years = np.asarray(years, dtype=float)
    return np.minimum(years, CHANGE), np.maximum(years - CHANGE, 0.0)


def _logarithms(rate: Rate) -> tuple[float, float]:
    """The rates per year of exponential decay, before 30 years and beyond."""
    later = rate.first if rate.after_30_years is None else rate.after_30_years
    return math.log1p(rate.first / 100), math.log1p(later / 100)


def _accrued(decay: float, years: Floats) -> Floats:
    """Integral of exp(-decay t) over the first years."""
    return years if decay == 0.0 else -np.expm1(-decay * years) / decay
