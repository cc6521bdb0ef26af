"""Where the arms of one life part, and why: treatment first, and what it brings about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sim.experiments.patient_history.lines import Entry, Key, Lines, Visits
from sim.experiments.patient_history.words import in_sequence, signed
from sim.scenario import Scenario
from sim.simulation.records import BONE_OF_SITE
from sim.vocabulary import BONES, SITES

TREATMENT = ("course", "schedule ended", "infusion", "missed infusion", "intolerance")
OUTCOMES = ("fracture", "death")


@dataclass(frozen=True)
class Parting:
    """A day on which something differs between arms: what happened in each, and the reason."""

    day: int
    events: dict[str, str]
    reason: str

    @property
    def text(self) -> str:
        """The parting in a sentence or two."""
        told = "; ".join(f"{arm}: {text or 'nothing'}" for arm, text in self.events.items())
        return f"{told}. {self.reason[:1].upper()}{self.reason[1:]}."


def first_difference(lines: Lines, scenario: Scenario, visits: Visits) -> Parting | None:
    """The first day on which anything differs, None where nothing ever does."""
    return _parting(lines, scenario, visits)


def first_outcome(lines: Lines, scenario: Scenario, visits: Visits) -> Parting | None:
    """The first day with a fracture or death that not every arm has, None without one."""
    concerned = {
        key: entries
        for key, entries in lines.items()
        if any(entry.event in OUTCOMES for entry in entries.values())
    }
    return _parting(concerned, scenario, visits)


def _parting(lines: Lines, scenario: Scenario, visits: Visits) -> Parting | None:
    arms = list(scenario.arms)
    differing = {key: entries for key, entries in lines.items() if _differs(entries, arms)}
    if not differing:
        return None
    day = min(differing).day
    today = {key: differing[key] for key in sorted(differing) if key.day == day}
    events = {arm: "; ".join(e[arm].text for e in today.values() if arm in e) for arm in arms}
    reasons = [_reason(key, entries, scenario, visits) for key, entries in today.items()]
    why = dict.fromkeys(reason for reason in reasons if reason)
    return Parting(day, events, "; ".join(why) or "it follows from what differed before")


def _differs(entries: Mapping[str, Entry], arms: list[str]) -> bool:
    seen = {(entry.event, entry.values) for entry in entries.values()}
    return len(seen) > 1 or len(entries) < len(arms)


def _reason(key: Key, entries: Mapping[str, Entry], scenario: Scenario, visits: Visits) -> str:
    """Why not all arms have the same on a line; nothing where another line of the day says it."""
    event = next(iter(entries.values())).event
    if event == "fracture":
        return _of_fracture(key, scenario, visits)
    without = [arm for arm, names in scenario.arms.items() if key.what not in names]
    if event not in TREATMENT or not without:
        return ""
    verb = "should have had" if event == "missed infusion" else "begins"
    if len(entries) > 1:
        verb = verb.removesuffix("s")
    lack = "does not have" if len(without) == 1 else "do not have"
    return f"{_arms(list(entries))} {verb} {key.what}, which {_arms(without)} {lack}"


def _of_fracture(key: Key, scenario: Scenario, visits: Visits) -> str:
    """Why one arm has a fracture that another does not have: chance is the same in all arms."""
    bone = BONES[BONE_OF_SITE[SITES.index(key.what)]]
    scores = {arm: signed(_last(visits[arm], f"{bone}_t", key.day)) for arm in visits}
    told = ", ".join(f"{score} in {arm}" for arm, score in scores.items())
    seen = f"T-score last measured: {told}" if len(set(scores.values())) > 1 else "not yet visible"
    direct = any(getattr(e.fracture_ratio, key.what) != 1 for e in scenario.effects.values())
    also = f"; regimens act on {key.what} fractures directly as well" if direct else ""
    return (
        f"chance is the same in every arm; {bone} bone density differs ({seen}), "
        f"and with it the risk of {key.what} fracture{also}"
    )


def _last(visits: Mapping[int, Mapping[str, float]], quantity: str, day: int) -> float:
    """The value last measured up to a day; every patient is measured on day 0."""
    known = [values[quantity] for at, values in visits.items() if at <= day and quantity in values]
    return known[-1]


def _arms(names: list[str]) -> str:
    return f"the {in_sequence(names)} arm{'s' if len(names) > 1 else ''}"
