"""The stock of a drug in a clinic: vials, deliveries and shortages."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.scenario.form.quantities import Days, Form, FromADay, Milligrams, Share, Vial, only_if
from sim.scenario.form.quantity import refuse


class Deliveries(Form):
    """Orders in equal steps of time, which fill up the stock."""

    every: FromADay
    """Time between two orders; the first is on the day on which the clinic's limits begin, e.g.
    1 month."""
    up_to: Milligrams
    """Amount up to which an order fills the stock, with what is on the way, e.g. 18000 mg."""
    after: Days = 0.0
    """Time from an order to its delivery, e.g. 7 days."""


class Shortage(Form):
    """A time in which orders are delivered in part."""

    begins: Days = Field(alias="from")
    """First day of order, counted from the day on which the clinic's limits begin, e.g. 30
    months."""
    duration: FromADay = Field(alias="for")
    """How long it lasts, e.g. 2 months."""
    delivered: Share
    """Share of an order that is delivered, e.g. 0 %."""

    @property
    def days(self) -> range:
        """The days of shortage, counted from the day on which the limits begin."""
        return range(round(self.begins), round(self.begins + self.duration))


class Supply(Form):
    """The stock of one drug; whole vials are opened, and what is left of them is thrown away.

    `when_short`: under `full doses until gone` who is first in the order of booking is served, and
    the others wait; under `half doses` everyone gets half a dose on a day that begins with less
    than `half_below`; under `most severe first` a day on which the stock does not suffice is booked
    by the number of vertebral fractures so far, then by the lowest T-score of the spine at entry.
    """

    vials: Annotated[list[Vial], only_if(bool, "one size of vial or more")]
    """Sizes of the vials, e.g. [30 mg, 60 mg, 90 mg]."""
    stock: Milligrams
    """Amount on the day on which the clinic's limits begin, e.g. 6000 mg."""
    deliveries: Deliveries | None = None
    """Orders; if left out, nothing is ever delivered."""
    shortages: list[Shortage] = Field([])
    """Times of shortage, e.g. [{from: 30 months, for: 2 months, delivered: 0 %}]."""
    when_short: Literal["full doses until gone", "half doses", "most severe first"]
    """What happens when the stock does not suffice, e.g. full doses until gone."""
    half_below: Milligrams | None = None
    """Stock in the morning below which everyone gets half a dose, with `half doses`, e.g.
    3000 mg."""

    def check(self) -> None:
        """Refuse half doses without the stock that begins them, and this stock without them."""
        if (self.when_short == "half doses") != (self.half_below is not None):
            raise refuse("`half_below` stands with `when_short: half doses`, and with no other")
