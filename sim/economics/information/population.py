"""From a value per patient to the value for all patients whom a decision concerns."""

from __future__ import annotations

import math
from typing import NamedTuple


class Decision(NamedTuple):
    """Whom a decision concerns: `patients_a_year` start treatment in each of `years` years.

    After these years the decision is taken anew.
    """

    patients_a_year: float
    years: float

    def people(self, rate: float) -> float:
        """The patients of all years, later ones discounted at a yearly rate."""
        return people(self.patients_a_year, self.years, rate)


def people(per_year: float, years: float, rate: float, after: float = 0.0) -> float:
    """Return how many patients a decision concerns, later ones discounted.

    Patients of a year count at the beginning of this year. A part of a year at the end counts as
    this part of its patients.

    Parameters
    ----------
    per_year
        Patients who start treatment per year.
    years
        Years until the decision is taken anew.
    rate
        Discount rate per year, such as 0.025.
    after
        Years from now until a trial reports. Patients who start before are not helped by it.

    Returns
    -------
    Patients; a value per patient times this number is the value for the population.

    Examples
    --------
    >>> people(40.0, 5.0, 0.0), round(people(40.0, 5.0, 0.025), 3), people(40.0, 5.0, 0.0, 2.0)
    (200.0, 190.479, 120.0)
    """
    if per_year < 0 or years < 0 or after < 0 or rate <= -1:
        raise ValueError(
            f"{per_year:g} patients per year, {years:g} years, after {after:g} years, rate "
            f"{rate:g}: none may be below 0, and a rate must be above -1"
        )
    starts = (after + i for i in range(math.ceil(max(0.0, years - after))))
    return float(sum(per_year * min(1.0, years - start) * (1 + rate) ** -start for start in starts))
