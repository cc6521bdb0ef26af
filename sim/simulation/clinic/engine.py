"""Patients of one arm who share a clinic: SimPy is the clock, the clinic a plain object.

Time has three parts of each day. In the first, measurements and changes of courses happen and
patients ask for a place. In the second the clinic acts. In the third come infusions and all later
kinds of event, so that the order of events of one patient is that of `simpy_engine`. A patient who
waits does not look for a place each morning: the clinic wakes those who have an answer.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any, NamedTuple

import numpy as np
import simpy

from sim.simulation.clinic.calendar import Calendar
from sim.simulation.clinic.places import Clinic, Visit
from sim.simulation.model import next_kind, react, start
from sim.simulation.model.action import happens
from sim.simulation.plain import plain
from sim.simulation.records import (
    COMES,
    DEATH,
    END,
    GIVEN,
    INFUSION,
    KINDS,
    NEVER,
    REVIEW,
    STATE,
    WAITED,
    Inputs,
    Log,
)
from sim.simulation.simpy_engine import Rows, as_log
from sim.vocabulary import FROM_PLAN, NOT_COMING, SKIPPED

PARTS = 3
"""Parts of a day. The clinic acts in the second."""


class Rules(NamedTuple):
    """The rules of a clinic.

    Attributes
    ----------
    calendar : Calendar
        The days on which the clinic is open.
    places : int
        Visits on an open day.
    serves : tuple of int
        Slots of the therapies that need a place.
    at_most_late : int
        Days after which a dose is skipped; `NEVER` for no limit. Under `FROM_PLAN` a dose is
        skipped as well when the next one is planned.
    """

    calendar: Calendar
    places: int
    serves: tuple[int, ...]
    at_most_late: int = NEVER


def simulate(inputs: Inputs, rules: Rules, enrolled: Sequence[int]) -> tuple[Log, list[Visit]]:
    """Follow patients who share one clinic to death or the end of follow-up.

    Parameters
    ----------
    inputs : Inputs
        Parameters of one arm, its patients and their random numbers.
    rules : Rules
        Rules of the clinic.
    enrolled : sequence of int
        Day of the clinic on which each patient enrols, 0 or later.

    Returns
    -------
    tuple of Log and list of Visit
        The log of each patient in days since enrolment, and the visits in days of the clinic.

    Raises
    ------
    OutOfDraws
        If a patient has more fractures than random numbers were prepared for.
    ValueError
        For a clinic without a place.

    References
    ----------
    docs/architecture.md, section "Where patients meet".
    """
    params = plain(inputs.params)
    unit = _Unit(rules)
    patients = [
        _Attending(unit, i, int(enrolled[i]), plain(record), params, inputs.draws[i].tolist())
        for i, record in enumerate(inputs.patients)
    ]
    unit.patients = patients
    for patient in patients:
        patient.life = unit.env.process(patient.live())
    unit.env.run()
    return as_log([row for patient in patients for row in patient.rows]), unit.clinic.visits


class _Unit:
    """A clinic in SimPy: it acts on the days for which it was called, and wakes its patients."""

    def __init__(self, rules: Rules) -> None:
        self.env, self.rules = simpy.Environment(), rules
        self.clinic = Clinic(rules.calendar, rules.places)
        self.patients: list[_Attending] = []
        self._called: set[int] = set()

    def ask(self, visit: Visit) -> None:
        self.clinic.ask(visit)
        self._call(visit.due)

    def _call(self, day: int) -> None:
        """Call the clinic for the next day on which it acts, once."""
        next_day = self.clinic.next_day(day)
        if next_day != NEVER and next_day not in self._called:
            self._called.add(next_day)
            self.env.process(self._act(next_day))

    def _act(self, day: int) -> Generator[simpy.Event, Any, None]:
        yield self.env.timeout(PARTS * day + 1 - self.env.now)
        self._called.discard(day)
        for visit in self.clinic.act(day):
            self.patients[visit.patient].answer(visit)
        self._call(day + 1)


class _Attending:
    """A patient who lives by the model and asks the clinic for each dose that it serves."""

    def __init__(
        self, unit: _Unit, i: int, enrolled: int, patient: Any, params: Any, draws: list[float]
    ) -> None:  # fmt: skip
        self.unit, self.i, self.enrolled = unit, i, enrolled
        self.patient, self.params, self.draws = patient, params, draws
        self.state, self.due = plain(np.zeros((), STATE)), [0] * KINDS
        self.asked: dict[int, Visit | None] = {}
        self.life: simpy.Process | None = None
        self.rows: Rows = []

    def live(self) -> Generator[simpy.Event, Any, None]:
        """Follow the patient as a SimPy process.

        While no question is open, nothing in the clinic reaches the patient: what happens to them
        until the next question needs no clock.
        """
        env, is_over = self.unit.env, False
        start(self.state, self.due, self.patient, self.params, self.draws)
        while not is_over:
            kind = next_kind(self.due)
            tick, asks = self._next(kind)
            if tick > env.now and (asks is not None or any(self.asked.values())):
                try:
                    yield env.timeout(tick - env.now)
                except simpy.Interrupt:  # by the answer of the clinic
                    continue
            if asks is None:
                self._react(kind)
                is_over = kind in (DEATH, END)
            else:
                self._ask(asks)
        self._leave(range(len(self.state.ended)))

    def answer(self, visit: Visit) -> None:
        """Hear of the clinic: the dose is given today, or skipped."""
        day = visit.skipped if visit.served is None else visit.served
        assert day is not None
        self.due[INFUSION + visit.therapy] = day - self.enrolled
        self.state.waited[visit.therapy] = day - visit.due
        self.state.withheld[visit.therapy] = self._withheld(visit)
        if self.life is not None:
            self.life.interrupt()

    def _withheld(self, visit: Visit) -> float:
        """Reason why the dose is not given, 0 where it is."""
        if visit.served is None:
            return SKIPPED
        comes, k = 1.0 - self.params.not_coming, visit.dose
        is_there = happens(comes, self.draws, self.params, COMES, visit.therapy, k)
        return 0.0 if is_there else NOT_COMING

    def _next(self, kind: int) -> tuple[int, int | None]:
        """Time of what comes next, and the therapy if it is a question to the clinic."""
        tick = PARTS * (self.enrolled + self.due[kind]) + (2 if kind >= INFUSION else 0)
        asks = None
        for therapy in self.unit.rules.serves:
            asking = PARTS * (self.enrolled + self.due[INFUSION + therapy])
            if therapy not in self.asked and asking < tick:
                tick, asks = asking, therapy
        return tick, asks

    def _react(self, kind: int) -> None:
        day = self.due[kind]
        therapy = kind - INFUSION
        waited = self.state.waited[therapy] if therapy in self.asked else 0
        value = react(kind, day, self.state, self.due, self.patient, self.params, self.draws)
        if kind != REVIEW:
            self.rows.append((self.i, day, kind, value))
        if waited > 0 and value > 0:
            self.rows.append((self.i, day, WAITED + therapy, waited))
        self.asked.pop(therapy, None)
        if self.asked:
            self._leave([therapy for therapy in self.asked if self.state.ended[therapy]])

    def _ask(self, therapy: int) -> None:
        """Ask for a place, unless the patient cancels this dose."""
        k, day = self.state.infusion[therapy], self.due[INFUSION + therapy]
        self.asked[therapy] = None
        given = self.params.given[therapy]
        if happens(given, self.draws, self.params, GIVEN, therapy, k):
            visit = Visit(self.enrolled + day, self.i, therapy, k, self._last(therapy, k, day))
            self.asked[therapy] = visit
            self.due[INFUSION + therapy] = NEVER
            self.unit.ask(visit)

    def _last(self, therapy: int, k: int, day: int) -> int:
        """Last day of the clinic on which a dose is given."""
        last = min(day + self.unit.rules.at_most_late, NEVER)
        planned = self.params.plan_days[therapy]
        if self.params.next_dose == FROM_PLAN and planned[k + 1 : k + 2] not in ([], [NEVER]):
            last = min(last, self.state.begun[therapy] + planned[k + 1] - 1)
        return NEVER if last == NEVER else self.enrolled + max(last, day)

    def _leave(self, therapies: Sequence[int]) -> None:
        """Leave the list of the clinic: whoever died or stopped takes no place."""
        for therapy in therapies:
            visit = self.asked.pop(therapy, None)
            if visit is not None and visit.is_waiting:
                visit.left = int(self.unit.env.now) // PARTS
