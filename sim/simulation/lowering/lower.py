"""Inputs of the engines: parameters of an arm, its patients and their random numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from sim.scenario.form.cohort import Variable
from sim.scenario.form.study import Scenario
from sim.scenario.form.therapy import Course, Infusions
from sim.simulation.biology.mortality import yearly_hazard
from sim.simulation.draws import column
from sim.simulation.lowering import dosing, effects
from sim.simulation.lowering.frailty import log_sd
from sim.simulation.lowering.patients import Baseline, enrol
from sim.simulation.lowering.random import prepare
from sim.simulation.records import (
    AGES,
    BONE_OF_SITE,
    NEVER,
    PARAMS,
    PATIENT,
    SUBSETS,
    THERAPIES,
    VISITS,
    Inputs,
)
from sim.vocabulary import BONES, DAYS_PER_YEAR, MARKERS, SEXES, SITES

FRACTURES_PREPARED = 8
"""Fractures a site for which random numbers are prepared at first; more are prepared on demand."""

NO_RATE = -1e4
"""Logarithm of a hazard that is 0: its exponential is 0 and it can still be added to."""


def lower(
    scenario: Scenario,
    life_table: dict[str, tuple[float, ...]],
    first: int,
    count: int,
    fractures: int = FRACTURES_PREPARED,
) -> dict[str, Inputs]:
    """Inputs by arm for `count` patients from number `first` on: the same patients in every arm.

    `life_table` holds probabilities of dying within a year of age by sex; `fractures` is the
    number of fractures a site that random numbers are prepared for.
    """
    baseline = enrol(scenario.cohort, scenario.seed, first, count)
    patients = _patients(scenario, baseline, first, count)
    params = np.zeros((), PARAMS)
    for name, value in _common_params(scenario, life_table).items():
        params[name] = value
    draws = prepare(scenario, params, first, count, fractures)
    return {
        arm: Inputs(_of_arm(params, scenario, therapies), patients, draws)
        for arm, therapies in scenario.arms.items()
    }


def _of_arm(
    common: npt.NDArray[np.void], scenario: Scenario, therapies: list[str]
) -> npt.NDArray[np.void]:
    """The parameters of one arm."""
    params = common.copy()
    for slot, name in enumerate(scenario.therapies):
        params["in_arm"][slot] = name in therapies
    return params


def _common_params(scenario: Scenario, life_table: dict[str, tuple[float, ...]]) -> dict[str, Any]:
    infusions = dosing.infusion_fields(scenario)
    subsets = 2 ** len(scenario.therapies)
    ratios = effects.ratio_effects(scenario)
    hazards = [[yearly_hazard(q) for q in life_table[sex]] for sex in SEXES]
    return {
        "horizon": round(scenario.horizon),
        "subsets": subsets,
        "subset_decay": np.array([
            math.fsum(infusions["decay"][i] for i in range(THERAPIES) if subset >> i & 1)
            for subset in range(SUBSETS)
        ]),
        **infusions,
        **dosing.reaction_fields(scenario),
        **dosing.course_fields(scenario),
        **effects.accrual_fields(scenario),
        **effects.marker_fields(scenario),
        **_fracture_fields(scenario),
        "has_ratio": (ratios != 0).any(axis=1).astype(np.int64),
        "log_ratio": ratios,
        "death_hazard": dosing.padded(hazards, AGES, None, "years of age"),
        "mortality_ratio": scenario.mortality.standardised_mortality_ratio,
        **_measurement_fields(scenario),
    }  # fmt: skip


def _fracture_fields(scenario: Scenario) -> dict[str, Any]:
    fractures = scenario.fractures
    sites = [getattr(fractures.sites, site) for site in SITES]
    imminent = [site.imminent for site in sites]
    log_gradient = np.array([math.log(site.gradient) for site in sites])
    t_scores = [getattr(scenario.cohort, f"{BONES[bone]}_t") for bone in BONE_OF_SITE]
    return {
        "review_every": int(fractures.review_every),
        "log_base": np.array([
            _log_rate(fractures.base_rate * site.share) + gradient * reference_t(t, gradient)
            for site, gradient, t in zip(sites, log_gradient, t_scores, strict=True)
        ]),
        "log_gradient": log_gradient,
        "log_imminent": np.array([math.log(i.factor) if i else 0.0 for i in imminent]),
        "imminent_days": np.array([round(i.duration) if i else 0 for i in imminent]),
        "case_fatality": np.array([site.case_fatality for site in sites]),
    }  # fmt: skip


def _log_rate(per_year: float) -> float:
    return math.log(per_year / DAYS_PER_YEAR) if per_year > 0 else NO_RATE


def reference_t(variable: Variable[float], log_gradient: float) -> float:
    """T-score at which a patient has the cohort's mean rate: m - s^2 ln(gradient) / 2 if normal.

    In general the T at which gradient^(-T) equals its mean over the cohort; for a truncated
    normal, its moment generating function.
    """
    assert variable.normal is not None
    mean, sd = variable.normal.mean, variable.normal.sd
    reference = mean - sd**2 * log_gradient / 2
    if variable.within is None or sd == 0 or log_gradient == 0:
        return reference
    low, high = ((end - mean) / sd for end in variable.within)
    shift = log_gradient * sd
    ratio = (ndtr(high + shift) - ndtr(low + shift)) / (ndtr(high) - ndtr(low))
    return float(reference - math.log(ratio) / log_gradient)


def _measurement_fields(scenario: Scenario) -> dict[str, Any]:
    visits, cv = scenario.visits, scenario.measurement
    dxa = visits.days(visits.dxa, scenario.horizon)
    days = visits.days(visits.markers, scenario.horizon)
    markers = [days if name in scenario.cohort.markers else [] for name in MARKERS]
    return {
        "visit_days": dosing.padded([dxa] * len(BONES) + markers, VISITS, NEVER, "visits"),
        "bone_cv": np.array([getattr(cv, bone) for bone in BONES]),
        "marker_log_sd": np.array([
            math.sqrt(math.log1p((getattr(cv, marker) or 0.0) ** 2)) for marker in MARKERS
        ]),
    }  # fmt: skip


def _patients(
    scenario: Scenario, baseline: Baseline, first: int, count: int
) -> npt.NDArray[np.void]:
    """What is fixed for each patient, in every arm: an array of schema.PATIENT."""
    patients = np.zeros(count, PATIENT)
    patients["sex"] = SEXES.index("male")
    patients["sex"][baseline.female == 1] = SEXES.index("female")
    patients["age"] = baseline.values["age"]
    patients["weight"] = baseline.values["weight"]
    patients["vertebral_fractures"] = baseline.vertebral_fractures
    mean_count = scenario.cohort.vertebral_fractures.negative_binomial.mean
    factor = scenario.fractures.per_further_vertebral_fracture
    patients["log_prior"] = math.log(factor) * (baseline.vertebral_fractures - mean_count)
    for bone, name in enumerate(BONES):
        reference = getattr(scenario.reference_bmd, name)
        female = baseline.female == 1
        mean = np.where(female, reference.female.mean, reference.male.mean)
        sd = np.where(female, reference.female.sd, reference.male.sd)
        patients["reference_mean"][:, bone], patients["reference_sd"][:, bone] = mean, sd
        patients["bmd"][:, bone] = mean + baseline.values[f"{name}_t"] * sd
    patients["bone_effect"] = effects.bone_effects(scenario, baseline)
    for name in scenario.cohort.markers:
        marker = MARKERS.index(name)
        patients["marker"][:, marker] = baseline.values[name]
        patients["marker_effect"][:, marker] = effects.marker_effect(scenario, baseline, name)
    _set_doses(scenario, patients, first, count)
    return patients


def _set_doses(scenario: Scenario, patients: npt.NDArray[np.void], first: int, count: int) -> None:
    for slot, (name, therapy) in enumerate(scenario.therapies.items()):
        if isinstance(therapy, Infusions):
            plan = therapy.exposure.action_1
            dose = dosing.dose_mg(therapy.dose, patients["weight"])
            ratio = dose / dosing.dose_mg(plan.dose, patients["weight"])
            decay = dosing.decay_rate(therapy.exposure.half_life)
            patients["dose"][:, slot] = dose
            patients["dose_action"][:, slot] = ratio / dosing.mean_exposure(plan, decay)
        elif isinstance(therapy, Course):
            spread = log_sd(therapy.frailty_sd)
            z = column(scenario.seed, f"frailty {name}", 0, "normal", first, count)
            patients["frailty"][:, slot] = np.exp(spread * z - spread**2 / 2)
