"""Doses against the plan: their days, how many are missed, and how late they are."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from sim.experiments.verification import chance, settings
from sim.experiments.verification.logs import days_by_patient, of_kind, selected
from sim.experiments.verification.subject import Subject, therapies_of
from sim.experiments.verification.verdict import (
    Case,
    Verdict,
    each,
    exact,
    together,
)
from sim.scenario.form.study import Scenario
from sim.scenario.form.therapy import Infusions
from sim.simulation.records import INFUSION, PLAN, Floats, Log

ON_TIME = {"given": "100 %", "delay": None, "ends_course": "0 %", "reactions": None}
AT_RANDOM = {
    "given": "80 %",
    "delay": {"probability": "30 %", "mean": "2 days"},
    "ends_course": "2 %",
    "start": "0 days",
}
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
    scenario = subject.changed(changes).scenario
    for arm, (inputs, log) in subject.lives(subject.few, changes).items():
        given = selected(log, log.value > 0)
        for kind, (name, planned) in _planned(scenario, arm).items():
            for patient, days in enumerate(
                days_by_patient(of_kind(given, kind), len(inputs.patients))
            ):
                yield Case(f"{name} of patient {patient} in {arm}", days == planned)


def _planned(scenario: Scenario, arm: str) -> dict[int, tuple[str, list[float]]]:
    """Name and planned days of each therapy of an arm, by kind of event."""
    begins, last = _begin_days(scenario, arm), round(scenario.horizon)
    planned = {}
    for slot, name, therapy in therapies_of(scenario, arm):
        begin = begins.get(name, math.inf)
        if isinstance(therapy, Infusions):
            days = planned_days(therapy.schedule.phases, therapy.start.on, scenario.horizon)
            planned[INFUSION + slot] = (name, [begin + day for day in days if begin + day < last])
        else:
            day = begin + round(therapy.start.on)
            planned[PLAN + slot] = (name, [day] if day <= last else [])
    return planned


def _begin_days(scenario: Scenario, arm: str) -> dict[str, float]:
    """The days from which the plans of an arm's therapies count."""
    begins: dict[str, float] = {}
    ends: dict[str, float] = {}
    for _ in scenario.therapies:  # one therapy after another: as many rounds as therapies
        for _, name, therapy in therapies_of(scenario, arm):
            start = therapy.start
            plan = therapy.schedule if isinstance(therapy, Infusions) else therapy
            if start.after is None:
                begins[name] = 0
            elif start.after in ends:
                begins[name] = ends[start.after] + max(round(start.wait), 1)
            if name in begins and plan.duration is not None:
                ends[name] = begins[name] + round(start.on + plan.duration)
    return begins


def attendance(subject: Subject) -> Verdict:
    """Missed and late doses match their probabilities; delays match their mean; none is early."""
    changes = {
        **settings.each_of(("therapies",), subject.infusions, AT_RANDOM),
        **settings.NO_DEATHS,
    }
    scenario = subject.changed(changes).scenario
    verdicts = []
    for arm, (_, log) in subject.lives(subject.some, changes).items():
        for slot, name, therapy in therapies_of(scenario, arm):
            if isinstance(therapy, Infusions):
                doses = of_kind(log, INFUSION + slot)
                verdicts += _attended(name, therapy, scenario.horizon, doses)
    return together(verdicts)


def _attended(name: str, therapy: Infusions, horizon: float, doses: Log) -> list[Verdict]:
    planned = planned_days(therapy.schedule.phases, 0.0, horizon)
    number = np.arange(len(doses.patient)) - np.searchsorted(doses.patient, doses.patient)
    late = doses.day - np.array([*planned, *[doses.day.max()] * len(number)])[number]
    same_patient = doses.patient[1:] == doses.patient[:-1]
    in_order = np.append(True, ~same_patient | (doses.day[1:] > doses.day[:-1]))
    right = {
        "before the last day": doses.day < round(horizon),
        "not before its day": late >= 0,
        "after the dose before": in_order,
        "among those planned": number < len(planned),
    }
    cases = (Case(f"a dose of {name} {what}", rows, doses.patient) for what, rows in right.items())
    given = doses.value > 0
    compared = [chance.share(f"{name} given", given, therapy.given)]
    if min(np.diff([*planned, horizon])) >= 20:  # a late dose does not delay the next one
        seen = given & (doses.day < horizon - UNTIL_THE_END)
        compared += _lateness(name, late[seen], therapy.delay)
    return [chance.within(compared), exact(f"facts on doses of {name}", cases)]


def _lateness(name: str, late: Floats, delay: Any) -> Iterator[chance.Compared]:
    """How many doses are late, and the mean of an exponential delay that is rounded up."""
    if len(late) < 2:
        return
    yield chance.share(f"{name} late", late > 0, delay.probability)
    if (late > 0).any():
        days = 1 / -math.expm1(-1 / delay.mean)
        sd = math.sqrt(days * (days - 1))
        yield chance.mean(f"{name} days late", late[late > 0].astype(float), days, sd)
