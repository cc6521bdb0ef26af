"""Fracture hazard whose logarithm is linear in time: accumulated hazard and its inverse."""

from __future__ import annotations

import math

from sim.simulation.biology.decay import mean_exp

MOST_LOG_RISE = 600.0
"""Upper limit of the rise of a log-hazard between two reviews; its exponential is finite."""


def accumulated(hazard: float, slope: float, days: float) -> float:
    """Accumulated hazard: the integral of hazard x exp(slope x s) for s from 0 to `days`.

    Parameters
    ----------
    hazard : float
        Hazard at the start, per day.
    slope : float
        Change of the logarithm of the hazard, per day.
    days : float
        Time, days.

    Returns
    -------
    float
        Accumulated hazard, without unit.

    References
    ----------
    Derived here: docs/model.md, section "Fractures".

    Examples
    --------
    A constant hazard of 10 % per year for two years:

    >>> round(accumulated(0.1 / 365.25, 0.0, 2 * 365.25), 6)
    0.2
    """
    return hazard * days * mean_exp(slope * days)


def days_until(left: float, hazard: float, slope: float, at_most: int, ahead: float) -> int:
    """First whole day by whose end the hazard `left` has accumulated.

    Parameters
    ----------
    left : float
        Hazard left until the next fracture, without unit.
    hazard : float
        Hazard at the start, per day.
    slope : float
        Change of the logarithm of the hazard, per day.
    at_most : int
        Last day that is considered.
    ahead : float
        Hazard that accumulates in `at_most` days (`accumulated(hazard, slope, at_most)`).

    Returns
    -------
    int
        Day, counted from the start; 0 if `left` is not positive; `at_most` + 1 if the day is later
        than `at_most`.

    References
    ----------
    Derived here: docs/model.md, section "Fractures".

    Examples
    --------
    >>> days_until(0.005, hazard=0.001, slope=0.0, at_most=30, ahead=0.03)
    5
    >>> days_until(0.05, hazard=0.001, slope=0.0, at_most=30, ahead=0.03)
    31
    """
    if left <= 0.0:
        return 0
    if ahead < left:
        return at_most + 1
    exact = left / hazard
    if slope != 0.0:
        grown = exact * slope
        exact = math.log1p(grown) / slope if grown > -1.0 else at_most
    return min(math.ceil(exact), at_most)
