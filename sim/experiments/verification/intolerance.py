"""Times to intolerance: their distribution, and each dose reduction against its random number."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from sim.experiments.verification import chance, logs, settings
from sim.experiments.verification.subject import Subject
from sim.experiments.verification.verdict import Case, Verdict, exact, together
from sim.scenario.form.intolerance import FAMILIES
from sim.scenario.form.therapy import Course
from sim.simulation.records import INTOLERANCE, PLAN, TOLERANCE, Floats
from sim.vocabulary import DAYS_PER_YEAR, UNCHANGED

TIMES = 12
DOSE_LEFT = {"halve": 0.5, "stop": 0.0}

Hazard = Callable[[float], float]
GRID = np.linspace(-10, 10, 4001)
NORMAL = np.exp(-(GRID**2) / 2) / np.exp(-(GRID**2) / 2).sum()


@dataclass(frozen=True)
class Taken:
    """A course in an arm: its slot and form, its hazard, and the day each patient began."""

    arm: logs.Arm
    slot: int
    form: Course
    hazard: Hazard
    begun: Floats

    def gained(self, patient: int, since: float, until: float) -> float:
        """Hazard of frailty 1 and full dose that a patient accumulates between two days."""
        begun = float(self.begun[patient])
        return self.hazard(until - begun) - self.hazard(since - begun)

    def factor(self, patient: int, dose: float) -> float:
        """The hazard of a patient at a relative dose, in multiples of the hazard above."""
        frailty = float(self.arm.inputs.patients["frailty"][patient, self.slot])
        return frailty * float(dose**self.form.hazard_by_dose)


@together
def intolerance(subject: Subject) -> Iterator[Verdict]:
    """Times to intolerance follow the distribution of the file, and each step its random number.

    As in the file, and once more with a later start, frailty, and a halved dose before the stop.
    """
    for changes in ({}, _strained(subject)):
        for arm in subject.arms(subject.many, changes, settings.NO_DEATHS).values():
            for slot, _, form in arm.courses:
                if form.intolerance is not None:
                    begun = arm.first_day(PLAN + slot)
                    taken = Taken(arm, slot, form, cumulative_hazard(form), begun)
                    yield chance.within(_shares(taken))
                    yield exact("times to intolerance", _steps(taken))


def _strained(subject: Subject) -> settings.Changes:
    courses = subject.courses.items()
    strain = {path: value for path, value in subject.strain.items() if path[1] in subject.courses}
    start = {"start": f"{round(subject.scenario.horizon / 5)} days"}
    begin = [name for name, course in courses if course.start.after is None]
    return {**strain, **settings.each_of(("therapies",), begin, start)}


def _shares(taken: Taken) -> Iterator[chance.Compared]:
    """Shares of patients intolerant by some days, of those who could be followed so long."""
    form, begun, last = taken.form, taken.begun, taken.arm.last
    stopped = taken.arm.first_day(INTOLERANCE + taken.slot)
    dose = form.relative_dose**form.hazard_by_dose
    if np.isinf(begun).all():
        return
    longest = math.inf if form.duration is None else form.duration
    for part in range(1, TIMES + 1):
        days = math.floor(min(float(last - begun.min()), longest - 1) * (part / TIMES) ** 2)
        followed = begun + days <= last
        expected = 1 - surviving(dose * taken.hazard(float(days)), form.frailty_sd)
        if days > 0 and 0 < expected < 1:
            in_time = (stopped <= begun + days)[followed]
            yield chance.share(f"intolerant by day {days}", in_time, expected)


def _steps(taken: Taken) -> Iterator[Case]:
    """Each dose reduction falls on the day by which the hazard has used up its random number."""
    draws = taken.arm.inputs.numbers(TOLERANCE, taken.slot)
    ladder = taken.form.on_intolerance
    since, step = taken.begun.copy(), np.zeros(len(taken.begun), int)
    dose = np.full(len(since), taken.form.relative_dose)
    for patient, day, _, value in logs.rows(taken.arm.of(INTOLERANCE + taken.slot)):
        if step[patient] == len(ladder):
            yield Case(f"patient {patient}, day {day}, a step after the last", False)
            return
        factor, draw = taken.factor(patient, dose[patient]), draws[patient, step[patient]]
        by = factor * taken.gained(patient, since[patient], day)
        before = factor * taken.gained(patient, since[patient], day - 1)
        close = UNCHANGED * max(1.0, abs(factor * taken.gained(patient, taken.begun[patient], day)))
        in_time = by >= draw - close and (before < draw + close or day - 1 <= since[patient])
        left = dose[patient] * DOSE_LEFT[ladder[step[patient]]]
        right = in_time and math.isclose(value, left)
        yield Case(f"patient {patient}, day {day}, step {step[patient] + 1}", right)
        since[patient], dose[patient], step[patient] = day, value, step[patient] + 1
    ends = _last_possible_day(taken)
    for patient in np.flatnonzero((step < len(ladder)) & (ends > since)).tolist():
        gained = taken.gained(patient, since[patient], ends[patient])
        gained *= taken.factor(patient, dose[patient])
        right = gained < draws[patient, step[patient]] + UNCHANGED * max(1.0, gained)
        yield Case(f"patient {patient}, no step {step[patient] + 1}", right)


def _last_possible_day(taken: Taken) -> Floats:
    """The last day on which a patient can become intolerant: before the plan ends."""
    last, duration = logs.last_day(taken.arm.log, taken.arm.people), taken.form.duration
    longest = math.inf if duration is None else math.floor(duration)
    return np.where(np.isinf(taken.begun), 0.0, np.minimum(last, taken.begun + longest - 1))


def cumulative_hazard(therapy: Course) -> Hazard:
    """Cumulative hazard of intolerance at full dose and frailty 1, by days since the start.

    Parameters
    ----------
    therapy
        A course with a distribution of the time to intolerance.

    Returns
    -------
    function
        From days to a hazard without unit. A probability in the file is a share of the population,
        which differs in frailty; the hazard is that of a patient of frailty 1.

    References
    ----------
    docs/model.md, section "Tolerance".
    """
    form = therapy.intolerance
    assert form is not None
    if form.steps is not None:
        return _of_steps(form.steps, therapy.frailty_sd)
    time = getattr(form, form.family)
    if time.by is None:
        name = FAMILIES[form.family][1]
        level = getattr(time, name) / (DAYS_PER_YEAR if name == "rate" else 1.0)
        return _of_family(form.family, time, level)
    target = hazard_at(time.probability, therapy.frailty_sd)
    if not target:
        return lambda _: 0.0
    return _of_family(form.family, time, _level(form.family, time, target))


def _level(family: str, time: Any, target: float) -> float:
    """The parameter with which a family has a cumulative hazard of `target` at `time.by`."""
    by: float = time.by
    if family in ("exponential", "gompertz"):
        growth = (time.growth or 0.0) / DAYS_PER_YEAR
        return target * growth / math.expm1(growth * by) if growth else target / by
    if family == "weibull":
        return float(by / target ** (1 / time.shape))
    if family == "loglogistic":
        return float(by / math.expm1(target) ** (1 / time.shape))
    return float(by / math.exp(time.sigma * ndtri(-math.expm1(-target))))


def _of_family(family: str, time: Any, level: float) -> Hazard:
    """The cumulative hazard of a family; `level` is a rate per day or a time in days."""
    if family in ("exponential", "gompertz"):
        growth = (time.growth or 0.0) / DAYS_PER_YEAR
        return lambda t: level * (math.expm1(growth * t) / growth if growth else t)
    if family == "weibull":
        return lambda t: float((t / level) ** time.shape)
    if family == "loglogistic":
        return lambda t: math.log1p((t / level) ** time.shape)
    return lambda t: -math.log(ndtr(-math.log(t / level) / time.sigma)) if t > 0 else 0.0


def _of_steps(steps: list[Any], frailty_sd: float) -> Hazard:
    """A constant hazard within each step; a probability is that of the population."""
    ends, reached, free = [0.0], [0.0], 1.0
    for step in steps:
        if step.probability is not None:
            free *= 1 - step.probability
            reached.append(hazard_at(1 - free, frailty_sd))
        else:
            reached.append(reached[-1] + step.rate * (step.until - ends[-1]) / DAYS_PER_YEAR)
            free = surviving(reached[-1], frailty_sd)
        ends.append(step.until)
    return lambda t: float(np.interp(t, ends, reached))


def surviving(hazard: float, frailty_sd: float) -> float:
    """Share of the population without the event at a hazard of frailty 1.

    Frailty is log-normal with mean 1; the integral over frailty is taken by the trapezoidal rule.
    """
    if frailty_sd == 0:
        return math.exp(-hazard)
    spread = math.sqrt(math.log(1 + frailty_sd**2))
    return float(NORMAL @ np.exp(-np.exp(spread * GRID - spread**2 / 2) * hazard))


def hazard_at(probability: float, frailty_sd: float) -> float:
    """Hazard of frailty 1 at which this share of the population has had the event."""
    if probability == 0:
        return 0.0
    return float(brentq(lambda h: 1 - surviving(h, frailty_sd) - probability, 0, 1e7, xtol=1e-14))
