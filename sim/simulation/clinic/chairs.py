"""A clinic with chairs and nurses: appointments by expected minutes, and the day by drawn ones.

Who comes first is seated first, so the minute at which a visit begins is known on arrival. A heap
of the minutes at which chairs are free and a list of the begins are enough; no clock ticks between.
"""

from __future__ import annotations

from collections.abc import Mapping
from heapq import heapreplace
from typing import NamedTuple

from sim.scenario.form.nurses import Shifts, first_free
from sim.simulation.clinic.outside import ORDINARY, Outside
from sim.simulation.clinic.visits import OTHER, Visit
from sim.simulation.records import OVERTIME, ROOM, TAKEN


class Chairs(NamedTuple):
    """Chairs, nurses and opening hours of a clinic; all times in minutes since midnight.

    Attributes
    ----------
    number : int
        Chairs.
    opens, closes : int
        First minute of the day, and the minute after the last one.
    expected : mapping of int to int
        Minutes in a chair that are booked, by the slot of the therapy.
    nurses : tuple of Shift
        Nurses by time of the day. A nurse begins one visit at a time.
    busy : int
        Minutes for which a nurse is busy at the begin of a visit.
    sends_home : bool
        Whether patients who are not seated at closing time are sent home, and otherwise seated.
    of_others : int
        Minutes in a chair of a patient who is not in the study.
    kept, of_urgent : int
        Visits of urgent patients for which time is kept free, and their minutes in a chair.

    Raises
    ------
    ValueError
        For a day that has no chair, no nurse, or no room for the longest expected visit.
    """

    number: int
    opens: int
    closes: int
    expected: Mapping[int, int]
    nurses: Shifts
    busy: int
    sends_home: bool
    of_others: int = 0
    kept: int = 0
    of_urgent: int = 0

    def new_day(self, outside: Outside = ORDINARY) -> DayOfChairs:
        """Return a day with the chairs that are left, and other patients, as many as have room."""
        left = self._replace(number=self.number - outside.lost)
        return DayOfChairs(left, outside.others, outside.urgent)


class Room:
    """Chairs, each with the minute from which it is free, and nurses who begin the visits.

    Examples
    --------
    Two chairs, and a nurse who is busy for ten minutes at the begin of each visit:

    >>> from sim.scenario.form.nurses import all_day
    >>> room = Room(2, all_day(1), 10)
    >>> [room.seat(0, 60), room.seat(0, 60), room.seat(0, 60)]
    [0, 10, 60]
    """

    def __init__(self, chairs: int, nurses: Shifts, busy: int, opens: int = 0) -> None:
        most = max(shift.number for shift in nurses)
        if chairs < 1 or most < 1:
            raise ValueError(f"{chairs} chairs and {most} nurses; allowed: 1 or more of each")
        self._chairs, self._nurses, self._busy = [opens] * chairs, nurses, busy
        self._begins: list[int] = []

    def free(self, arrival: int) -> int:
        """The first minute from an arrival on at which a chair and a nurse are free."""
        at = max(arrival, self._chairs[0])
        return first_free(at, self._begins, self._busy, self._nurses)

    def seat(self, arrival: int, minutes: int) -> int:
        """Seat a patient for some minutes, and return the minute at which the visit begins."""
        begins = self.free(arrival)
        heapreplace(self._chairs, begins + minutes)
        self._begins.append(begins)
        return begins


class DayOfChairs:
    """The appointments of one day, and what becomes of them."""

    def __init__(self, chairs: Chairs, others: int, urgent: int) -> None:
        self._of, self._urgent = chairs, urgent
        self._appointments: list[int] = []
        self._planned = self._room()
        self._kept = self._times(chairs.kept, chairs.of_urgent)
        self._others = self._from_outside(self._times(others, chairs.of_others), chairs.of_others)

    def _times(self, number: int, minutes: int) -> list[int]:
        """Appointments for some visits of equal length, as many as have room."""
        times = list[int]()
        while len(times) < number and (at := self._appointment(minutes)) is not None:
            times.append(at)
        return times

    def _from_outside(self, times: list[int], minutes: int) -> list[Visit]:
        """Visits of patients who are not in the study, and come on time."""
        return [Visit(0, OTHER, OTHER, 0, minutes=minutes, appointment=at) for at in times]

    def book(self, visit: Visit) -> bool:
        """Make an appointment for a visit; False if the visit would end after closing time."""
        at = self._appointment(self._of.expected[visit.therapy])
        if at is None:
            return False
        visit.appointment = at
        self._appointments.append(at)
        return True

    def _appointment(self, minutes: int) -> int | None:
        """The first minute at which a visit of some minutes can begin; None if the day is full."""
        at = self._planned.free(self._of.opens)
        if at + minutes > self._of.closes:
            return None
        return self._planned.seat(self._of.opens, minutes)

    def live(self, booked: list[Visit]) -> list[Visit]:
        """Let the day pass, and return the visits that are sent home.

        Patients who do not come leave their chair to the others. Notes of a visit: minutes in the
        waiting room, minutes in a chair during opening hours, and on the visit that ends last the
        minutes after closing time. Patients who are not in the study take chairs and nurses, and
        have no notes.
        """
        given_up = self._urgent_go_first(booked)
        room, ends, home = self._room(), {}, [visit for visit in given_up if visit.comes]
        for arrival, visit in self._arrivals(booked, given_up):
            begins = room.free(arrival)
            if begins >= self._of.closes and self._of.sends_home:
                home += [visit] if visit.is_of_study else []
                continue
            visit.arrives, visit.begins = arrival, room.seat(arrival, visit.minutes)
            if not visit.is_of_study:
                continue
            ends[visit] = begins + visit.minutes
            open_minutes = max(0, min(ends[visit], self._of.closes) - begins)
            visit.notes += [(ROOM, float(begins - arrival)), (TAKEN, float(open_minutes))]
        last = max(ends, key=lambda visit: ends[visit], default=None)
        if last is not None and ends[last] > self._of.closes:
            last.notes.append((OVERTIME, float(ends[last] - self._of.closes)))
        return home

    def _urgent_go_first(self, booked: list[Visit]) -> list[Visit]:
        """Give urgent patients the kept times, then free ones, and return who gives up theirs.

        Those are who does not come, and then who was booked last.
        """
        times = self._kept[: self._urgent]
        times += self._times(self._urgent - len(times), self._of.of_urgent)
        first_who_come = sorted(booked, key=lambda visit: not visit.comes)
        given_up = first_who_come[max(0, len(booked) + len(times) - self._urgent) :]
        times += [visit.appointment or 0 for visit in given_up]
        self._others = self._from_outside(times, self._of.of_urgent) + self._others
        return given_up

    def _arrivals(self, booked: list[Visit], given_up: list[Visit]) -> list[tuple[int, Visit]]:
        """Who comes, by the minute of arrival, then by the appointment; urgent patients first."""
        arrivals = [(visit.appointment or 0, visit) for visit in self._others]
        arrivals += [
            (max(self._of.opens, at + visit.late), visit)
            for at, visit in zip(self._appointments, booked, strict=True)
            if visit.comes and visit not in given_up
        ]
        return sorted(arrivals, key=lambda arrival: arrival[0])

    def _room(self) -> Room:
        return Room(self._of.number, self._of.nurses, self._of.busy, self._of.opens)
