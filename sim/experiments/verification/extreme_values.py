"""Probabilities of 0 and 1, hazards of nothing and of more than anyone survives."""

from __future__ import annotations

import numpy as np

from sim.experiments.verification.subject import NO_FATAL_FRACTURES, NOBODY_DIES, Subject
from sim.experiments.verification.verdict import Verdict, exact, not_applicable
from sim.simulation.records import DEATH, END, INFUSION, INTOLERANCE, PLAN, Log

DEADLY = "1000000000"


def nobody_stops(subject: Subject) -> Verdict:
    """With a probability of 0 nobody becomes intolerant, with one of 1 everyone does in time."""
    if not subject.courses:
        return not_applicable("no arm takes a course")
    days = max(1, round(subject.scenario.horizon / 20))
    never, surely = (
        subject.lives(
            subject.some, NOBODY_DIES, *(_stops(name, p, days) for name in subject.courses)
        )
        for p in ("0 %", "99.9999999 %")
    )
    wrong, count = [], 0
    for slot, arm, name in _taken(subject, subject.courses):
        stopped = _days(never[arm][1], INTOLERANCE + slot)
        wrong += [f"{name} in {arm}: patient {who} stopped" for who in stopped]
        begun = _begun(surely[arm][1], PLAN + slot)
        stops = _days(surely[arm][1], INTOLERANCE + slot)
        last = round(subject.scenario.horizon)
        due = {who: day + days for who, day in begun.items() if day + days <= last}
        wrong += [
            f"{name} in {arm}: patient {w} went on"
            for w, d in due.items()
            if stops.get(w, last + 1) > d
        ]
        count += subject.some + len(due)
    return exact(wrong, count, "patients who stop with probability 0 or 1")


def _stops(name: str, probability: str, days: int) -> dict[tuple[str | int, ...], object]:
    """Changes that make a course end with a probability by a day, whatever the dose."""
    wanted = {
        "hazard_by_dose": "0",
        "frailty_sd": "0",
        "for": None,
        "on_intolerance": ["stop"],
        "intolerance": [{"probability": probability, "until": f"{days} days"}],
    }
    return {("therapies", name, key): value for key, value in wanted.items()}


def doses_given(subject: Subject) -> Verdict:
    """With a share given of 0 nobody gets a dose; where each surely ends it, everyone gets one."""
    if not subject.infusions:
        return not_applicable("no arm has a therapy by infusion")
    alone = {("therapies", n, "ends_course"): "0 %" for n in subject.infusions}
    none = subject.lives(
        subject.some, alone, *(_given(n, "given", "0 %") for n in subject.infusions)
    )
    one = subject.lives(
        subject.some, *(_given(n, "given", "100 %") for n in subject.infusions),
        *(_given(n, "ends_course", "100 %") for n in subject.infusions),
    )  # fmt: skip
    wrong, count = [], 0
    for slot, arm, name in _taken(subject, subject.infusions):
        wrong += [f"{name} in {arm}: patient {w}, a dose" for w in _doses(none[arm][1], slot)]
        many = [w for w, number in _doses(one[arm][1], slot).items() if number > 1]
        wrong += [f"{name} in {arm}: patient {who}, doses after the last" for who in many]
        count += 2 * subject.some
    return exact(wrong, count, "patients with doses of probability 0 or 1")


def _given(name: str, key: str, value: str) -> dict[tuple[str | int, ...], object]:
    return {("therapies", name, key): value}


def mortality(subject: Subject) -> Verdict:
    """With no mortality nobody dies; with an enormous one everybody does, on the first day."""
    ratio = ("mortality", "standardised_mortality_ratio")
    never = subject.lives(subject.some, NOBODY_DIES)
    at_once = subject.lives(subject.some, NO_FATAL_FRACTURES, {ratio: DEADLY})
    wrong, count = [], 0
    for arm in never:
        log = never[arm][1]
        wrong += [f"{arm}: patient {who} died" for who in log.patient[log.kind == DEATH]]
        dead = _days(at_once[arm][1], DEATH)
        wrong += [f"{arm}: patient {w} lived on" for w in range(subject.some) if dead.get(w) != 1]
        ended = at_once[arm][1].kind == END
        wrong += [f"{arm}: patient {who} lived" for who in at_once[arm][1].patient[ended]]
        count += 2 * subject.some
    return exact(wrong, count, "patients with mortality of nothing or of a thousand million")


def fatal_fractures(subject: Subject) -> Verdict:
    """With a case fatality of 0 no fracture kills, with one of 1 the first does within a year."""
    from sim.experiments.verification.fractures import FRACTURES, broken

    often = {("fractures", "base_rate"): "1 per year"}
    sites = dict.fromkeys(NO_FATAL_FRACTURES, "100 %")
    spared = subject.lives(subject.some, NOBODY_DIES, often)
    lost = subject.lives(subject.some, NOBODY_DIES, often, sites)
    wrong, count = [], 0
    for arm in lost:
        log = spared[arm][1]
        wrong += [f"{arm}: patient {who} died" for who in log.patient[log.kind == DEATH]]
        first: dict[int, int] = {}
        died = _days(lost[arm][1], DEATH)
        for who, day, _ in reversed(broken(lost[arm][1], range(FRACTURES))):
            first[who] = min(day, first.get(who, day))
        last = round(subject.scenario.horizon)
        due = {who: day for who, day in first.items() if day + 365 <= last or who in died}
        wrong += [
            f"{arm}: patient {who}"
            for who, day in due.items()
            if not 1 <= died.get(who, 0) - day <= 365
        ]
        count += subject.some + len(due)
    return exact(wrong, count, "patients with fractures that never or always kill")


def _taken(subject: Subject, wanted: dict[str, object] | object) -> list[tuple[int, str, str]]:
    """Slot, arm and name of each therapy of a sort that an arm takes."""
    slots = {name: slot for slot, name in enumerate(subject.scenario.therapies)}
    arms = subject.scenario.arms
    return [(slots[n], arm, n) for arm in arms for n in arms[arm] if n in wanted]  # type: ignore[operator]


def _days(log: Log, kind: int) -> dict[int, int]:
    """The day of the last event of a kind, by patient."""
    inside = log.kind == kind
    return dict(zip(log.patient[inside].tolist(), log.day[inside].tolist(), strict=True))


def _begun(log: Log, kind: int) -> dict[int, int]:
    """The day on which a course began, by patient."""
    inside = (log.kind == kind) & (log.value > 0)
    return dict(zip(log.patient[inside].tolist(), log.day[inside].tolist(), strict=True))


def _doses(log: Log, slot: int) -> dict[int, int]:
    """Doses given, by patient who had one."""
    who = log.patient[(log.kind == INFUSION + slot) & (log.value > 0)]
    return dict(zip(*(a.tolist() for a in np.unique(who, return_counts=True)), strict=True))
