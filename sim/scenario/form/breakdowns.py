"""Breakdowns of a clinic: times in which it loses places or chairs, by chance."""

from __future__ import annotations

import math
from typing import Annotated

from pydantic import Field

from sim.scenario.form import quantities
from sim.scenario.form.quantities import Form, only_if
from sim.scenario.form.quantity import Quantity

ALL = "all"

Lost = Annotated[float | str, Quantity(
    "number of places lost", "number", "2", 1, 1_000_000, words=(ALL,)
)]  # fmt: skip


class Breakdowns(Form):
    """Times in which the clinic loses places or chairs; each clinic has its own, by chance.

    A breakdown is as likely to begin on each day, open or not, so the times between two begins are
    exponential. It is known in the morning: nobody comes in vain. One that begins while another
    lasts prolongs it and takes no more.
    """

    every: quantities.FromADay
    """Mean time between the begins of two breakdowns, e.g. 6 months."""
    duration: quantities.FromADay = Field(alias="for")
    """How long one lasts, e.g. 3 days."""
    takes: Annotated[Lost, only_if(
        lambda lost: isinstance(lost, str) or lost == int(lost), "a whole number, or `all`"
    )]  # fmt: skip
    """Places or chairs that are lost, or `all`; the clinic is then closed, e.g. all."""

    @property
    def days(self) -> int:
        """Whole days of one breakdown."""
        return round(self.duration)

    @property
    def chance(self) -> float:
        """Probability that one begins on a day."""
        return -math.expm1(-1.0 / self.every)

    @property
    def share(self) -> float:
        """Share of days of a breakdown in the long run: that one began on one of the last days.

        >>> of = {"every": "100 days", "for": "3 days", "takes": "all"}
        >>> round(Breakdowns.model_validate(of).share, 6)
        0.029554
        """
        return -math.expm1(-self.days / self.every)
