"""The day on which the arms of one patient diverge, and the reason."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sim.experiments.patient_history.lines import Entry, Key, Lines, Visits
from sim.experiments.patient_history.words import in_sequence, signed
from sim.scenario import Scenario
from sim.simulation.records import BONE_OF_SITE
from sim.vocabulary import BONES, SITES, Event

TREATMENT = (
    Event.COURSE, Event.SCHEDULE_ENDED, Event.INFUSION, Event.MISSED_INFUSION, Event.INTOLERANCE,
)  # fmt: skip
OUTCOMES = (Event.FRACTURE, Event.DEATH)


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
    without = [arm for arm, therapies in scenario.arms.items() if key.what not in therapies]
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
