"""The places of a clinic and the patients who wait for them: a plain object, without a clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heappop, heappush

from sim.simulation.clinic.calendar import Calendar
from sim.simulation.records import NEVER


@dataclass(order=True)
class Visit:
    """A dose that a patient asks for: who is due first is served first, ties by patient number.

    Attributes
    ----------
    due : int
        Day on which the patient asks, since the clinic began.
    patient, therapy : int
        Number of the patient and slot of the therapy.
    dose : int
        Number of the planned dose, from 0.
    last : int
        Last day on which the dose is given; `NEVER` without a limit.
    served : int or None
        Day on which the dose was given; None while the patient waits, and if it was not.
    skipped : int or None
        Day on which the clinic skipped the dose; None if it did not.
    left : int or None
        Day on which the patient left the list: by death, stopping, or the end of follow-up.
    """

    due: int
    patient: int
    therapy: int
    dose: int = field(compare=False)
    last: int = field(default=NEVER, compare=False)
    served: int | None = field(default=None, compare=False)
    skipped: int | None = field(default=None, compare=False)
    left: int | None = field(default=None, compare=False)

    @property
    def is_waiting(self) -> bool:
        """Whether the patient still waits for a place."""
        return self.served is None and self.skipped is None and self.left is None


class Clinic:
    """The places of a clinic by day, and its list.

    Attributes
    ----------
    calendar : Calendar
        The days on which the clinic is open.
    places : int
        Visits on an open day.
    visits : list of Visit
        Everyone who asked, in the order of asking.

    Raises
    ------
    ValueError
        For less than one place.
    """

    def __init__(self, calendar: Calendar, places: int) -> None:
        if places < 1:
            raise ValueError(f"{places} places on a day; allowed: 1 or more")
        self.calendar, self.places = calendar, places
        self.visits: list[Visit] = []
        self._list: list[Visit] = []
        self._limits: list[tuple[int, Visit]] = []

    def ask(self, visit: Visit) -> None:
        """Put a visit on the list."""
        self.visits.append(visit)
        heappush(self._list, visit)
        if visit.last != NEVER:
            heappush(self._limits, (visit.last, visit))

    def next_day(self, day: int) -> int:
        """The next day from `day` on at which the clinic acts; `NEVER` if the list is empty.

        The clinic acts on open days, and on the last day of a waiting visit even if it is closed.
        """
        self._forget()
        if not self._list:
            return NEVER
        limit = self._limits[0][0] if self._limits else NEVER
        return min(self.calendar.next_open(day), max(limit, day))

    def act(self, day: int) -> list[Visit]:
        """Give the places of a day, then skip the visits whose last day it was.

        Returns
        -------
        list of Visit
            The visits that got an answer, served ones first.
        """
        answered: list[Visit] = []
        if self.calendar.is_open(day):
            places = self.places if day >= self.calendar.begins else NEVER
            while len(answered) < places and self._forget():
                visit = heappop(self._list)
                visit.served = day
                answered.append(visit)
        while self._forget() and self._limits and self._limits[0][0] <= day:
            visit = heappop(self._limits)[1]
            visit.skipped = day
            answered.append(visit)
        return answered

    def _forget(self) -> bool:
        """Drop visits that no longer wait from the tops of both heaps; True if any is left."""
        while self._list and not self._list[0].is_waiting:
            heappop(self._list)
        while self._limits and not self._limits[0][1].is_waiting:
            heappop(self._limits)
        return bool(self._list)
