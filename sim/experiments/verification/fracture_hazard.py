"""Fractures against the hazard that bone density gives, integrated day by day."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from sim.experiments.verification.bone_density import course
from sim.experiments.verification.cohort import law
from sim.experiments.verification.exposure import actions, between_rows
from sim.experiments.verification.subject import NOBODY_DIES, Changes, Subject
from sim.experiments.verification.verdict import Compared, Verdict, within_chance
from sim.simulation.records import BONE_OF_SITE, DEATH, FRACTURE, Floats, Inputs, Log
from sim.vocabulary import BONES, DAYS_PER_YEAR, SITES

GRID = np.linspace(-12, 12, 24001)
MOST = 200

SHARES = {"vertebral": "40 %", "hip": "30 %", "other": "30 %"}
OFTEN: Changes = {
    ("fractures", "base_rate"): "1.5 per year",
    ("fractures", "review_every"): "14 days",
    **{("fractures", "sites", site, "share"): share for site, share in SHARES.items()},
}
RATIOS = {"vertebral": "0.6", "hip": "0.7", "other": "1.3"}
PRIOR: Changes = {("fractures", "per_further_vertebral_fracture"): "1.2"}


class Course(NamedTuple):
    """One site day by day, days x patients: hazard of the day, T-score, imminent risk."""

    hazard: Floats
    t_score: Floats
    imminent: Floats


def by_bone_density(subject: Subject) -> Verdict:
    """As many fractures as the hazard of each day expects, at every T-score, early and late.

    The difference between fractures and accumulated hazard is a martingale: weighed by anything
    known the day before, it is 0 within its own error. Once as in the file but often, once with
    earlier fractures that count and direct ratios.
    """
    compared: list[Compared] = []
    treated = [name for name in subject.scenario.effects if name != "none"]
    ratio: Changes = {("effects", name, "fracture_ratio"): RATIOS for name in treated}
    for changes in (OFTEN, {**OFTEN, **PRIOR, **ratio, **subject.strain}):
        study = subject.changed(changes, NOBODY_DIES)
        count = max(8, min(subject.many, MOST, 400_000 // round(subject.scenario.horizon)))
        for arm, (inputs, log) in subject.lives(count, changes, NOBODY_DIES).items():
            for slot in range(len(SITES)):
                course_ = _course(study.scenario, arm, slot, inputs, log)
                compared += _weighed(
                    f"{SITES[slot]} fractures in {arm}", slot, course_, inputs, log
                )
    return within_chance(compared)


def _course(scenario: Any, arm: str, slot: int, inputs: Inputs, log: Log) -> Course:
    bone = BONES[BONE_OF_SITE[slot]]
    density = course(scenario, arm, inputs, log, bone)
    form = scenario.fractures
    site = getattr(form.sites, SITES[slot])
    sexes = inputs.patients["sex"]
    by_sex = [getattr(getattr(scenario.reference_bmd, bone), sex) for sex in ("female", "male")]
    centre, sd = (np.array([getattr(r, part) for r in by_sex])[sexes] for part in ("mean", "sd"))
    score = ((density[1:] + density[:-1]) / 2 - centre) / sd
    imminent = _imminent(site, slot, log, score.shape)
    rate = form.base_rate * site.share / DAYS_PER_YEAR
    rate *= site.gradient ** (mean_t(getattr(scenario.cohort, f"{bone}_t"), site.gradient) - score)
    extra = (
        inputs.patients["vertebral_fractures"]
        - scenario.cohort.vertebral_fractures.negative_binomial.mean
    )
    rate *= form.per_further_vertebral_fracture**extra
    rate *= np.where(imminent, site.imminent.factor if site.imminent else 1.0, 1.0)
    return Course(rate * _ratio(scenario, arm, slot, inputs, log), score, imminent)


def mean_t(variable: Any, gradient: float) -> float:
    """The T-score at which a patient has the mean rate of the cohort, by the trapezoidal rule."""
    if gradient == 1:
        return 0.0
    centre, sd, low, high = law(variable)
    z = np.clip(GRID, low, high)
    weight = np.exp(-(z**2) / 2) * ((low <= GRID) & (high >= GRID))
    mean = float(weight @ gradient ** -(centre + sd * z) / weight.sum())
    return -math.log(mean) / math.log(gradient)


def _imminent(site: Any, slot: int, log: Log, shape: tuple[int, ...]) -> Floats:
    """The days, 0 for the first, on which a fracture of late makes another more likely."""
    marked = np.zeros(shape, bool)
    if site.imminent is not None:
        inside = log.kind == FRACTURE + slot
        for who, day in zip(log.patient[inside].tolist(), log.day[inside].tolist(), strict=True):
            marked[day : day + round(site.imminent.duration), who] = True
    return marked


def _ratio(scenario: Any, arm: str, slot: int, inputs: Inputs, log: Log) -> Any:
    """The direct ratio of the actions in the middle of every day."""
    held = {
        name: getattr(effect.fracture_ratio, SITES[slot])
        for name, effect in scenario.effects.items()
    }
    if set(held.values()) == {1.0}:
        return 1.0
    acting = actions(scenario, scenario.arms[arm], inputs, log)
    middle = {
        name: level * math.exp(-acting.decays[name] / 2) for name, level in acting.levels.items()
    }
    return np.exp(between_rows(middle, lambda regimen: math.log(held.get(regimen, 1.0))))


def _weighed(what: str, slot: int, course_: Course, inputs: Inputs, log: Log) -> list[Compared]:
    """Fractures less hazard, weighed by T-score, imminent risk, earlier fractures and time."""
    days = len(course_.hazard)
    end = np.full(len(inputs.patients), days)
    end[log.patient[log.kind == DEATH]] = log.day[log.kind == DEATH]
    hazard = np.where(np.arange(days)[:, None] < end, course_.hazard, 0.0)
    happened = np.zeros_like(hazard)
    inside = log.kind == FRACTURE + slot
    np.add.at(happened, (log.day[inside] - 1, log.patient[inside]), 1.0)
    prior = inputs.patients["vertebral_fractures"].astype(float)
    weights = {
        "": np.ones_like(hazard),
        ", by T-score": course_.t_score - np.average(course_.t_score, weights=hazard),
        ", within a year of another": course_.imminent.astype(float),
        ", by earlier fractures": np.broadcast_to(
            np.minimum(prior, 10) - prior.mean(), hazard.shape
        ),
        ", in the first half": np.broadcast_to((np.arange(days) < days / 2)[:, None], hazard.shape),
    }
    return [
        _score(what + by, weight, happened, hazard)
        for by, weight in weights.items()
        if weight.any()
    ]


def _score(what: str, weight: Floats, happened: Floats, hazard: Floats) -> Compared:
    found, expected = float((weight * happened).sum()), float((weight * hazard).sum())
    error = math.sqrt(float((weight**2 * hazard).sum()))
    return Compared(what, found, expected, (found - expected) / error if error else 0.0)
