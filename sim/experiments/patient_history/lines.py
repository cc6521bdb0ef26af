"""The events of one patient as lines, all arms together, and the day on which the arms diverge.

The same event in several arms is one line.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sim.experiments.patient_history.words import happened, in_sequence, measured, signed
from sim.results import Tables
from sim.scenario import Scenario
from sim.simulation.records import BONE_OF_SITE
from sim.vocabulary import BONES, SITES, Event

_RANKS = (
    "", Event.SCHEDULE_ENDED, Event.COURSE, Event.INTOLERANCE, Event.SENT_HOME, Event.INFUSION,
    Event.REACTION, Event.FRACTURE, Event.DEATH, Event.LOST, Event.END,
)  # fmt: skip
"""Events in their order on one day, as in `sim.simulation.records`; measured values come first."""

TREATMENT = (
    Event.COURSE, Event.SCHEDULE_ENDED, Event.INFUSION, Event.MISSED_INFUSION, Event.INTOLERANCE,
)  # fmt: skip
OUTCOMES = (Event.FRACTURE, Event.DEATH)
AT_CLINIC = (Event.INFUSION, Event.MISSED_INFUSION)
OF_DOSE = (Event.WAITED, Event.ROOM, Event.NO_DRUG)
"""What the clinic says of a dose, on the line of the dose."""
OF_CLINIC = (Event.TAKEN, Event.OVERTIME, Event.WASTED)
"""What concerns the clinic and not the patient."""

OWN_LISTS = (
    "each arm has clinics of its own, whose lists differ once a patient dies or stops in one arm "
    "only"
)
"""Why a patient waits longer in one arm than in another."""


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
        seen = visits.get(arm, {}).get(row["day"], {})
        entry = Entry(event, (value,), happened(event, what, value, scenario, begins, seen))
        if event in OF_CLINIC:
            continue
        if event in OF_DOSE:
            _waited(lines[Key(row["day"], _RANKS.index(Event.INFUSION), what, 0)], arm, entry)
            continue
        rank = _RANKS.index(event.removeprefix("missed "))
        _add(lines, Key(row["day"], rank, what, 0), arm, entry)
        if event == Event.COURSE:
            begun.add((arm, what))
    return dict(sorted(lines.items()))


def _waited(of_dose: dict[str, Entry], arm: str, wait: Entry) -> None:
    """Put the wait of a dose on the line of the dose."""
    dose = of_dose[arm]
    of_dose[arm] = Entry(dose.event, dose.values + wait.values, f"{dose.text} {wait.text}")


def _add(lines: Lines, key: Key, arm: str, entry: Entry) -> None:
    """Put an entry on its line, or on a further line if the arm had the same event that day."""
    while arm in lines.get(key, {}):
        key = key._replace(repeat=key.repeat + 1)
    lines.setdefault(key, {})[arm] = entry


@dataclass(frozen=True)
class Divergence:
    """A day on which the arms differ.

    Attributes
    ----------
    day : int
        Day since enrolment.
    events : dict of str to str
        Events of the day that differ, by arm; empty for an arm without one.
    reason : str
        Reason for the difference.
    """

    day: int
    events: dict[str, str]
    reason: str

    @property
    def text(self) -> str:
        """Events and reason in two sentences."""
        events = "; ".join(f"{arm}: {text or 'no event'}" for arm, text in self.events.items())
        return f"{events}. Reason: {self.reason}."


def first_divergence(
    lines: Lines, scenario: Scenario, visits: Visits, events: Collection[str] | None = None
) -> Divergence | None:
    """Find the first day on which the arms differ.

    Parameters
    ----------
    lines : Lines
        Events of one patient in all arms.
    scenario : Scenario
        Scenario with at least two arms.
    visits : Visits
        Measured values of the patient.
    events : collection of str, optional
        Events that count, such as `OUTCOMES`; by default all events and measured values.

    Returns
    -------
    Divergence or None
        The day with its reason; None if the arms do not differ.
    """
    arms = list(scenario.arms)
    differing = {
        key: entries
        for key, entries in lines.items()
        if _differs(entries, arms)
        and (events is None or any(entry.event in events for entry in entries.values()))
    }
    if not differing:
        return None
    day = min(differing).day
    of_day = {key: differing[key] for key in sorted(differing) if key.day == day}
    texts = {
        arm: "; ".join(entries[arm].text for entries in of_day.values() if arm in entries)
        for arm in arms
    }
    reasons = [_reason(key, entries, scenario, visits) for key, entries in of_day.items()]
    reason = "; ".join(dict.fromkeys(filter(None, reasons)))
    return Divergence(day, texts, reason or "an earlier difference between the arms")


def _differs(entries: Mapping[str, Entry], arms: list[str]) -> bool:
    distinct = {(entry.event, entry.values) for entry in entries.values()}
    return len(distinct) > 1 or len(entries) < len(arms)


def _reason(key: Key, entries: Mapping[str, Entry], scenario: Scenario, visits: Visits) -> str:
    """Reason why the arms differ on a line; empty if another line of the day gives the reason."""
    event = next(iter(entries.values())).event
    if event == Event.FRACTURE:
        return _reason_of_fracture(key, scenario, visits)
    if event == Event.DEATH and any(e.mortality_ratio != 1 for e in scenario.effects.values()):
        return "the random numbers are the same in every arm, but regimens act on mortality"
    without = [arm for arm, therapies in scenario.arms.items() if key.what not in therapies]
    if event in AT_CLINIC and not without and scenario.clinic is not None:
        return OWN_LISTS if key.what in scenario.clinic.serves else ""
    if event not in TREATMENT or not without:
        return ""
    verb = "begins" if len(entries) == 1 else "begin"
    if event == Event.MISSED_INFUSION:
        verb = "should have received"
    does = "does" if len(without) == 1 else "do"
    return f"{_arms(list(entries))} {verb} {key.what}, which {_arms(without)} {does} not receive"


def _reason_of_fracture(key: Key, scenario: Scenario, visits: Visits) -> str:
    """Reason for a fracture in some arms only; the random numbers are the same in all arms."""
    bone = BONES[BONE_OF_SITE[SITES.index(key.what)]]
    scores = {arm: signed(_last(visits[arm], f"{bone}_t", key.day)) for arm in visits}
    differ = len(set(scores.values())) > 1
    listed = ", ".join(f"{score} in {arm}" for arm, score in scores.items())
    measured = f"last measured T-score: {listed}" if differ else "not yet seen at a visit"
    ratios = [getattr(effect.fracture_ratio, key.what) for effect in scenario.effects.values()]
    direct = any(ratio != 1 for ratio in ratios)
    also = f"; regimens also act directly on {key.what} fractures" if direct else ""
    return (
        f"the random numbers are the same in every arm, but {bone} bone density differs "
        f"({measured}), and the risk of {key.what} fracture with it{also}"
    )


def _last(visits: Mapping[int, Mapping[str, float]], quantity: str, day: int) -> float:
    """Value last measured up to a day; every patient is measured on day 0."""
    known = [values[quantity] for at, values in visits.items() if at <= day and quantity in values]
    return known[-1]


def _arms(names: list[str]) -> str:
    return f"the {in_sequence(names)} arm{'s' if len(names) > 1 else ''}"
