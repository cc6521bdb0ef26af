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
    """

    number: int
    overbook: float = 0.0

    def new_day(self, outside: Outside = ORDINARY) -> DayOfPlaces:
        """Return a day with what comes from outside the study, and nobody of the study."""
        others, lost = outside
        left = self.number if others + lost == 0 else max(0, self.number - lost - others)
        return DayOfPlaces(left, beyond(left, self.overbook))


def beyond(places: int, overbook: float) -> int:
    """Visits that are booked beyond some places, to the next whole number.

    >>> beyond(9, 0.1), beyond(4, 0.1), beyond(5, 0.5)
    (1, 0, 3)
    """
    return math.floor(places * overbook + 0.5)


class DayOfPlaces:
    """The places of one day, and the visits that may be booked beyond them."""

    def __init__(self, number: int, beyond: int) -> None:
        self._number, self._left = number, number + beyond

    def book(self, visit: Visit) -> bool:  # noqa: ARG002  (in a chair, visits differ)
        """Give a visit a place; False if none is left."""
        if self._left == 0:
            return False
        self._left -= 1
        return True

    def live(self, booked: list[Visit]) -> list[Visit]:
        """Let the day pass, and return the visits that are sent home because all places are taken.

        Who comes has a place in the order of booking; a place is lost to a patient who does not
        come if nobody else is there for it. Places without a limit are not noted, so that the log
        is that of no clinic.
        """
        if self._number == NEVER:
            return []
        first_who_come = sorted(booked, key=lambda visit: not visit.comes)
        for visit in first_who_come[: self._number]:
            visit.notes.append((TAKEN, 1.0))
        return [visit for visit in first_who_come[self._number :] if visit.comes]
