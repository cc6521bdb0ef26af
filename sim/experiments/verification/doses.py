"""Doses against the plan: on which days, how many missed, how late, and the reactions to them."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.experiments.verification.exposure import planned_days
from sim.experiments.verification.subject import NOBODY_DIES, Subject
from sim.experiments.verification.verdict import (
    Compared,
    Verdict,
    exact,
    mean,
    not_applicable,
    share,
    together,
    within_chance,
)
from sim.scenario.form.therapy import Infusions
from sim.simulation.records import INFUSION, PLAN, REACTION, Floats, Log

AT_RANDOM = {
    "given": "80 %",
    "delay": {"probability": "30 %", "mean": "2 days"},
    "ends_course": "2 %",
    "start": "0 days",
}


def as_planned(subject: Subject) -> Verdict:
    """Fully attended, everyone gets every planned dose on its day; courses begin on theirs."""
    if not subject.taken:
        return not_applicable("no arm has a therapy")
    changes: dict[Any, Any] = {}
    for name in subject.infusions:
        on_time = {"given": "100 %", "delay": None, "ends_course": "0 %", "reactions": None}
        changes |= {("therapies", name, key): value for key, value in on_time.items()}
    for name in subject.courses:
        changes["therapies", name, "intolerance"] = None
    study = subject.changed(changes, NOBODY_DIES)
    wrong, count = [], 0
    for arm, (inputs, log) in subject.lives(subject.few, changes, NOBODY_DIES).items():
        expected = _expected(study.scenario, arm)
        for who in range(len(inputs.patients)):
            mine = log.patient == who
            for kind, wanted in expected.items():
                rows = mine & (log.kind == kind)
                days = [
                    d
                    for d, v in zip(log.day[rows].tolist(), log.value[rows].tolist(), strict=True)
                    if v > 0
                ]
                count += max(len(wanted), len(days))
                if days != wanted:
                    wrong.append(f"kind {kind} of patient {who} in {arm}")
    return exact(wrong, count, "doses and beginnings on their planned days")


def _expected(scenario: Any, arm: str) -> dict[int, list[int]]:
    """Planned days of each therapy of an arm, by kind of event, where no chance plays a part."""
    begins = _beginnings(scenario, arm)
    expected, last = {}, round(scenario.horizon)
    for slot, (name, therapy) in enumerate(scenario.therapies.items()):
        if name in begins and isinstance(therapy, Infusions):
            days = planned_days(therapy.schedule.phases, therapy.start.on, scenario.horizon)
            days = [begins[name] + day for day in days if begins[name] + day < last]
            expected[INFUSION + slot] = days
        elif name in begins:
            day = begins[name] + round(therapy.start.on)
            expected[PLAN + slot] = [day] if day <= last else []
    return expected


def _beginnings(scenario: Any, arm: str) -> dict[str, int]:
    """The days from which the plans of an arm's therapies count."""
    begins: dict[str, int] = {}
    ends: dict[str, int] = {}
    for _ in scenario.therapies:
        for name in scenario.arms[arm]:
            therapy = scenario.therapies[name]
            if therapy.start.after is None:
                begins[name] = 0
            elif therapy.start.after in ends:
                begins[name] = ends[therapy.start.after] + max(round(therapy.start.wait), 1)
            length = (
                therapy.schedule.duration if isinstance(therapy, Infusions) else therapy.duration
            )
            if name in begins and length is not None:
                ends[name] = begins[name] + round(therapy.start.on + length)
    return begins


def attendance(subject: Subject) -> Verdict:
    """Missed and late doses: as many as stated, late by the stated mean, never before their day."""
    if not subject.infusions:
        return not_applicable("no arm has a therapy by infusion")
    changes = {
        ("therapies", name, key): value
        for name in subject.infusions
        for key, value in AT_RANDOM.items()
    }
    study = subject.changed(changes, NOBODY_DIES)
    verdicts = []
    for arm, (_, log) in subject.lives(subject.some, changes, NOBODY_DIES).items():
        for slot, name in enumerate(study.scenario.therapies):
            if name in study.scenario.arms[arm] and name in subject.infusions:
                verdicts += _attended(study.scenario, slot, name, log)
    return together(verdicts)


def _attended(scenario: Any, slot: int, name: str, log: Log) -> list[Verdict]:
    therapy = scenario.therapies[name]
    planned = planned_days(therapy.schedule.phases, 0.0, scenario.horizon)
    inside = log.kind == INFUSION + slot
    who, days, value = log.patient[inside], log.day[inside], log.value[inside]
    place = np.arange(len(who)) - np.searchsorted(who, who)
    late = days - np.array([*planned, *[days.max()] * len(days)])[place]
    ended = days >= round(scenario.horizon)
    wrong = [f"{name}: patient {w}, a dose on the last day" for w in who[ended]]
    repeated = (who[1:] == who[:-1]) & (days[1:] <= days[:-1])
    wrong += [f"{name}: patient {w}, dose before its day" for w in who[late < 0]]
    wrong += [f"{name}: patient {w}, doses on one day" for w in who[1:][repeated]]
    wrong += [f"{name}: patient {w}, too many" for w in who[place >= len(planned)]]
    apart = min(np.diff([*planned, scenario.horizon]))
    compared = [share(f"{name} given", float((value > 0).sum()), len(value), therapy.given)]
    compared += _lateness(
        name, late[(value > 0) & _is_early(days, scenario)], therapy, float(apart)
    )
    return [within_chance(compared), exact(wrong, len(who), f"doses of {name}")]


def _is_early(days: Any, scenario: Any) -> Any:
    """Doses planned so long before the end that a late one is seen as well."""
    return days < scenario.horizon - 60


def _lateness(name: str, late: Floats, therapy: Any, apart: float) -> list[Compared]:
    """How many doses are late, and how late; those that push the next one along are left out."""
    if len(late) < 2 or apart < 20:
        return []
    chance, typical = therapy.delay.probability, therapy.delay.mean
    days = late[late > 0].astype(float)
    rounded = 1 / -np.expm1(-1 / typical)  # the mean of an exponential time rounded up
    sd = np.sqrt(rounded * (rounded - 1))
    return [
        share(f"{name} late", float(len(days)), len(late), chance),
        mean(f"{name} days late", days, float(rounded), float(sd)),
    ]


def reactions(subject: Subject) -> Verdict:
    """Reactions come with first and later doses as often as stated, on the day of a dose."""
    held = [
        (slot, name, reaction)
        for slot, (name, therapy) in enumerate(subject.scenario.therapies.items())
        if isinstance(therapy, Infusions)
        for reaction in therapy.reactions.values()
    ]
    if not any(name in subject.taken for _, name, _ in held):
        return not_applicable("no therapy of an arm has a reaction")
    verdicts = []
    for arm, (_, log) in subject.lives(subject.some, NOBODY_DIES).items():
        for place, (slot, name, reaction) in enumerate(held):
            if name in subject.scenario.arms[arm]:
                verdicts += _reacted(log, slot, place, name, reaction)
    return together(verdicts)


def _reacted(log: Log, slot: int, place: int, name: str, reaction: Any) -> list[Verdict]:
    given = (log.kind == INFUSION + slot) & (log.value > 0)
    who, days = log.patient[given], log.day[given]
    first = np.append(True, who[1:] != who[:-1])
    had = {*zip(log.patient[log.kind == REACTION + place].tolist(),
                log.day[log.kind == REACTION + place].tolist(), strict=True)}  # fmt: skip
    reacted = np.array([pair in had for pair in zip(who.tolist(), days.tolist(), strict=True)])
    compared = [
        share(
            f"reactions to {what} doses of {name}",
            float(reacted[part].sum()),
            int(part.sum()),
            chance,
        )
        for what, part, chance in (
            ("first", first, reaction.first),
            ("later", ~first, reaction.later),
        )
        if part.any()
    ]
    stray = len(had) - int(reacted.sum())
    ended = log.value[log.kind == REACTION + place]
    if len(ended):
        compared.append(
            share(f"ends of {name}", float(ended.sum()), len(ended), reaction.ends_course)
        )
    return [
        within_chance(compared),
        exact(["a reaction without a dose"] * stray, len(had), "reactions"),
    ]
