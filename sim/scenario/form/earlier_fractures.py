"""Fractures before enrolment: laws of their number, and a recent one."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import AfterValidator

from sim.scenario.form import quantities
from sim.scenario.form.quantities import Form
from sim.scenario.form.quantity import refuse

MOST_COUNTED = 50
"""The largest number of fractures that may have a share of its own."""


class PoissonMean(Form):
    """The mean of a Poisson distribution."""

    mean: quantities.Count
    """Mean number of fractures, e.g. 1.2."""


def _whole_of_patients(given: dict[int, float]) -> dict[int, float]:
    """Shares that add up to 100 %. Raises PydanticCustomError for others."""
    for count in given:
        if not 0 <= count <= MOST_COUNTED:
            raise refuse(f"'{count}' fractures; allowed: whole numbers from 0 to {MOST_COUNTED}")
    total = math.fsum(given.values())
    if abs(total - 1) > 1e-6:
        raise refuse(f"the shares add up to {100 * total:g} %, not 100 %")
    return dict(sorted(given.items()))


Shares = Annotated[dict[quantities.Whole, quantities.Share], AfterValidator(_whole_of_patients)]


class RecentFracture(Form):
    """A fracture shortly before enrolment: its imminent risk lasts into the study."""

    share: quantities.Share
    """Share of the patients of the cohort who had one, e.g. 50 %."""
    site: Literal["vertebral", "hip", "other"]
    """Site of the fracture, which needs an `imminent` risk, e.g. vertebral."""
    ago: quantities.Days
    """Time from the fracture to enrolment, e.g. 90 days."""
