"""Fractures without effects of bone density, and against the hazard that bone density gives."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from sim.experiments.verification import chance, logs, risk, settings
from sim.experiments.verification.bone_and_markers import bone_density_by_day
from sim.experiments.verification.cohort import normal_of, reference_bmd
from sim.experiments.verification.exposure import actions, between_rows, lowest_action
from sim.experiments.verification.subject import Subject
from sim.experiments.verification.verdict import Case, Verdict, exact, together
from sim.simulation import lowering
from sim.simulation.records import BONE_OF_SITE, BREAKS, DEATH, FRACTURE, Floats, Log
from sim.vocabulary import BONES, DAYS_PER_YEAR, SEXES, SITES, UNCHANGED

CONSTANT: settings.Changes = {**risk.NONE, **settings.NO_DEATHS, **settings.NO_GRADIENT}
"""A constant hazard of fractures."""

GRID = np.linspace(-12, 12, 24001)
MOST_PATIENTS, MOST_DAYS = 200, 400_000
SHARES = {"vertebral": "40 %", "hip": "30 %", "other": "30 %"}
OFTEN: settings.Changes = {
    **settings.base_rate("1.5 per year"),
    ("fractures", "review_every"): "14 days",
    **{("fractures", "sites", site, "share"): share for site, share in SHARES.items()},
}
RATIOS = {"vertebral": "0.6", "hip": "0.7", "other": "1.3"}


@together
def poisson(subject: Subject) -> Iterator[Verdict]:
    """Without effects of bone density, fractures fall where a constant hazard uses up the draws.

    The number of fractures is that of a Poisson process. Once as frequent as in the file, once one
    per year, with the imminent risk of the file.
    """
    subject = subject.plain
    constant = {**CONSTANT, **subject.fracture_ratio(None)}
    no_imminent, often = settings.each_site("imminent", None), settings.base_rate("1 per year")
    yield chance.within(_numbers(subject.first_arm(subject.many, constant, no_imminent)))
    for what, rate in {"fractures": {}, "frequent fractures": often}.items():
        yield exact(f"series of {what}", _days(subject.first_arm(subject.some, constant, rate)))


def _numbers(arm: logs.Arm) -> Iterator[chance.Compared]:
    """Fractures, and patients with a fracture, at each site."""
    form = arm.scenario.fractures
    for slot, site in enumerate(SITES):
        each = (
            lowering.base_rate(arm.scenario)
            * getattr(form.sites, site).share
            * arm.last
            / DAYS_PER_YEAR
        )
        if each > 0:
            numbers = logs.number_of_rows(arm.of(FRACTURE + slot), arm.people)
            yield chance.number(f"{site} fractures", float(numbers.sum()), each * arm.people)
            hit = f"patients with {site} fractures"
            yield chance.share(hit, numbers > 0, -math.expm1(-each))


def _days(arm: logs.Arm) -> Iterator[Case]:
    for slot, site in enumerate(SITES):
        draws = arm.inputs.numbers(BREAKS, slot).tolist()
        for patient, days in enumerate(arm.days(FRACTURE + slot)):
            expected = list(_expected_days(arm, site, draws[patient]))
            what = f"{site} fractures of patient {patient}: days {days}, not {expected}"
            yield Case(what, days == expected)


def _expected_days(arm: logs.Arm, site: str, draws: list[float]) -> Iterator[int]:
    """Each fracture on the day by which the hazard of that day has used up its draw."""
    of_site = getattr(arm.scenario.fractures.sites, site)
    hazard = lowering.base_rate(arm.scenario) * of_site.share / DAYS_PER_YEAR
    if hazard == 0:
        return
    imminent = of_site.imminent
    factor, duration = (imminent.factor, round(imminent.duration)) if imminent else (1.0, 0)
    left, today, until = draws[0], 0, 0
    for draw in draws[1:]:
        raised = hazard * factor * (until - today)
        exactly = (
            today + left / hazard / factor if raised >= left else until + (left - raised) / hazard
        )
        day = max(math.ceil(exactly - UNCHANGED), today)
        if day > arm.last:
            return
        yield day
        used = factor * (min(day, until) - today) + max(day - max(until, today), 0)
        left += draw - hazard * used
        today, until = day, day + duration


def by_bone_density(subject: Subject) -> Verdict:
    """The number of fractures matches the hazard of each day, at every T-score, early and late.

    Fractures less accumulated hazard are a martingale: weighted by anything known the day before,
    their sum is 0 within its standard error. Once as in the file but with more fractures, once with
    earlier fractures that count, a frailty, age and direct ratios.

    References
    ----------
    Rate of a site: docs/model.md, section "Fractures"; gradients of Marshall et al. (1996).
    """
    subject = subject.plain
    compared: list[chance.Compared] = []
    treated = [name for name in subject.scenario.effects if name != "none"]
    ratio = settings.each_of(("effects",), treated, {"fracture_ratio": RATIOS})
    most = MOST_DAYS // round(subject.scenario.horizon)
    patients = max(8, min(subject.many, MOST_PATIENTS, most))
    for changes in (OFTEN, {**OFTEN, **risk.EACH, **ratio, **subject.strain}):
        for arm in subject.arms(patients, changes, settings.NO_DEATHS).values():
            for slot, site in enumerate(SITES):
                compared += _weighted(f"{site} fractures in {arm.name}", arm, slot)
    return chance.within([*compared, *risk.shapes(subject)])


def _course(arm: logs.Arm, slot: int) -> tuple[Floats, Floats, Floats]:
    """Hazard, T-score, and imminent risk (True or not) of each day at a site: days x patients.

    The hazard is base x share x gradient^(T_ref - T) x age x earlier fractures x frailty x
    imminent.
    """
    bone, patients = BONES[BONE_OF_SITE[slot]], arm.inputs.patients
    site = getattr(arm.scenario.fractures.sites, SITES[slot])
    density = bone_density_by_day(arm, bone)
    mean, sd = reference_bmd(arm.scenario, bone, patients["sex"] == SEXES.index("female"))
    score = ((density[1:] + density[:-1]) / 2 - mean) / sd
    imminent = _imminent(site, arm.of(FRACTURE + slot), score.shape)
    reference = reference_t(getattr(arm.scenario.cohort, f"{bone}_t"), site.gradient)
    rate = lowering.base_rate(arm.scenario) * site.share / DAYS_PER_YEAR
    hazard = rate * site.gradient ** (reference - score)
    hazard *= risk.of_age(arm.scenario, site, patients["age"], np.arange(0.5, len(score)))
    hazard *= risk.of_earlier_fractures(arm.scenario, patients["vertebral_fractures"])
    hazard *= risk.frailties(arm.scenario, patients)
    hazard *= np.where(imminent, site.imminent.factor if site.imminent else 1.0, 1.0)
    return hazard * _direct_ratio(arm, SITES[slot]), score, imminent


def reference_t(variable: Any, gradient: float) -> float:
    """T-score of a patient with the mean fracture rate of the cohort, by the trapezoidal rule."""
    if gradient == 1:
        return 0.0
    mean, sd, low, high = normal_of(variable)
    weight = np.exp(-(GRID**2) / 2) * ((low <= GRID) & (high >= GRID))
    rate = float(weight @ gradient ** -(mean + sd * GRID) / weight.sum())
    return -math.log(rate) / math.log(gradient)


def _imminent(site: Any, fractures: Log, shape: tuple[int, ...]) -> Floats:
    """The days, 0 for the first, on which a recent fracture makes another more likely."""
    marked = np.zeros(shape, bool)
    if site.imminent is not None:
        for patient, day, *_ in logs.rows(fractures):
            marked[day : day + round(site.imminent.duration), patient] = True
    return marked


def _direct_ratio(arm: logs.Arm, site: str) -> Any:
    """The direct fracture ratio of the therapies in the middle of every day."""
    effects = arm.scenario.effects.items()
    ratios = {name: getattr(effect.fracture_ratio, site) for name, effect in effects}
    if set(ratios.values()) == {1.0}:
        return 1.0
    middle = {n: a.level * math.exp(-a.decay / 2) for n, a in actions(arm).items()}
    for name, therapy in arm.scenario.therapies.items():
        if name in middle and therapy.fracture_ratio_acts == "as printed":
            middle[name] = np.minimum(middle[name] / lowest_action(therapy), 1.0)
    return np.exp(between_rows(middle, lambda regimen: math.log(ratios.get(regimen, 1.0))))


def _weighted(what: str, arm: logs.Arm, slot: int) -> Iterator[chance.Compared]:
    """Fractures less hazard, weighted by T-score, imminent risk, earlier fractures and time."""
    hazard, t_score, imminent = _course(arm, slot)
    days = len(hazard)
    hazard = np.where(np.arange(days)[:, None] < arm.first_day(DEATH), hazard, 0.0)
    happened, broke = np.zeros_like(hazard), arm.of(FRACTURE + slot)
    np.add.at(happened, (broke.day - 1, broke.patient), 1.0)
    prior = arm.inputs.patients["vertebral_fractures"].astype(float)
    for by, weight in {
        "": 1.0,
        ", by T-score": t_score - np.average(t_score, weights=hazard),
        ", within a year of another": imminent.astype(float),
        ", by earlier fractures": np.minimum(prior, 10) - prior.mean(),
        ", in the first half": (np.arange(days) < days / 2)[:, None],
    }.items():
        if np.any(weight):
            found, expected = float((weight * happened).sum()), float((weight * hazard).sum())
            error = math.sqrt(float((weight**2 * hazard).sum()))
            distance = (found - expected) / error if error else 0.0
            yield chance.Compared(what + by, found, expected, distance)
