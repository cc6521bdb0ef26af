"""The events of one life as lines: what is the same event in several arms stands on one."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from sim.experiments.patient_history.words import happened, measured
from sim.results import Tables
from sim.scenario import Scenario

_RANKS = (
    "",
    "schedule ended",
    "course",
    "intolerance",
    "infusion",
    "reaction",
    "fracture",
    "death",
    "end",
)
"""Events in their order on one day, after the measured values; as in `sim.simulation.records`."""


class Key(NamedTuple):
    """The place of a line: its day, the order on that day, what it concerns, how often that day."""

    day: int
    rank: int
    what: str
    again: int


class Entry(NamedTuple):
    """What happened in one arm: the event, its exact values, and its text."""

    event: str
    values: tuple[float, ...]
    text: str


Lines = dict[Key, dict[str, Entry]]
"""Entries by line and arm, in the order of the days; an arm without the event has none."""

Visits = Mapping[str, Mapping[int, Mapping[str, float]]]
"""Measured values by arm, day and quantity."""


def visits_of(tables: Tables, scenario: Scenario) -> Visits:
    """The measured values of one patient by arm, day and quantity."""
    visits: dict[str, dict[int, dict[str, float]]] = {arm: {} for arm in scenario.arms}
    for row in tables.measurements.to_dict("records"):
        visits[row["arm"]].setdefault(row["day"], {})[row["quantity"]] = row["value"]
    return visits


def lines_of(tables: Tables, visits: Visits, scenario: Scenario) -> Lines:
    """Every line of one patient's life, all arms joined."""
    lines: Lines = {}
    for arm, days in visits.items():
        for day, values in days.items():
            entry = Entry("measured", tuple(values.values()), measured(values))
            lines.setdefault(Key(day, 0, "", 0), {})[arm] = entry
    begun: set[tuple[str, str]] = set()
    for row in tables.events.to_dict("records"):
        arm, event, what = str(row["arm"]), str(row["event"]), str(row["what"])
        value = 0.0 if math.isnan(row["value"]) else float(row["value"])
        begins = (arm, what) not in begun and hasattr(scenario.therapies.get(what), "course")
        entry = Entry(event, (value,), happened(event, what, value, scenario, begins))
        rank = _RANKS.index(event.removeprefix("missed "))
        _add(lines, Key(row["day"], rank, what, 0), arm, entry)
        if event == "course":
            begun.add((arm, what))
    return dict(sorted(lines.items()))


def _add(lines: Lines, key: Key, arm: str, entry: Entry) -> None:
    """Put an entry on its line, or on the next one if the arm had the same event that day."""
    while arm in lines.get(key, {}):
        key = key._replace(again=key.again + 1)
    lines.setdefault(key, {})[arm] = entry
