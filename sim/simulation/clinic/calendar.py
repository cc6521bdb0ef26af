"""The days on which a clinic is open."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

WEEK = 7


@dataclass(frozen=True)
class Calendar:
    """Weekdays on which a clinic is open, and times in which it is closed.

    Attributes
    ----------
    first : int
        Weekday of day 0; 0 is Monday.
    open : tuple of int
        Weekdays on which the clinic is open; 0 is Monday.
    closed : tuple of range
        Days on which it is closed, whatever their weekday.
    begins : int
        Day from which this holds; before it the clinic is open every day, without a limit.

    Raises
    ------
    ValueError
        Without a weekday on which the clinic is open, and for a weekday outside 0 to 6.
    """

    first: int
    open: tuple[int, ...]
    closed: tuple[range, ...] = ()
    begins: int = 0

    def __post_init__(self) -> None:
        if not self.open or not {self.first, *self.open} <= {*range(WEEK)}:
            raise ValueError("a clinic is open on one weekday or more; weekdays are 0 to 6")

    def is_open(self, day: int) -> bool:
        """Whether the clinic is open on a day since its beginning."""
        if day < self.begins:
            return True
        return (self.first + day) % WEEK in self.open and not any(day in c for c in self.closed)

    def next_open(self, day: int) -> int:
        """The first open day from a day on.

        Examples
        --------
        >>> weekdays = Calendar(0, (0, 1, 2, 3, 4), (range(14, 21),))
        >>> weekdays.next_open(5), weekdays.next_open(12)
        (7, 21)
        """
        return next(later for later in count(day) if self.is_open(later))
