"""A clinic: its list of those who wait, its days with places or chairs, its drugs; no clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import NamedTuple

from sim.simulation.clinic.calendar import Calendar
from sim.simulation.clinic.chairs import Chairs, DayOfChairs
from sim.simulation.clinic.outside import NOTHING, ORDINARY, Outside
from sim.simulation.clinic.places import DayOfPlaces, Places
from sim.simulation.clinic.supply import Stores, Supply
from sim.simulation.clinic.visits import Visit, Waiting
from sim.simulation.records import NEVER, NO_DRUG

EVERYONE = Places(NEVER)
"""The capacity before the limits of a clinic begin."""

NO_SUPPLIES: Mapping[int, Supply] = {}

NO_STORES = Stores(NO_SUPPLIES)


class Booked(NamedTuple):
    """What a day brought: visits that were served, skipped, and sent home to come again."""

    served: list[Visit]
    skipped: list[Visit]
    sent_home: list[Visit]


class Turn(NamedTuple):
    """The visits of a day in turn: booked, put off, and the first of each drug that was out."""

    booked: list[Visit]
    put_off: list[Visit]
    lacking: list[Visit]


class Clinic:
    """A clinic and its list.

    Attributes
    ----------
    calendar : Calendar
        The days on which the clinic is open.
    capacity : Places or Chairs
        What an open day has room for.
    stores : Stores
        Its drugs.
    outside : mapping of int to Outside
        What comes from outside the study, by day; nothing on other days.
    visits : list of Visit
        Everyone of the study who asked, in the order of asking.

    Raises
    ------
    ValueError
        For less than one place or chair.
    """

    def __init__(
        self, calendar: Calendar, capacity: Places | Chairs,
        supplies: Mapping[int, Supply] = NO_SUPPLIES, outside: Mapping[int, Outside] = NOTHING,
    ) -> None:  # fmt: skip
        if capacity.number < 1:
            raise ValueError(f"{capacity.number} places on a day; allowed: 1 or more")
        self.calendar, self.capacity, self.stores = calendar, capacity, Stores(supplies)
        self.outside = outside
        self.visits: list[Visit] = []
        self._asked_for: set[int] = set()
        self._open_from: dict[int, int] = {}
        self._waiting = Waiting()

    def ask(self, visit: Visit) -> None:
        """Put a visit on the list."""
        self.visits.append(visit)
        self._asked_for.add(visit.therapy)
        self._waiting.add(visit)

    def day_of(self, visit: Visit) -> int:
        """The first day on which the clinic can answer a visit: an open day, or its last day."""
        return min(self._next_open(visit.due), max(visit.last, visit.due))

    def next_day(self, day: int) -> int:
        """The next day from `day` on at which the clinic acts; `NEVER` if the list is empty.

        The clinic acts on open days, and on the last day of a waiting visit even if it is closed.
        """
        if self._waiting.first() is None:
            return NEVER
        return min(self._next_open(day), max(self._waiting.first_limit(), day))

    def act(self, day: int) -> Booked:
        """Book and serve the visits of a day, then skip those whose last day it was."""
        served: list[Visit] = []
        home: list[Visit] = []
        if self._is_open(day):
            served, home = self._serve(day)
        return Booked(served, self._waiting.take_beyond(day), home)

    def _next_open(self, day: int) -> int:
        """The first open day from a day on; many patients ask on the same day."""
        if day not in self._open_from:
            later = self.calendar.next_open(day)
            while not self._is_open(later):
                later = self.calendar.next_open(later + 1)
            self._open_from[day] = later
        return self._open_from[day]

    def _is_open(self, day: int) -> bool:
        """Whether the clinic is open on a day, and has not lost all of its places or chairs."""
        lost = self.outside.get(day, ORDINARY).lost
        return lost < self.capacity.number and self.calendar.is_open(day)

    def _serve(self, day: int) -> tuple[list[Visit], list[Visit]]:
        """Serve the visits of an open day, and send home those for whom it was too late."""
        is_limited = day >= self.calendar.begins
        stores = self.stores if is_limited else NO_STORES
        stores.receive(day)
        capacity = self.capacity if is_limited else EVERYONE
        booked, room = self._book(
            partial(capacity.new_day, self.outside.get(day, ORDINARY)), stores
        )
        home = room.live(booked)
        served = [visit for visit in booked if visit not in home] if home else booked
        for visit in served:
            visit.served = day
        for visit in home:
            self._waiting.put_back(visit)
        stores.settle(booked)
        return served, home

    def _book(
        self, new_day: Callable[[], DayOfPlaces | DayOfChairs], stores: Stores
    ) -> tuple[list[Visit], DayOfPlaces | DayOfChairs]:
        """Book the visits of a day, and return them with the day.

        If a drug that goes to the most severe does not suffice, the day is booked anew by severity;
        patients who are as severe stay in their order.
        """
        room = new_day()
        turn = self._in_turn(self._waiting.in_order(), room, stores)
        if stores.go_to_the_most_severe({visit.therapy for visit in turn.lacking}):
            for visit in turn.booked:
                stores.give_back(visit)
            for visit in turn.booked + turn.put_off:
                self._waiting.put_back(visit)
            everyone, room = [*self._waiting.in_order()], new_day()
            by_severity = sorted(everyone, key=lambda visit: visit.severity)
            turn = self._in_turn(iter(by_severity), room, stores)
            booked = {*turn.booked}
            turn = turn._replace(put_off=[visit for visit in everyone if visit not in booked])
        for visit in turn.lacking:
            if not any(kind == NO_DRUG for kind, _ in visit.notes):
                visit.notes.append((NO_DRUG, 1.0))
        for visit in turn.put_off:
            self._waiting.put_back(visit)
        return turn.booked, room

    def _in_turn(
        self, visits: Iterator[Visit], room: DayOfPlaces | DayOfChairs, stores: Stores
    ) -> Turn:
        """Book visits one after another until the day is full.

        Nobody overtakes: the day is full at the first visit that has no room, and a drug is out at
        the first visit for which it does not suffice. Visits for other drugs go on.
        """
        turn, out = Turn([], [], []), set[int]()
        for visit in visits:
            if visit.therapy in out:
                turn.put_off.append(visit)
            elif not stores.keep(visit):
                out.add(visit.therapy)
                turn.put_off.append(visit)
                turn.lacking.append(visit)
            elif room.book(visit):
                turn.booked.append(visit)
            else:
                stores.give_back(visit)
                turn.put_off.append(visit)
                break
            if out >= self._asked_for:
                break
        return turn
