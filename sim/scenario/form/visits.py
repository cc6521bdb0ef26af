"""Visits: the times at which bone density and markers are measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator

from sim.scenario.form.quantities import Form
from sim.scenario.form.quantity import refuse
from sim.scenario.form.units import read
from sim.vocabulary import MOST_VISITS

LATEST = 36525
"""The last possible day of a visit: no follow-up is longer."""

MOST_TIMES = 100
"""The most visit times in a list; each time may repeat."""


NEAR_DAYS = 3
NEAR_SHARE = 0.01
"""Times so near each other, in days and in share of the time since entry, are one visit."""


@dataclass(frozen=True)
class VisitTime:
    """One visit after entry, or visits that repeat: `3 months`, `every 12 months`."""

    text: str
    """The time as typed."""
    days: float
    """Days after entry, or between two visits."""
    repeats: bool

    @classmethod
    def read(cls, text: object) -> VisitTime:
        """A time as typed. Raises PydanticCustomError for any other text."""
        if not isinstance(text, str):
            raise refuse("should be text")
        days = read(text.removeprefix("every ").strip(), "time, held in days")
        if not 1 <= days <= LATEST:
            rule = "a visit is at least a day after entry and after the visit before"
            raise refuse(f"'{text}': {rule}, and at most 100 years")
        return cls(text, days, text.startswith("every "))


def _few(times: list[VisitTime]) -> list[VisitTime]:
    if len(times) > MOST_TIMES:
        raise refuse(f"{len(times)} times; allowed: up to {MOST_TIMES}")
    return times


Times = Annotated[
    list[Annotated[VisitTime, PlainValidator(VisitTime.read)]],
    BeforeValidator(lambda value: [value] if isinstance(value, str) else value),
    AfterValidator(_few),
]


class Visits(Form):
    """When bone and markers are measured after entry: times, or `every 12 months`, or both.

    Times of a list at most 3 days and 1 % apart, like 12 months and 52 weeks, are one visit.
    """

    dxa: Times
    """When bone density is measured after entry, e.g. [every 12 months]."""
    markers: Times = Field([])
    """When markers are measured after entry, e.g. [3 months, 6 months, every 12 months]."""

    @staticmethod
    def days(times: list[VisitTime], horizon: float) -> list[int]:
        """The visit days up to the horizon, with entry (day 0) always among them.

        A visit written in two units is one visit: of two times of the list that are at most
        `NEAR_DAYS` and `NEAR_SHARE` apart, the one that stands first counts.
        """
        days, end = {0}, round(horizon)
        for time in times:
            if len(days) > MOST_VISITS + MOST_TIMES:  # no scenario has as many within its horizon
                break
            last = int(horizon / time.days) + 1 if time.repeats else 1
            own = (round(k * time.days) for k in range(1, last + 1))
            days |= {day for day in own if day <= end and not _is_near(day, days)}
        return sorted(days)


def _is_near(day: int, days: set[int]) -> bool:
    """True where one of the days is the same visit as this one."""
    few = min(NEAR_DAYS, int(NEAR_SHARE * day))
    return any(day + apart in days for apart in range(-few, few + 1))
