"""The day of a clinic with chairs: opening hours, minutes of a visit, nurses, and late patients."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heapreplace
from itertools import chain, repeat
from typing import Annotated, Literal

from sim.scenario.form.hours import in_order, minutes_of
from sim.scenario.form.nurses import Nurses, first_free
from sim.scenario.form.quantities import Early, Form, Minutes, Text, VisitMinutes, Whole, only_if


class Stay(Form):
    """Minutes in a chair, from the seat to leaving: log-normal between visits."""

    mean: VisitMinutes
    """Mean, which is also the time that is booked, e.g. 172 minutes."""
    sd: Minutes = 0.0
    """SD between visits, e.g. 40 minutes."""


class Arrival(Form):
    """Minutes between appointment and arrival, normal between visits; below 0 is early."""

    mean: Early = 0.0
    """Mean of these minutes, e.g. 0 minutes."""
    sd: Minutes
    """SD between visits, e.g. 12 minutes."""


class Chairs(Form):
    """Chairs in place of a number of places: how many visits a day has room for follows from time.

    Appointments are made by the mean of `visits`, in the order of booking, at the first minute at
    which a chair and a nurse are free; none would end after closing time.
    """

    number: Annotated[Whole, only_if(lambda n: 1 <= n <= 10_000, "1 to 10000 chairs")]
    """Number of chairs, e.g. 3."""
    hours: Annotated[Text, only_if(
        in_order, "'{value}' is no time in which a clinic is open; write it like 8:00 to 17:00"
    )]  # fmt: skip
    """Opening hours, e.g. 8:00 to 17:00."""
    visits: dict[str, Stay]
    """Minutes in a chair for each therapy that the clinic serves, e.g. {pamidronate: {mean: 172
    minutes, sd: 40 minutes}}."""
    nurses: Nurses | None = None
    """Nurses; if left out, a visit begins as soon as a chair is free."""
    arrival: Arrival | None = None
    """Minutes between appointment and arrival; if left out, everyone is on time."""
    after_closing: Literal["overtime", "sent home"]
    """Patients who are not seated at closing time: `overtime` seats them, `sent home` lets them
    wait again, e.g. overtime."""

    @property
    def times(self) -> tuple[int, int]:
        """Minutes since midnight at which the clinic opens and closes."""
        times = minutes_of(self.hours)
        if times is None:
            raise ValueError(f"'{self.hours}' is no time in which a clinic is open")
        return times

    def room_for(self, minutes: int, first: Sequence[int] = ()) -> int:
        """How many visits of equal length are booked on a day until it is full.

        >>> nurses = {"number": "1", "busy": "12 minutes"}
        >>> chairs = Chairs(number="2", hours="8:00 to 12:00", visits={}, nurses=nurses,
        ...                 after_closing="overtime")
        >>> chairs.room_for(60), chairs.room_for(120), chairs.room_for(241)
        (7, 3, 0)

        `first` has the minutes of visits that are booked before them:

        >>> chairs.room_for(60, [120]), chairs.room_for(60, [240])
        (5, 3)
        """
        begins, nurses = list[int](), self.nurses
        opens, closes = self.times
        free = [opens] * self.number
        for length in chain(first, repeat(minutes)):
            at = free[0]
            if nurses is not None:
                at = first_free(at, begins, round(nurses.busy), nurses.shifts)
            if at + length > closes:
                break
            heapreplace(free, at + length)
            begins.append(at)
        return max(0, len(begins) - len(first))
