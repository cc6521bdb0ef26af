"""A dose that a patient asks the clinic for, and the list of those who wait."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush

from sim.simulation.records import NEVER

OTHER = -1
"""Stands for the number and the therapy of a patient who is not in the study."""


@dataclass(eq=False)
class Visit:
    """A dose that a patient asks for.

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
    rank : float
        Who has the lower rank is booked first; equal ranks by the day that is due, then by the
        number of the patient.
    comes : bool
        False for a patient who has a place and does not come.
    minutes : int
        Minutes in a chair; 0 where the clinic has places.
    late : int
        Minutes between the appointment and the arrival, below 0 for those who are early.
    milligrams : float
        Whole dose.
    part : float
        Share of the dose that the clinic gives, 1 or a half.
    severity : tuple of float
        Who has the lower one is booked first where a short drug goes to the most severe.
    served : int or None
        Day on which the patient had the place; None while the patient waits, and without one.
    skipped : int or None
        Day on which the clinic skipped the dose; None if it did not.
    left : int or None
        Day on which the patient left the list: by death, stopping, or the end of follow-up.
    appointment, arrives, begins : int or None
        Minutes since midnight of the last appointment, of the arrival for it, and of the begin of
        the visit in a chair; None where the clinic has places.
    notes : list of tuple of int and float
        Rows for the log on the day of service: kind of the first therapy, and value.
    """

    due: int
    patient: int
    therapy: int
    dose: int
    last: int = NEVER
    rank: float = 0.0
    comes: bool = True
    minutes: int = 0
    late: int = 0
    milligrams: float = 0.0
    part: float = 1.0
    severity: tuple[float, ...] = ()
    served: int | None = None
    skipped: int | None = None
    left: int | None = None
    appointment: int | None = None
    arrives: int | None = None
    begins: int | None = None
    notes: list[tuple[int, float]] = field(default_factory=list)

    @property
    def is_of_study(self) -> bool:
        """Whether the patient is in the study."""
        return self.patient != OTHER

    @property
    def taken(self) -> float:
        """Milligrams that are taken from the stock."""
        return self.milligrams * self.part

    @property
    def is_waiting(self) -> bool:
        """Whether the patient still waits for a place."""
        return self.served is None and self.skipped is None and self.left is None


class Waiting:
    """The visits that wait, in the order in which they are booked.

    Examples
    --------
    >>> waiting = Waiting()
    >>> for patient, due in ((0, 5), (1, 3), (2, 3)):
    ...     waiting.add(Visit(due, patient, 0, 0))
    >>> [waiting.take().patient for _ in range(3)]
    [1, 2, 0]
    """

    def __init__(self) -> None:
        self._list: list[tuple[float, int, int, int, Visit]] = []
        self._limits: list[tuple[int, int, int, Visit]] = []

    def add(self, visit: Visit) -> None:
        """Put a visit on the list."""
        self.put_back(visit)
        if visit.last != NEVER:
            heappush(self._limits, (visit.last, visit.patient, visit.therapy, visit))

    def put_back(self, visit: Visit) -> None:
        """Put a visit on the list that was taken from it."""
        heappush(self._list, (visit.rank, visit.due, visit.patient, visit.therapy, visit))

    def first(self) -> Visit | None:
        """The visit that is booked next; None for an empty list."""
        while self._list and not self._list[0][-1].is_waiting:
            heappop(self._list)
        return self._list[0][-1] if self._list else None

    def take(self) -> Visit:
        """Take the first visit from the list."""
        return heappop(self._list)[-1]

    def in_order(self) -> Iterator[Visit]:
        """Take the visits one after another, in the order in which they are booked."""
        while self.first() is not None:
            yield self.take()

    def first_limit(self) -> int:
        """The earliest last day of a visit that waits; `NEVER` if there is none."""
        while self._limits and not self._limits[0][-1].is_waiting:
            heappop(self._limits)
        return self._limits[0][0] if self._limits else NEVER

    def take_beyond(self, day: int) -> list[Visit]:
        """Take the visits whose last day is over at the end of a day."""
        beyond = []
        while self.first_limit() <= day:
            beyond.append(heappop(self._limits)[-1])
            beyond[-1].skipped = day
        return beyond
