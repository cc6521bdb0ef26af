"""Other patients of a clinic, who are not in the study and take places or chairs of its days."""

from __future__ import annotations

import math
from typing import Annotated

from sim.scenario.form.quantities import Form, VisitMinutes, Whole, only_if, only_one
from sim.scenario.form.quantity import Quantity

OnADay = Annotated[float, Quantity("patients on an open day", "number", "4", 0, 500)]


class OtherPatients(Form):
    """Other patients of the unit, who are not in the study: on each open day they are booked first.

    They come on time and take a place each or, in a clinic with chairs, a visit of `visit`. Who
    finds no place on that day is not booked for another.
    """

    per_open_day: OnADay | None = None
    """Mean number on an open day, by chance from a Poisson distribution; in place of `always`,
    e.g. 4."""
    always: Annotated[Whole, only_if(
        lambda n: 0 <= n <= 10_000, "0 to 10000 patients on an open day"
    )] | None = None  # fmt: skip
    """The same number on each open day; in place of `per_open_day`, e.g. 4."""
    visit: VisitMinutes | None = None
    """Minutes in a chair of one of them, with `chairs`, e.g. 180 minutes."""

    def check(self) -> None:
        """Refuse two loads, and none."""
        only_one(self, ("per_open_day", "always"), "a load of other patients")

    @property
    def mean(self) -> float:
        """Mean number of other patients who ask on an open day."""
        return float(self.always or self.per_open_day or 0)

    @property
    def minutes(self) -> int:
        """Whole minutes that are booked for one of them; 0 where the clinic has places."""
        return math.ceil(self.visit or 0.0)
