"""Patients of one arm who share a clinic: SimPy is the clock, the clinic a plain object.

Time has three parts of each day. Measurements and changes of courses happen in the first, and
patients ask for a place. The clinic acts in the second. Infusions and all later kinds of event
happen in the third, so that the order of events of one patient is that of `simpy_engine`. A patient
who waits does not look for a place each morning: the clinic wakes those who have an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import simpy

from sim.simulation.clinic.clinic import Clinic
from sim.simulation.clinic.outside import NOTHING, Outside
from sim.simulation.clinic.rules import Minutes, Rules, rank, severity
from sim.simulation.clinic.visits import Visit
from sim.simulation.model import next_kind, react, start
from sim.simulation.model.action import happens, take
from sim.simulation.plain import plain
from sim.simulation.records import (
    ARRIVES,
    COMES,
    DEATH,
    END,
    GIVEN,
    HOME,
    INFUSION,
    KINDS,
    LASTS,
    NEVER,
    OVERTIME,
    REVIEW,
    STATE,
    TAKEN,
    WAITED,
    Inputs,
    Log,
)
from sim.simulation.simpy_engine import Rows, as_log
from sim.vocabulary import FROM_PLAN, NOT_COMING, SKIPPED

PARTS = 3
"""Parts of a day. The clinic acts in the second."""

Then = tuple[int, int, int | None]
"""Time of what comes next, its kind, and the therapy if it is a question to the clinic."""

WHILE_FULL = (TAKEN, OVERTIME)
"""What is logged only while everyone is enrolled and nobody has ended, as the use of the clinic."""


def simulate(
    inputs: Inputs, rules: Rules, enrolled: Sequence[int], outside: Mapping[int, Outside] = NOTHING
) -> tuple[Log, list[Visit]]:
    """Follow patients who share one clinic to death or the end of follow-up.

    Parameters
    ----------
    inputs : Inputs
        Parameters of one arm, its patients and their random numbers.
    rules : Rules
        Rules of the clinic.
    enrolled : sequence of int
        Day of the clinic on which each patient enrols, 0 or later.
    outside : mapping of int to Outside
        What comes from outside the study, by the day of the clinic.

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
    unit = _Unit(rules, outside)
    patients = [
        _Attending(unit, i, int(enrolled[i]), plain(record), params, inputs.draws[i].tolist())
        for i, record in enumerate(inputs.patients)
    ]
    unit.patients = patients
    for patient in patients:
        patient.begin()
    unit.env.run()
    unit.patients = []  # patients know their unit: without this, they would refer in a circle
    return as_log([row for patient in patients for row in patient.rows]), unit.clinic.visits


class _Unit:
    """A clinic in SimPy: it acts on the days for which it was called, and wakes its patients."""

    def __init__(self, rules: Rules, outside: Mapping[int, Outside]) -> None:
        self.env, self.rules = simpy.Environment(), rules
        self.clinic = Clinic(rules.calendar, rules.capacity, rules.supplies, outside)
        self.patients: list[_Attending] = []
        self._called: set[int] = set()

    def ask(self, visit: Visit) -> None:
        self.clinic.ask(visit)
        self._call(self.clinic.day_of(visit))

    def _call(self, day: int) -> None:
        """Call the clinic for a day on which it acts, once."""
        if day != NEVER and day not in self._called:
            self._called.add(day)
            self.at(PARTS * day + 1, lambda _: self._act(day))

    def at(self, tick: float, call: Callable[[simpy.Event], None]) -> simpy.Event:
        """Call a function at a time; returns the event with which it is called."""
        event = self.env.timeout(tick - self.env.now)
        event.callbacks.append(call)
        return event

    def _act(self, day: int) -> None:
        self._called.discard(day)
        booked = self.clinic.act(day)
        for visit in booked.sent_home:
            self.patients[visit.patient].hear_of_return(visit, day)
        answered = booked.served + booked.skipped
        for visit in answered:
            self.patients[visit.patient].hear_of_dose(visit, day)
        self._call(self.clinic.next_day(day + 1))
        for visit in answered:
            self.patients[visit.patient].live_on()


class _Attending:
    """A patient who lives by the model and asks the clinic for each dose that it serves."""

    def __init__(
        self, unit: _Unit, i: int, enrolled: int, patient: Any, params: Any, draws: list[float]
    ) -> None:  # fmt: skip
        self.unit, self.i, self.enrolled = unit, i, enrolled
        self.patient, self.params, self.draws = patient, params, draws
        self.state, self.due = plain(np.zeros((), STATE)), [0] * KINDS
        self.asked: dict[int, Visit | None] = {}
        self.last_given = [-1] * len(self.state.ended)
        self.next: simpy.Event | None = None
        self.then: Then | None = None
        self.rows: Rows = []

    def begin(self) -> None:
        """Enrol the patient."""
        start(self.state, self.due, self.patient, self.params, self.draws)
        self.live_on()

    def live_on(self) -> None:
        """Follow the patient until the next time at which the clinic may reach them, or the end.

        While no question is open, nothing in the clinic reaches the patient: what happens to them
        until the next question needs no clock. An answer of the clinic comes before the event that
        was waited for, and another takes its place.
        """
        self._follow(self._next())

    def _reach(self, event: simpy.Event) -> None:
        """Reach a time that was waited for, unless another has taken its place."""
        if event is self.next and self.then is not None:
            self._follow(self.then)

    def _follow(self, then: Then) -> None:
        """Live on from what comes next."""
        now, self.next = self.unit.env.now, None
        while True:
            tick, kind, asks = then
            if tick > now and (asks is not None or self._is_waiting()):
                self.then, self.next = then, self.unit.at(tick, self._reach)
                return
            if asks is not None:
                self._ask(asks)
            else:
                self._react(kind)
                if kind in (DEATH, END):
                    self._leave(range(len(self.state.ended)))
                    return
            then = self._next()

    def _is_waiting(self) -> bool:
        """Whether the clinic owes an answer to the patient."""
        return any(visit is not None and visit.is_waiting for visit in self.asked.values())

    def hear_of_dose(self, visit: Visit, day: int) -> None:
        """Hear of the clinic that the dose is given on a day, or not given at all."""
        self.due[INFUSION + visit.therapy] = day - self.enrolled
        self.state.waited[visit.therapy] = day - visit.due
        self.state.cut[visit.therapy] = 1.0 - visit.part
        if visit.served is None or not visit.comes:
            self.state.withheld[visit.therapy] = SKIPPED if visit.served is None else NOT_COMING

    def hear_of_return(self, visit: Visit, day: int) -> None:
        """Be sent home on a day, to wait for another place."""
        self.rows.append((self.i, day - self.enrolled, HOME + visit.therapy, 1.0))

    def _next(self) -> Then:
        """What comes next to the patient."""
        kind = next_kind(self.due, self.params)
        tick = PARTS * (self.enrolled + self.due[kind]) + (2 if kind >= INFUSION else 0)
        asks = None
        for therapy in self.unit.rules.serves:
            asking = PARTS * (self.enrolled + self.due[INFUSION + therapy])
            if therapy not in self.asked and asking < tick:
                tick, asks = asking, therapy
        return tick, kind, asks

    def _react(self, kind: int) -> None:
        day, therapy = self.due[kind], kind - INFUSION
        visit = self.asked.pop(therapy, None)
        value = react(kind, day, self.state, self.due, self.patient, self.params, self.draws)
        if kind != REVIEW:
            self.rows.append((self.i, day, kind, value))
        if visit is not None:
            self._note(visit, day, value)
        if self.asked:
            self._leave([therapy for therapy in self.asked if self.state.ended[therapy]])

    def _note(self, visit: Visit, day: int, dose: float) -> None:
        """Log what the clinic says of a visit."""
        waited = self.enrolled + day - visit.due
        if dose > 0:
            self.last_given[visit.therapy] = self.enrolled + day
        if waited > 0 and dose > 0:
            self.rows.append((self.i, day, WAITED + visit.therapy, waited))
        is_full = self.enrolled + day in self.unit.rules.full
        for kind, value in visit.notes:
            if is_full or kind not in WHILE_FULL:
                self.rows.append((self.i, day, kind + visit.therapy, value))

    def _ask(self, therapy: int) -> None:
        """Ask for a place, unless the patient cancels this dose."""
        k, day = self.state.infusion[therapy], self.due[INFUSION + therapy]
        self.asked[therapy] = None
        given = self.params.given[therapy]
        if happens(given, self.draws, self.params, GIVEN, therapy, k):
            visit = self._visit(therapy, k, day)
            self.asked[therapy] = visit
            self.due[INFUSION + therapy] = NEVER
            self.unit.ask(visit)

    def _visit(self, therapy: int, k: int, day: int) -> Visit:
        """The visit for a planned dose, with all that is drawn for it."""
        rules, comes = self.unit.rules, 1.0 - self.params.not_coming
        visit = Visit(self.enrolled + day, self.i, therapy, k, self._last(therapy, k, day))
        visit.comes = happens(comes, self.draws, self.params, COMES, therapy, k)
        visit.rank = rank(
            rules.order, therapy, k, self.last_given[therapy], self.patient, self.params
        )
        visit.milligrams = self.patient.dose[therapy]
        if rules.supplies:
            visit.severity = severity(self.state, self.patient)
        if rules.visits:
            visit.minutes = self._drawn(rules.visits[therapy], LASTS, therapy, k)
            visit.late = self._drawn(rules.arrival, ARRIVES, therapy, k)
        return visit

    def _drawn(self, minutes: Minutes, stream: int, therapy: int, k: int) -> int:
        """Minutes of planned dose k; those without a spread need no random number."""
        if minutes.spread == 0:
            return minutes.drawn(0.0)
        return minutes.drawn(take(self.draws, self.params, stream, therapy, k))

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
