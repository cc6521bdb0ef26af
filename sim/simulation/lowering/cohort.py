"""Patients: what is fixed for each of them, the same in every arm."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import scipy

from sim.scenario.form.study import Scenario
from sim.scenario.form.therapy import Course, Infusions
from sim.simulation.biology.bone import LOWEST_BMD
from sim.simulation.columns import DRAWN_ANEW, Source
from sim.simulation.lowering import infusions
from sim.simulation.lowering.courses import log_sd
from sim.simulation.lowering.effects import bone_effects, marker_effect
from sim.simulation.lowering.enrolment import Baseline, enrol, log_mean_power
from sim.simulation.lowering.own_accrual import own_rates
from sim.simulation.records import PATIENT, Floats
from sim.vocabulary import BONES, MARKERS, SEXES, SITES

Records = npt.NDArray[np.void]
"""One record of PATIENT per patient."""


LEAST_FRAILTY = 1e-300
"""Smaller frailties cannot be told from 0, which has no logarithm."""


def patients(scenario: Scenario, numbers: range, columns: Source = DRAWN_ANEW) -> Records:
    """Draw patients as they enrol, with the values that they keep in every arm.

    Parameters
    ----------
    scenario : Scenario
        Values of a study.
    numbers : range
        Numbers of the patients, from 0. A number is the same patient in a cohort of any size.
    columns : Source
        Source of random numbers, which may keep columns for the next use.

    Returns
    -------
    array of PATIENT, shape (patients,)
        One record per patient.

    Examples
    --------
    >>> from sim.scenario import load
    >>> scenario = load("scenarios/laroche2011.yaml").scenario
    >>> patients(scenario, range(2, 4))["age"].round(1).tolist()
    [54.2, 31.4]
    """
    baseline = enrol(scenario.cohort, scenario.seed, numbers, columns)
    records = np.zeros(len(numbers), PATIENT)
    _set_person(records, baseline)
    records["log_risk"] = _log_risk(scenario, baseline, numbers, columns)
    if scenario.cohort.recent_fracture is not None:
        _set_recent(records, scenario, numbers, columns)
    _set_bone(records, scenario, baseline)
    for name in scenario.cohort.markers:
        marker = MARKERS.index(name)
        records["marker"][:, marker] = baseline.values[name]
        records["marker_effect"][:, marker] = marker_effect(scenario, baseline, name)
    for slot, (name, therapy) in enumerate(scenario.therapies.items()):
        if isinstance(therapy, Infusions):
            dose, action = dose_and_action(therapy, records["weight"])
            records["dose"][:, slot], records["dose_action"][:, slot] = dose, action
        else:
            score = columns.column(scenario.seed, f"frailty {name}", 0, "normal", numbers)
            records["frailty"][:, slot] = _frailty(therapy, score)
    return records


def _set_person(records: Records, baseline: Baseline) -> None:
    """Sex, age, weight and earlier vertebral fractures."""
    records["sex"] = SEXES.index("male")
    records["sex"][baseline.female == 1] = SEXES.index("female")
    records["age"] = baseline.values["age"]
    records["weight"] = baseline.values["weight"]
    records["vertebral_fractures"] = baseline.vertebral_fractures


def _log_risk(scenario: Scenario, baseline: Baseline, numbers: range, columns: Source) -> Floats:
    """Logarithm of the ratio of a patient's fracture rates to the mean of the cohort.

    Earlier vertebral fractures, divided by their mean over the cohort, and a frailty of mean 1.
    """
    factor = scenario.fractures.per_further_vertebral_fracture
    mean = log_mean_power(scenario.cohort.vertebral_fractures, factor)
    log_risk = math.log(factor) * baseline.vertebral_fractures - mean
    variance = scenario.fractures.frailty_variance
    if variance > 0:
        share = columns.column(scenario.seed, "frailty of fractures", 0, "uniform", numbers)
        frailty = variance * scipy.special.gammaincinv(1 / variance, share)
        log_risk = log_risk + np.log(np.maximum(frailty, LEAST_FRAILTY))
    return np.asarray(log_risk, dtype=float)


def _set_recent(records: Records, scenario: Scenario, numbers: range, columns: Source) -> None:
    """Day until which the risk after a recent fracture lasts.

    A recent vertebral fracture is one of the earlier ones: patients without any had none.
    """
    recent, earlier = scenario.cohort.recent_fracture, scenario.cohort.vertebral_fractures
    assert recent is not None
    imminent = getattr(scenario.fractures.sites, recent.site).imminent
    share, possible = recent.share, np.ones(len(numbers), dtype=bool)
    if recent.site == "vertebral" and share > 0:
        share = share / (1 - earlier.share_without)
        possible = records["vertebral_fractures"] > 0
    had = columns.column(scenario.seed, "recent fracture", 0, "uniform", numbers) < share
    until = round(imminent.duration) - round(recent.ago)
    records["imminent_until"][had & possible, SITES.index(recent.site)] = until


def _set_bone(records: Records, scenario: Scenario, baseline: Baseline) -> None:
    """Bone density at entry, that of young adults of the sex, and the effects of regimens."""
    female = baseline.female == 1
    for bone, name in enumerate(BONES):
        reference = getattr(scenario.reference_bmd, name)
        mean = np.where(female, reference.female.mean, reference.male.mean)
        sd = np.where(female, reference.female.sd, reference.male.sd)
        records["reference_mean"][:, bone], records["reference_sd"][:, bone] = mean, sd
        at_entry = mean + baseline.values[f"{name}_t"] * sd
        records["bmd"][:, bone] = np.maximum(at_entry, LOWEST_BMD)  # changes are shares of it
    records["bone_effect"] = bone_effects(scenario, baseline)
    records["own_rate"] = own_rates(scenario, baseline)


def dose_and_action(therapy: Infusions, weight: Floats) -> tuple[Floats, Floats]:
    """Compute the milligrams of one infusion, and what it adds to the action.

    Parameters
    ----------
    therapy : Infusions
        The therapy.
    weight : array, shape (patients,)
        Body weight, kg.

    Returns
    -------
    tuple of arrays, shape (patients,)
        Dose, mg, and increase of the action; 1 is the mean action in the published study.

    References
    ----------
    docs/model.md, section "Action".
    """
    plan = therapy.exposure.action_1
    dose = infusions.dose_mg(therapy.dose, weight)
    ratio = dose / infusions.dose_mg(plan.dose, weight)
    decay = infusions.decay_rate(therapy.exposure.half_life)
    return dose, ratio / infusions.mean_exposure(plan, decay)


def _frailty(course: Course, score: Floats) -> Floats:
    """Factors on the hazard of intolerance, log-normal with mean 1, from normal scores."""
    spread = log_sd(course.frailty_sd)
    return np.exp(spread * score - spread**2 / 2)
