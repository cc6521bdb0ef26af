"""Parts of an event log, and two logs compared."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.simulation.records import INFUSION, INTOLERANCE, PLAN, Floats, Integers, Log

Rows = list[tuple[int, int, int, float]]


def selected(log: Log, kept: Any) -> Log:
    """The rows of a log where `kept` is True, or the rows with these numbers."""
    return Log._make(column[kept] for column in log)


def of_kind(log: Log, kind: int, kinds: int = 1) -> Log:
    """The rows of one kind of event, or of several kinds that follow one another."""
    return selected(log, (log.kind >= kind) & (log.kind < kind + kinds))


def doses_given(log: Log, slot: int) -> Log:
    """The infusions of a therapy that were given, not missed."""
    return selected(log, (log.kind == INFUSION + slot) & (log.value > 0))


def course_steps(log: Log, slot: int) -> Log:
    """The rows that begin, lower or end a course."""
    return selected(log, (log.kind == PLAN + slot) | (log.kind == INTOLERANCE + slot))


def rows(log: Log) -> Rows:
    """The rows as tuples of patient, day, kind and value."""
    return list(zip(*(column.tolist() for column in log), strict=True))


def days_by_patient(log: Log, people: int) -> list[list[int]]:
    """The days of the rows of each patient."""
    days: list[list[int]] = [[] for _ in range(people)]
    for patient, day, *_ in rows(log):
        days[patient].append(day)
    return days


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


def same(first: Log, second: Log) -> bool:
    """True where two logs are identical to the byte."""
    return all(a.tobytes() == b.tobytes() for a, b in zip(first, second, strict=True))


def same_for(people: int, first: Log, second: Log) -> Any:
    """For each patient True where the rows in two logs are the same."""
    differing = {row[0] for row in {*rows(first)} ^ {*rows(second)}}
    return ~np.isin(np.arange(people), list(differing))
