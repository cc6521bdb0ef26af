"""The patients of one arm with their event log, parts of a log, and two logs compared."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.scenario.form.study import Scenario
from sim.scenario.form.therapy import Course, Infusions
from sim.simulation.records import INTOLERANCE, PLAN, Floats, Inputs, Integers, Log

Rows = list[tuple[int, int, int, float]]


class Arm(NamedTuple):
    """The simulated patients of one arm, with the scenario that they come from."""

    name: str
    scenario: Scenario
    inputs: Inputs
    log: Log

    @property
    def people(self) -> int:
        """Number of patients."""
        return len(self.inputs.patients)

    @property
    def last(self) -> int:
        """The last day of follow-up."""
        return int(self.inputs.params["horizon"])

    @property
    def therapies(self) -> list[tuple[int, str, Course | Infusions]]:
        """Slot, name and form of each therapy of the arm."""
        therapies, names = enumerate(self.scenario.therapies.items()), self.scenario.arms[self.name]
        return [(slot, name, form) for slot, (name, form) in therapies if name in names]

    @property
    def infusions(self) -> list[tuple[int, str, Infusions]]:
        """Slot, name and form of each therapy by infusion of the arm."""
        return [(i, name, form) for i, name, form in self.therapies if isinstance(form, Infusions)]

    @property
    def courses(self) -> list[tuple[int, str, Course]]:
        """Slot, name and form of each course of the arm."""
        return [(i, name, form) for i, name, form in self.therapies if isinstance(form, Course)]

    def of(self, kind: int, kinds: int = 1) -> Log:
        """The rows of one kind of event, or of several kinds that follow one another."""
        return selected(self.log, (self.log.kind >= kind) & (self.log.kind < kind + kinds))

    def first_day(self, kind: int, kinds: int = 1) -> Floats:
        """The day of the first such event of each patient, infinite where a patient has none."""
        return first_day(self.of(kind, kinds), self.people)

    def given(self, kind: int, kinds: int = 1) -> Log:
        """The rows of such events with a dose above 0: infusions not missed, courses not ended."""
        events = self.of(kind, kinds)
        return selected(events, events.value > 0)

    def course_steps(self, slot: int) -> Log:
        """The rows that begin, lower or end a course."""
        kinds = PLAN + slot, INTOLERANCE + slot
        return selected(self.log, np.isin(self.log.kind, kinds))

    def days(self, kind: int) -> list[list[int]]:
        """The days of one kind of event of each patient."""
        days: list[list[int]] = [[] for _ in range(self.people)]
        for patient, day, *_ in rows(self.of(kind)):
            days[patient].append(day)
        return days


Arms = dict[str, Arm]
"""The arms of a scenario, by name."""


def selected(log: Log, kept: Any) -> Log:
    """The rows of a log where `kept` is True, or the rows with these numbers."""
    return Log._make(column[kept] for column in log)


def rows(log: Log) -> Rows:
    """The rows as tuples of patient, day, kind and value."""
    return list(zip(*(column.tolist() for column in log), strict=True))


def first_day(log: Log, people: int) -> Floats:
    """The day of the first row of each patient, infinite where a patient has none."""
    first = np.full(people, np.inf)
    np.minimum.at(first, log.patient, log.day)
    return first


def last_day(log: Log, people: int) -> Integers:
    """The day of the last row of each patient, 0 where a patient has none."""
    last = np.zeros(people, np.int64)
    np.maximum.at(last, log.patient, log.day)
    return last


def number_of_rows(log: Log, people: int) -> Integers:
    """The number of rows of each patient."""
    return np.bincount(log.patient, minlength=people)


def number_within_patient(log: Log) -> Integers:
    """For each row, the number of rows of its patient before it."""
    return np.arange(len(log.patient)) - np.searchsorted(log.patient, log.patient)


def same(first: Log, second: Log) -> bool:
    """True where two logs are identical to the byte."""
    return all(a.tobytes() == b.tobytes() for a, b in zip(first, second, strict=True))


def same_for(people: int, first: Log, second: Log) -> Any:
    """For each patient True where the rows in two logs are the same."""
    differing = {row[0] for row in {*rows(first)} ^ {*rows(second)}}
    return ~np.isin(np.arange(people), list(differing))
