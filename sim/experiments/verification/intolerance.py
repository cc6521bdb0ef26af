"""Times to intolerance against the closed form of the file, and every rung against its draw."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from sim.experiments.verification.subject import NOBODY_DIES, Changes, Subject
from sim.experiments.verification.verdict import (
    Compared,
    Verdict,
    exact,
    not_applicable,
    share,
    together,
    within_chance,
)
from sim.scenario.form.therapy import Course
from sim.simulation.records import INTOLERANCE, PLAN, TOLERANCE, Floats, Inputs, Log
from sim.vocabulary import DAYS_PER_YEAR

TIMES = 12
SLACK = 1e-9
Hazard = Callable[[Any], Any]

_z = np.linspace(-10, 10, 4001)
NORMAL = np.exp(-(_z**2) / 2) / np.exp(-(_z**2) / 2).sum()


def intolerance(subject: Subject) -> Verdict:
    """As many become intolerant by any time as the distribution of the file says, and rung by rung.

    As written, and once more begun later, with frailty and a halved dose first.
    """
    verdicts = []
    for changes in ({}, _strained(subject)):
        study = subject.changed(changes, NOBODY_DIES)
        lives = subject.lives(subject.many, changes, NOBODY_DIES)
        for slot, (name, therapy) in enumerate(study.scenario.therapies.items()):
            arm = next((a for a, held in study.scenario.arms.items() if name in held), None)
            if arm and isinstance(therapy, Course) and therapy.intolerance is not None:
                verdicts += _of_course(slot, therapy, *lives[arm])
    return (
        together(verdicts) if verdicts else not_applicable("no arm has a course with intolerance")
    )


def _strained(subject: Subject) -> Changes:
    later = f"{round(subject.scenario.horizon / 5)} days"
    strain = {path: value for path, value in subject.strain.items() if path[1] in subject.courses}
    begin = [name for name, course in subject.courses.items() if course.start.after is None]
    return {**strain, **{("therapies", name, "start"): later for name in begin}}


def _of_course(slot: int, therapy: Course, inputs: Inputs, log: Log) -> list[Verdict]:
    hazard = individual_hazard(therapy)
    begun = _first(log, PLAN + slot, len(inputs.patients))
    compared = _as_many(slot, therapy, hazard, begun, inputs, log)
    wrong, count = _rungs(slot, therapy, hazard, begun, inputs, log)
    return [within_chance(compared), exact(wrong, count, "times to intolerance by rung")]


def _first(log: Log, kind: int, people: int) -> Floats:
    """Day of the first event of a kind of each patient; infinite where there is none."""
    day = np.full(people, np.inf)
    inside = log.kind == kind
    np.minimum.at(day, log.patient[inside], log.day[inside])
    return day


def _as_many(
    slot: int, therapy: Course, hazard: Hazard, begun: Floats, inputs: Inputs, log: Log
) -> list[Compared]:
    """Shares of patients intolerant by some times, of those who could be seen so long."""
    stopped = _first(log, INTOLERANCE + slot, len(begun)) - begun
    last, dose = int(inputs.params["horizon"]), therapy.relative_dose**therapy.hazard_by_dose
    longest = math.inf if therapy.duration is None else therapy.duration
    compared = []
    for part in range(1, TIMES + 1):
        days = math.floor(min(float(last - begun.min()), longest - 1) * (part / TIMES) ** 2)
        seen = begun + days <= last
        chance = 1 - _surviving(dose * float(hazard(float(days))), therapy.frailty_sd)
        if days > 0 and 0 < chance < 1:
            found = float((stopped[seen] <= days).sum())
            compared.append(share(f"intolerant by day {days}", found, int(seen.sum()), chance))
    return compared


def _rungs(
    slot: int, therapy: Course, hazard: Hazard, begun: Floats, inputs: Inputs, log: Log
) -> tuple[list[str], int]:
    """Each step down falls on the day by which the hazard at the dose has used up its draw."""
    draws, frailty = inputs.numbers(TOLERANCE, slot), inputs.patients["frailty"][:, slot]
    since, rung = begun.copy(), np.zeros(len(begun), int)
    dose = np.full(len(begun), therapy.relative_dose)
    wrong, count = [], 0
    inside = log.kind == INTOLERANCE + slot
    for who, day, value in zip(
        *(c[inside].tolist() for c in (log.patient, log.day, log.value)), strict=True
    ):
        factor = frailty[who] * dose[who] ** therapy.hazard_by_dose
        ends = (float(hazard(d - begun[who])) for d in (since[who], day - 1.0, float(day)))
        start, before, by = (factor * h for h in ends)
        draw, count = draws[who, rung[who]], count + 1
        left = {"halve": 0.5, "stop": 0.0}[therapy.on_intolerance[rung[who]]]
        close = SLACK * max(1.0, abs(by))
        early, late = before - start >= draw + close, by - start < draw - close
        if (early and day - 1 > since[who]) or late or not math.isclose(value, dose[who] * left):
            wrong.append(f"patient {who}, day {day}, rung {rung[who] + 1}")
        since[who], rung[who], dose[who] = day, rung[who] + 1, value
    ends_at = _last_day(therapy, begun, log)
    for who in np.flatnonzero((rung < len(therapy.on_intolerance)) & (ends_at > since)).tolist():
        factor, count = frailty[who] * dose[who] ** therapy.hazard_by_dose, count + 1
        grown = float(hazard(ends_at[who] - begun[who])) - float(hazard(since[who] - begun[who]))
        if factor * grown >= draws[who, rung[who]] + SLACK * max(1.0, factor * grown):
            wrong.append(f"patient {who}, no rung {rung[who] + 1}")
    return wrong, count


def _last_day(therapy: Course, begun: Floats, log: Log) -> Floats:
    """The last day on which a patient can become intolerant: before the plan ends."""
    last = np.zeros(len(begun))
    np.maximum.at(last, log.patient, log.day)
    longest = math.inf if therapy.duration is None else math.floor(therapy.duration)
    return np.where(np.isinf(begun), 0.0, np.minimum(last, begun + longest - 1))


def _surviving(hazard: float, frailty_sd: float) -> float:
    """Share free of the event at a hazard of frailty 1, by the trapezoidal rule over frailty."""
    if frailty_sd == 0:
        return math.exp(-hazard)
    spread = math.sqrt(math.log(1 + frailty_sd**2))
    return float(NORMAL @ np.exp(-np.exp(spread * _z - spread**2 / 2) * hazard))


def _hazard_at(probability: float, frailty_sd: float) -> float:
    """Hazard of frailty 1 at which this share of the population has had the event."""
    if probability == 0:
        return 0.0
    return float(brentq(lambda h: 1 - _surviving(h, frailty_sd) - probability, 0, 1e7, xtol=1e-14))


def individual_hazard(therapy: Course) -> Hazard:
    """Accumulated hazard at frailty 1 and full dose by days since the start, as the file says."""
    form = therapy.intolerance
    assert form is not None
    if form.steps is not None:
        return _of_steps(form.steps, therapy.frailty_sd)
    time = getattr(form, form.family)
    if time.by is None:
        return _of_parameters(form.family, time)
    by, shape = time.by, time.shape
    target = _hazard_at(time.probability, therapy.frailty_sd)
    if form.family == "exponential":
        return lambda t: target * t / by
    if form.family == "weibull":
        return lambda t: target * (t / by) ** shape
    if form.family == "gompertz":
        growth = time.growth / DAYS_PER_YEAR
        if growth == 0:
            return lambda t: target * t / by
        return lambda t: target * math.expm1(growth * t) / math.expm1(growth * by)
    if form.family == "loglogistic":
        odds = math.expm1(target)
        return lambda t: math.log1p(odds * (t / by) ** shape)
    at_by = float(ndtri(-math.expm1(-target)))
    return lambda t: -math.log(ndtr(-(at_by + math.log(t / by) / time.sigma))) if t > 0 else 0.0


def _of_parameters(family: str, time: Any) -> Hazard:
    """Accumulated hazard of a distribution whose parameters are typed."""
    rate = (time.rate or 0.0) / DAYS_PER_YEAR
    if family == "exponential":
        return lambda t: rate * t
    if family == "weibull":
        return lambda t: (t / time.scale) ** time.shape
    if family == "gompertz":
        growth = time.growth / DAYS_PER_YEAR
        return lambda t: rate * (math.expm1(growth * t) / growth if growth else t)
    if family == "loglogistic":
        return lambda t: math.log1p((t / time.median) ** time.shape)
    return lambda t: -math.log(ndtr(-math.log(t / time.median) / time.sigma)) if t > 0 else 0.0


def _of_steps(steps: list[Any], frailty_sd: float) -> Hazard:
    """Constant within each step, so that the probability of the step is that of the population."""
    ends, reached, free = [0.0], [0.0], 1.0
    for step in steps:
        if step.probability is not None:
            free *= 1 - step.probability
            reached.append(_hazard_at(1 - free, frailty_sd))
        else:
            reached.append(reached[-1] + step.rate * (step.until - ends[-1]) / DAYS_PER_YEAR)
            free = _surviving(reached[-1], frailty_sd)
        ends.append(step.until)
    return lambda t: float(np.interp(t, ends, reached))
