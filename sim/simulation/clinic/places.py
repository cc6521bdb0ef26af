"""A clinic that gives a number of places on each open day."""

from __future__ import annotations

from typing import NamedTuple

from sim.simulation.clinic.visits import Visit
from sim.simulation.records import NEVER, TAKEN


class Places(NamedTuple):
    """The same number of places on each open day; each visit takes one.

    Attributes
    ----------
    number : int
        Visits on an open day; `NEVER` without a limit.
    """

    number: int

    def new_day(self, others: int = 0) -> DayOfPlaces:
        """Return a day on which other patients have places already, and nobody of the study."""
        return DayOfPlaces(self.number if others == 0 else max(0, self.number - others))


class DayOfPlaces:
    """The places of one day."""

    def __init__(self, number: int) -> None:
        self._left, self._is_limited = number, number != NEVER

    def book(self, visit: Visit) -> bool:  # noqa: ARG002  (in a chair, visits differ)
        """Give a visit a place; False if none is left."""
        if self._left == 0:
            return False
        self._left -= 1
        return True

    def live(self, booked: list[Visit]) -> list[Visit]:
        """Let the day pass, and return the visits that are sent home: with places, none.

        Places without a limit are not noted, so that the log is that of no clinic.
        """
        for visit in booked if self._is_limited else ():
            visit.notes.append((TAKEN, 1.0))
        return []
