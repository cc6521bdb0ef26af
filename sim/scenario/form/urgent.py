"""Urgent patients of a clinic, who are not in the study, and the places that are kept for them."""

from __future__ import annotations

import math
from typing import Annotated

from sim.scenario.form.other_patients import OnADay
from sim.scenario.form.quantities import Form, VisitMinutes, Whole, only_if


class Urgent(Form):
    """Urgent patients, who are not in the study, come without an appointment and go first.

    They take the places that are kept free, then those that nobody has, and then that of the
    patient of the study who was booked last, who is sent home and waits again. A kept place that
    none of them takes stays empty.
    """

    per_open_day: OnADay
    """Mean number on an open day, by chance from a Poisson distribution, e.g. 0.5."""
    kept_free: Annotated[Whole, only_if(lambda n: 0 <= n <= 10_000, "0 to 10000 visits")]
    """Places of an open day that nobody is booked for or, with `chairs`, visits of `visit` for
    which there is time, e.g. 1."""
    visit: VisitMinutes | None = None
    """Minutes in a chair of one of them, with `chairs`, e.g. 60 minutes."""

    @property
    def minutes(self) -> int:
        """Whole minutes in a chair of one of them; 0 where the clinic has places."""
        return math.ceil(self.visit or 0.0)
