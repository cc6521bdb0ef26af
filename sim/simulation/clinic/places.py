"""A clinic that gives a number of places on each open day."""

from __future__ import annotations

import math
from typing import NamedTuple

from sim.simulation.clinic.outside import ORDINARY, Outside
from sim.simulation.clinic.visits import Visit
from sim.simulation.records import NEVER, TAKEN


class Places(NamedTuple):
    """The same number of places on each open day; each visit takes one.

    Attributes
    ----------
    number : int
        Visits on an open day; `NEVER` without a limit.
    overbook : float
        Share of places that are booked beyond the places, because some patients do not come.
    kept : int
        Places that are kept free for urgent patients.
    """

    number: int
    overbook: float = 0.0
    kept: int = 0

    def new_day(self, outside: Outside = ORDINARY) -> DayOfPlaces:
        """Return a day with what comes from outside the study, and nobody of the study."""
        if self.number == NEVER:
            return DayOfPlaces(NEVER, 0, NEVER)
        places = self.number - outside.lost
        others = min(outside.others, max(0, places - self.kept))
        left = max(0, places - self.kept - others)
        seats = max(0, places - max(self.kept, outside.urgent) - others)
        return DayOfPlaces(left, beyond(left, self.overbook), seats)


def beyond(places: int, overbook: float) -> int:
    """Visits that are booked beyond some places, to the next whole number.

    >>> beyond(9, 0.1), beyond(4, 0.1), beyond(5, 0.5)
    (1, 0, 3)
    """
    return math.floor(places * overbook + 0.5)


class DayOfPlaces:
    """The places of one day that may be booked, visits beyond them, and seats on the day itself.

    There are fewer seats than places to book if urgent patients come beyond the kept places.
    """

    def __init__(self, number: int, beyond: int, seats: int) -> None:
        self._left, self._seats = number + beyond, seats

    def book(self, visit: Visit) -> bool:  # noqa: ARG002  (in a chair, visits differ)
        """Give a visit a place; False if none is left."""
        if self._left == 0:
            return False
        self._left -= 1
        return True

    def live(self, booked: list[Visit]) -> list[Visit]:
        """Let the day pass, and return the visits that are sent home because all places are taken.

        Who comes has a place in the order of booking; a place is lost to a patient who does not
        come if nobody else is there for it, urgent patients included. Places without a limit are
        not noted, so that the log is that of no clinic.
        """
        if self._seats == NEVER:
            return []
        first_who_come = sorted(booked, key=lambda visit: not visit.comes)
        for visit in first_who_come[: self._seats]:
            visit.notes.append((TAKEN, 1.0))
        return [visit for visit in first_who_come[self._seats :] if visit.comes]
