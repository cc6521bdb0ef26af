"""The events of one patient as lines. The same event in several arms is one line."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from sim.experiments.patient_history.words import happened, measured
from sim.results import Tables
from sim.scenario import Scenario
from sim.vocabulary import Event

_RANKS = (
    "", Event.SCHEDULE_ENDED, Event.COURSE, Event.INTOLERANCE, Event.INFUSION, Event.REACTION,
    Event.FRACTURE, Event.DEATH, Event.END,
)  # fmt: skip
"""Events in their order on one day, as in `sim.simulation.records`; measured values come first."""


class Key(NamedTuple):
    """Sort key of a line.

    Attributes
    ----------
    day : int
        Day since enrolment.
    rank : int
        Order of the event on its day.
    what : str
        Therapy, reaction, site or cause of the event; empty for measured values.
    repeat : int
        Number of the same event on the same day, from 0.
    """

    day: int
    rank: int
    what: str
    repeat: int


class Entry(NamedTuple):
    """An event in one arm, with its exact values and its text."""

    event: str
    values: tuple[float, ...]
    text: str


Lines = dict[Key, dict[str, Entry]]
"""Entries by line and arm, in order of time; an arm without the event has no entry."""

Visits = Mapping[str, Mapping[int, Mapping[str, float]]]
"""Measured values by arm, day and quantity."""


def visits_of(tables: Tables, scenario: Scenario) -> Visits:
    """Collect the measured values of one patient.

    Parameters
    ----------
    tables : Tables
        Tables of one patient.
    scenario : Scenario
        Scenario of the tables.

    Returns
    -------
    dict
        Measured values by arm, day and quantity.
    """
    visits: dict[str, dict[int, dict[str, float]]] = {arm: {} for arm in scenario.arms}
    for row in tables.measurements.to_dict("records"):
        visits[row["arm"]].setdefault(row["day"], {})[row["quantity"]] = row["value"]
    return visits


def lines_of(tables: Tables, visits: Visits, scenario: Scenario) -> Lines:
    """Put the events and measured values of one patient into lines, all arms together.

    Parameters
    ----------
    tables : Tables
        Tables of one patient.
    visits : Visits
        Measured values of the patient, from `visits_of`.
    scenario : Scenario
        Scenario of the tables.

    Returns
    -------
    Lines
        Entries by line and arm, in order of time.
    """
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
        if event == Event.COURSE:
            begun.add((arm, what))
    return dict(sorted(lines.items()))


def _add(lines: Lines, key: Key, arm: str, entry: Entry) -> None:
    """Put an entry on its line, or on a further line if the arm had the same event that day."""
    while arm in lines.get(key, {}):
        key = key._replace(repeat=key.repeat + 1)
    lines.setdefault(key, {})[arm] = entry
