"""Plans, doses and tolerance of the therapies, lowered to arrays by slot."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.scenario import Mistake, ScenarioError
from sim.scenario.form.intolerance import Intolerance
from sim.scenario.form.study import Scenario
from sim.scenario.form.therapy import Course, InfusionReference, Infusions
from sim.scenario.form.units import Dose
from sim.simulation.biology.decay import time_under
from sim.simulation.lowering.frailty import hazard_for_survival, survival_under
from sim.simulation.records import (
    GOMPERTZ,
    LOGLOGISTIC,
    LOGNORMAL_TIME,
    NEVER,
    NO_INTOLERANCE,
    PLANNED,
    REACTIONS,
    RUNGS,
    STEPS,
    STEPS_OF_HAZARD,
    THERAPIES,
    WEIBULL,
    Floats,
)
from sim.vocabulary import DAYS_PER_YEAR


def reference_days(plan: InfusionReference) -> list[int]:
    """Days of the infusions that define an action of 1."""
    return plan.schedule.days(0.0, plan.over)


def mean_exposure(plan: InfusionReference, decay: float) -> float:
    """Mean exposure over a plan with every infusion given, in units of the plan's own dose."""
    over = round(plan.over)
    return math.fsum(time_under(decay, over - day) for day in reference_days(plan)) / over


def decay_rate(half_life: float) -> float:
    """Rate per day from a half-life in days."""
    return math.log(2.0) / half_life


def dose_mg(dose: Dose, weight: Floats) -> Floats:
    """Milligrams for each patient of a dose in mg or mg/kg (weight in kg)."""
    return dose.amount * weight if dose.unit == "mg/kg" else np.full(len(weight), dose.amount)


def infusion_fields(scenario: Scenario) -> dict[str, Any]:
    """The fields of Params that concern infusions, and therapies that wait for another."""
    names = list(scenario.therapies)
    days: list[list[int]] = [[] for _ in range(THERAPIES)]
    fields: dict[str, Any] = {
        name: np.zeros(THERAPIES) for name in ("decay", "given", "late", "lateness", "ends_course")
    }
    fields |= {
        "follows": np.full(THERAPIES, -1, np.int64),
        "is_followed": np.zeros(THERAPIES, np.int64),
        "wait": np.zeros(THERAPIES, np.int64),
        "plan_end": np.full(THERAPIES, NEVER, np.int64),
    }
    for slot, therapy in enumerate(scenario.therapies.values()):
        if therapy.start.after is not None:
            fields["follows"][slot] = names.index(therapy.start.after)
            fields["is_followed"][names.index(therapy.start.after)] = 1
            fields["wait"][slot] = round(therapy.start.wait)
        if isinstance(therapy, Infusions):
            days[slot] = therapy.schedule.days(therapy.start.on, scenario.horizon)
            if therapy.schedule.duration is not None:
                end = round(therapy.start.on + therapy.schedule.duration)
                fields["plan_end"][slot] = end
            fields["decay"][slot] = decay_rate(therapy.exposure.half_life)
            fields["given"][slot] = therapy.given
            fields["late"][slot] = therapy.delay.probability if therapy.delay else 0.0
            fields["lateness"][slot] = therapy.delay.mean if therapy.delay else 0.0
            fields["ends_course"][slot] = therapy.ends_course
    fields["plan_days"] = padded(days, PLANNED, NEVER, "planned doses of a therapy")
    fields["is_infusion"] = np.array(
        [isinstance(t, Infusions) for t in scenario.therapies.values()] + [False] * THERAPIES
    )[:THERAPIES].astype(np.int64)
    return fields


def reactions_of(scenario: Scenario) -> list[tuple[int, str, str, Any]]:
    """Every reaction of the scenario: slot and name of its therapy, its own name, its numbers."""
    return [
        (slot, therapy_name, name, reaction)
        for slot, (therapy_name, therapy) in enumerate(scenario.therapies.items())
        if isinstance(therapy, Infusions)
        for name, reaction in therapy.reactions.items()
    ]


def reaction_names(scenario: Scenario) -> tuple[str, ...]:
    """What the slots of the reactions are called; with its therapy where two share a name."""
    names = [name for _, _, name, _ in reactions_of(scenario)]
    return tuple(
        name if names.count(name) == 1 else f"{therapy} {name}"
        for _, therapy, name, _ in reactions_of(scenario)
    )


def reaction_fields(scenario: Scenario) -> dict[str, Any]:
    """The fields of Params that concern reactions."""
    reactions = reactions_of(scenario)
    absent = REACTIONS - len(reactions)
    return {
        "reaction_therapy": np.array([slot for slot, *_ in reactions] + [-1] * absent),
        "reaction_first": np.array([r.first for *_, r in reactions] + [0.0] * absent),
        "reaction_later": np.array([r.later for *_, r in reactions] + [0.0] * absent),
        "reaction_ends_course": np.array([r.ends_course for *_, r in reactions] + [0.0] * absent),
    }


def course_fields(scenario: Scenario) -> dict[str, Any]:
    """The fields of Params that concern courses and their tolerance."""
    ladder: list[list[float]] = [[] for _ in range(THERAPIES)]
    ends: list[list[float]] = [[] for _ in range(THERAPIES)]
    hazards: list[list[float]] = [[] for _ in range(THERAPIES)]
    fields: dict[str, Any] = {
        "course_start": np.zeros(THERAPIES, np.int64),
        "course_length": np.full(THERAPIES, NEVER, np.int64),
        "family": np.full(THERAPIES, NO_INTOLERANCE, np.int64),
        **{
            n: np.zeros(THERAPIES)
            for n in ("relative_dose", "dose_exponent", "family_a", "family_b")
        },
    }
    for slot, therapy in enumerate(scenario.therapies.values()):
        if not isinstance(therapy, Course):
            continue
        begins = round(therapy.start.on)
        fields["course_start"][slot] = begins
        if therapy.duration is not None:
            length = round(therapy.start.on + therapy.duration) - begins
            fields["course_length"][slot] = max(length, 1)
        fields["relative_dose"][slot] = therapy.relative_dose
        fields["dose_exponent"][slot] = therapy.hazard_by_dose
        ladder[slot] = [{"halve": 0.5, "stop": 0.0}[rung] for rung in therapy.on_intolerance]
        if therapy.intolerance is not None:
            family, a, b, ends[slot], hazards[slot] = _tolerance(
                therapy.intolerance, therapy.frailty_sd
            )
            fields["family"][slot] = family
            fields["family_a"][slot], fields["family_b"][slot] = a, b
    fields["ladder"] = padded(ladder, RUNGS, -1.0, "rungs of on_intolerance")
    fields["step_end"] = padded(ends, STEPS_OF_HAZARD, None, "steps of intolerance")
    fields["step_hazard"] = padded(hazards, STEPS_OF_HAZARD, None, "steps of intolerance")
    return fields


def _tolerance(
    intolerance: Intolerance, frailty_sd: float
) -> tuple[int, float, float, list[float], list[float]]:
    """Family, its two parameters (days), and the ends and accumulated hazards of its steps."""
    if intolerance.steps is not None:
        return (STEPS, 0.0, 0.0, *_steps(intolerance, frailty_sd))
    family = intolerance.family
    time = getattr(intolerance, family)
    target = None if time.by is None else hazard_for_survival(1 - time.probability, frailty_sd)
    if family == "exponential":
        rate = time.rate / DAYS_PER_YEAR if target is None else target / time.by
        return GOMPERTZ, rate, 0.0, [], []
    if family == "weibull":
        scale = time.scale if target is None else time.by / target ** (1 / time.shape)
        return WEIBULL, time.shape, scale, [], []
    if family == "gompertz":
        growth = time.growth / DAYS_PER_YEAR
        unit = math.expm1(growth * (time.by or 0)) / growth if growth else time.by
        rate = time.rate / DAYS_PER_YEAR if target is None else target / unit
        return GOMPERTZ, rate, growth, [], []
    if family == "lognormal_time":
        from scipy.special import ndtri

        above = 0.0 if target is None else float(ndtri(-math.expm1(-target)))
        median = time.median if target is None else time.by / math.exp(time.sigma * above)
        return LOGNORMAL_TIME, median, time.sigma, [], []
    median = time.median if target is None else time.by / math.expm1(target) ** (1 / time.shape)
    return LOGLOGISTIC, median, time.shape, [], []


def _steps(intolerance: Intolerance, frailty_sd: float) -> tuple[list[float], list[float]]:
    """Ends and accumulated hazards of the steps, at frailty 1."""
    ends, hazards, survival, start = [], [0.0], 1.0, 0.0
    for step in intolerance.steps or []:
        if step.probability is not None:
            survival *= 1 - step.probability
            hazards.append(max(hazards[-1], hazard_for_survival(survival, frailty_sd)))
        else:
            added = (step.rate or 0.0) * (step.until - start) / DAYS_PER_YEAR
            hazards.append(hazards[-1] + added)
            survival = survival_under(hazards[-1], frailty_sd)
        ends.append(step.until)
        start = step.until
    return ends, hazards[1:]


def padded(rows: list[list[Any]], width: int, filler: float | None, what: str) -> Any:
    """Rows of unequal length as one array of a width; a filler of None repeats the last entry.

    An empty row is filled with 0 then. Raises ScenarioError for more entries than there is room.
    """
    longest = max(map(len, rows), default=0)
    if longest > width:
        raise ScenarioError([Mistake("", f"{longest} {what}; allowed: up to {width}")])
    fill = [filler if filler is not None else (row[-1] if row else 0.0) for row in rows]
    return np.array([
        [*row, *[last] * (width - len(row))] for row, last in zip(rows, fill, strict=True)
    ])  # fmt: skip
