"""Death from causes other than fractures, from a national life table."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sim.simulation.biology.fractures import accumulated
from sim.vocabulary import DAYS_PER_YEAR

Vector = Sequence[float]


def yearly_hazard(probability: float) -> float:
    """Constant hazard within a year of age, from the probability of dying in that year.

    Parameters
    ----------
    probability : float
        Probability of dying before the next birthday, at least 0 and less than 1.

    Returns
    -------
    float
        Hazard per year: -ln(1 - probability).

    Raises
    ------
    ValueError
        For a probability of 1 or more.

    References
    ----------
    Derived here: docs/model.md, section "Death". Life table: sim/evidence/france2019.yaml (INSEE,
    Table de mortalité de la France, 2019).

    Examples
    --------
    >>> round(yearly_hazard(0.01), 6)
    0.01005
    """
    return -math.log1p(-probability)


def death_day(threshold: float, age: float, hazards: Vector, ratio: float, at_most: int) -> int:
    """First whole day by which the accumulated hazard of death has reached a patient's threshold.

    Parameters
    ----------
    threshold : float
        Hazard at which the patient dies; a unit exponential random number.
    age : float
        Exact age at enrolment, years.
    hazards : sequence of float, one per year of age from 0
        Hazard of death, per year. The last value holds for all later ages.
    ratio : float
        Standardised mortality ratio, a factor on `hazards`.
    at_most : int
        Last day that is considered, days since enrolment.

    Returns
    -------
    int
        Day since enrolment; `at_most` + 1 if the day is later than `at_most`.

    References
    ----------
    Derived here: docs/model.md, section "Death". Life table: sim/evidence/france2019.yaml (INSEE,
    Table de mortalité de la France, 2019).

    Examples
    --------
    A hazard of 0.1 per year reaches 0.2 after two years:

    >>> death_day(0.2, age=50.0, hazards=[0.1], ratio=1.0, at_most=1826)
    731
    >>> death_day(0.6, age=50.0, hazards=[0.1], ratio=1.0, at_most=1826)
    1827
    """
    days = 0.0
    year = int(age)
    until_birthday = (year + 1 - age) * DAYS_PER_YEAR
    while days <= at_most:
        hazard = ratio * hazards[min(year, len(hazards) - 1)] / DAYS_PER_YEAR
        if hazard * until_birthday >= threshold:
            return min(math.ceil(days + threshold / hazard), at_most + 1)
        threshold -= hazard * until_birthday
        days += until_birthday
        until_birthday = DAYS_PER_YEAR
        year += 1
    return at_most + 1


def death_under_ratio(
    left: float, age: float, first: int, last: int, hazards: Vector, ratio: float, slope: float
) -> tuple[float, float]:
    """Follow the hazard of death between two days, while its ratio to the life table changes.

    Parameters
    ----------
    left : float
        Hazard left until death on the first day, without unit.
    age : float
        Exact age at enrolment, years.
    first, last : int
        Days since enrolment.
    hazards : sequence of float, one per year of age from 0
        Hazard of death, per year. The last value holds for all later ages.
    ratio : float
        Ratio to `hazards` on the first day.
    slope : float
        Change of the logarithm of the ratio, per day.

    Returns
    -------
    tuple of float
        Exact day of death, infinite if it is later than the last day; hazard left on the last day.

    References
    ----------
    Derived here: docs/model.md, section "Death".

    Examples
    --------
    A hazard of 0.1 per year, halved, reaches 0.05 after a year:

    >>> day, left = death_under_ratio(0.05, 50.0, 0, 730, [0.1], ratio=0.5, slope=0.0)
    >>> round(day, 6), left
    (365.25, 0.0)
    """
    if left <= 0.0:
        return float(first), 0.0
    year = int(age + first / DAYS_PER_YEAR)
    start, birthday = float(first), (year + 1 - age) * DAYS_PER_YEAR
    while start < last:
        days = min(max(birthday, start), float(last)) - start
        hazard = hazards[min(year, len(hazards) - 1)] / DAYS_PER_YEAR
        hazard *= ratio * math.exp(slope * (start - first))
        ahead = accumulated(hazard, slope, days)
        if ahead >= left:
            return start + min(days_of_hazard(left, hazard, slope), days), 0.0
        left -= ahead
        start += days
        birthday += DAYS_PER_YEAR
        year += 1
    return math.inf, left


def days_of_hazard(left: float, hazard: float, slope: float) -> float:
    """Exact days in which a hazard that changes exponentially accumulates to a value.

    Parameters
    ----------
    left : float
        Accumulated hazard, without unit.
    hazard : float
        Hazard at the start, per day, above 0.
    slope : float
        Change of its logarithm, per day.

    Returns
    -------
    float
        Days; infinite if the hazard falls too fast.

    References
    ----------
    Derived here: docs/model.md, section "Fractures".
    """
    exact = left / hazard
    if slope == 0.0:
        return exact
    grown = exact * slope
    return math.log1p(grown) / slope if grown > -1.0 else math.inf
