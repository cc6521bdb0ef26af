"""Death from other causes: the day on which a life table's hazard uses up a patient's threshold."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sim.vocabulary import DAYS_PER_YEAR

Vector = Sequence[float]


def yearly_hazard(probability: float) -> float:
    """Constant hazard within a year of age, from the life table's probability of dying in it."""
    return -math.log1p(-probability)


def death_day(threshold: float, age: float, hazards: Vector, ratio: float, at_most: int) -> int:
    """First whole day by which the hazard from `age` on (exact, years) has reached the threshold.

    `hazards` holds the hazard per year by age in whole years, the last one for all that follow;
    `ratio` multiplies it. `at_most` + 1 if the day is later than `at_most`.
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
