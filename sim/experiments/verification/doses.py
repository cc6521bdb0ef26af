"""Doses against the plan: their days, how many are missed or late, and the reactions to them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from sim.experiments.verification import chance, logs, settings
from sim.experiments.verification.subject import Subject
from sim.experiments.verification.verdict import Case, Verdict, each, exact, together
from sim.scenario.form.therapy import Infusions
from sim.simulation.records import INFUSION, PLAN, REACTION, Floats, Log

ON_TIME = {"given": "100 %", "delay": None, "ends_course": "0 %", "reactions": None}
SHORT_DELAY = {"probability": "30 %", "mean": "2 days"}
AT_RANDOM = {"given": "80 %", "delay": SHORT_DELAY, "ends_course": "2 %", "start": "0 days"}

UNTIL_THE_END = 60
"""Days before the end of follow-up in which late doses may be missing from the log."""


def planned_days(phases: list[Any], start: float, before: float) -> list[int]:
    """Days of the doses of a schedule: in each phase every so often from the phase's own start."""
    planned: list[int] = []
    for phase in phases:
        end = math.inf if phase.duration is None else start + phase.duration
        count = math.ceil((min(end, before) - start) / phase.every - 1e-9)
        planned += [round(start + k * phase.every) for k in range(max(count, 0))]
        start = end
    return [day for day in planned if day < round(before)]


@each("series of doses or beginnings")
def as_planned(subject: Subject) -> Iterator[Case]:
    """With full attendance patients get each planned dose on its day; courses begin on time."""
    changes = {
        **settings.each_of(("therapies",), subject.infusions, ON_TIME),
        **settings.each_of(("therapies",), subject.courses, {"intolerance": None}),
        **settings.NO_DEATHS,
    }
    for arm in subject.arms(subject.few, changes).values():
        arm = arm._replace(log=logs.selected(arm.log, arm.log.value > 0))
        for kind, (name, planned) in _planned(arm).items():
            for patient, days in enumerate(arm.days(kind)):
                yield Case(f"{name} of patient {patient} in {arm.name}", days == planned)


def _planned(arm: logs.Arm) -> dict[int, tuple[str, list[float]]]:
    """Name and planned days of each therapy of an arm, by kind of event."""
    begins, planned = _begin_days(arm), {}
    for slot, name, infusions in arm.infusions:
        days = planned_days(infusions.schedule.phases, infusions.start.day, arm.scenario.horizon)
        begun = [begins.get(name, math.inf) + day for day in days]
        planned[INFUSION + slot] = (name, [day for day in begun if day < arm.last])
    for slot, name, course in arm.courses:
        day = begins.get(name, math.inf) + round(course.start.day)
        planned[PLAN + slot] = (name, [day] if day <= arm.last else [])
    return planned


def _begin_days(arm: logs.Arm) -> dict[str, float]:
    """The days from which the plans of an arm's therapies count."""
    begins: dict[str, float] = {}
    ends: dict[str, float] = {}
    for _ in arm.therapies:  # one therapy after another: as many rounds as therapies
        for _, name, therapy in arm.therapies:
            start = therapy.start
            plan = therapy.schedule if isinstance(therapy, Infusions) else therapy
            if start.after is None:
                begins[name] = 0
            elif start.after in ends:
                begins[name] = ends[start.after] + max(round(start.wait), 1)
            if name in begins and plan.duration is not None:
                ends[name] = begins[name] + round(start.day + plan.duration)
    return begins


@together
def attendance(subject: Subject) -> Iterator[Verdict]:
    """Missed and late doses match their probabilities; delays match their mean; none is early."""
    random = settings.each_of(("therapies",), subject.infusions, AT_RANDOM)
    for arm in subject.arms(subject.some, random, settings.NO_DEATHS).values():
        for slot, name, infusions in arm.infusions:
            doses = arm.of(INFUSION + slot)
            yield from _attended(name, infusions, arm.scenario.horizon, doses)


def _attended(name: str, therapy: Infusions, horizon: float, doses: Log) -> Iterator[Verdict]:
    planned = planned_days(therapy.schedule.phases, 0.0, horizon)
    number = logs.number_within_patient(doses)
    late = doses.day - np.array([*planned, *[doses.day.max()] * len(number)])[number]
    same_patient = doses.patient[1:] == doses.patient[:-1]
    in_order = np.append(True, ~same_patient | (doses.day[1:] > doses.day[:-1]))
    facts = {
        "before the last day": doses.day < round(horizon),
        "not before its day": late >= 0,
        "after the dose before": in_order,
        "among those planned": number < len(planned),
    }
    given = doses.value > 0
    compared = [chance.share(f"{name} given", given, therapy.given)]
    if min(np.diff([*planned, horizon])) >= 20:  # a late dose does not delay the next one
        seen = given & (doses.day < horizon - UNTIL_THE_END)
        compared += _lateness(name, late[seen], therapy.delay)
    yield chance.within(compared)
    cases = (Case(f"a dose of {name} {what}", ok, doses.patient) for what, ok in facts.items())
    yield exact(f"facts on doses of {name}", cases)


def _lateness(name: str, late: Floats, delay: Any) -> Iterator[chance.Compared]:
    """How many doses are late, and the mean of an exponential delay that is rounded up."""
    if len(late) < 2:
        return
    yield chance.share(f"{name} late", late > 0, delay.probability)
    if (late > 0).any():
        days = 1 / -math.expm1(-1 / delay.mean)
        sd = math.sqrt(days * (days - 1))
        yield chance.mean(f"{name} days late", late[late > 0].astype(float), days, sd)


@together
def reactions(subject: Subject) -> Iterator[Verdict]:
    """Reactions follow first and later doses with their probabilities, on the day of the dose."""
    every = [
        (slot, name, reaction)
        for slot, (name, therapy) in enumerate(subject.scenario.therapies.items())
        for reaction in getattr(therapy, "reactions", {}).values()
    ]
    for arm in subject.arms(subject.some, settings.NO_DEATHS).values():
        for number, (slot, name, reaction) in enumerate(every):
            if name in arm.scenario.arms[arm.name]:
                given, reacted = arm.given(INFUSION + slot), arm.of(REACTION + number)
                yield from _of_reaction(name, reaction, given, reacted)


def _of_reaction(name: str, reaction: Any, doses: Log, reacted: Log) -> Iterator[Verdict]:
    first = logs.number_within_patient(doses) == 0
    days_of_reaction = {row[:2] for row in logs.rows(reacted)}
    followed = np.array([row[:2] in days_of_reaction for row in logs.rows(doses)], bool)
    compared = []
    for what, of, expected in (("first", first, reaction.first), ("later", ~first, reaction.later)):
        if of.any():
            what = f"reactions to {what} doses of {name}"
            compared.append(chance.share(what, followed[of], expected))
    if len(reacted.value):
        compared.append(chance.share(f"ends of {name}", reacted.value, reaction.ends_course))
    yield chance.within(compared)
    days = {row[:2] for row in logs.rows(doses)}
    what = "reaction on a day with a dose"
    yield exact("reactions", (Case(f"{what}, {r[:2]}", r[:2] in days) for r in logs.rows(reacted)))
