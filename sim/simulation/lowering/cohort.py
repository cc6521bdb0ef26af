"""Patients: what is fixed for each of them, the same in every arm."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sim.scenario.form.study import Scenario
from sim.scenario.form.therapy import Course, Infusions
from sim.simulation.columns import DRAWN_ANEW, Columns
from sim.simulation.lowering import infusions
from sim.simulation.lowering.courses import log_sd
from sim.simulation.lowering.effects import bone_effects, marker_effect
from sim.simulation.lowering.enrolment import Baseline, enrol
from sim.simulation.lowering.own_accrual import own_rates
from sim.simulation.records import PATIENT, Floats
from sim.vocabulary import BONES, MARKERS, SEXES

Records = npt.NDArray[np.void]
"""One record of PATIENT per patient."""


def patients(scenario: Scenario, numbers: range, columns: Columns = DRAWN_ANEW) -> Records:
    """Draw patients as they enrol, with the values that they keep in every arm.

    Parameters
    ----------
    scenario : Scenario
        Values of a study.
    numbers : range
        Numbers of the patients, from 0. A number is the same patient in a cohort of any size.
    columns : Columns
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
    _set_person(records, scenario, baseline)
    _set_bone(records, scenario, baseline)
    for name in scenario.cohort.markers:
        marker = MARKERS.index(name)
        records["marker"][:, marker] = baseline.values[name]
        records["marker_effect"][:, marker] = marker_effect(scenario, baseline, name)
    for slot, (name, therapy) in enumerate(scenario.therapies.items()):
        if isinstance(therapy, Infusions):
            dose, action = _infusion(therapy, records["weight"])
            records["dose"][:, slot], records["dose_action"][:, slot] = dose, action
        else:
            score = columns.column(scenario.seed, f"frailty {name}", 0, "normal", numbers)
            records["frailty"][:, slot] = _frailty(therapy, score)
    return records


def _set_person(records: Records, scenario: Scenario, baseline: Baseline) -> None:
    """Sex, age, weight and earlier vertebral fractures."""
    records["sex"] = SEXES.index("male")
    records["sex"][baseline.female == 1] = SEXES.index("female")
    records["age"] = baseline.values["age"]
    records["weight"] = baseline.values["weight"]
    records["vertebral_fractures"] = baseline.vertebral_fractures
    mean_count = scenario.cohort.vertebral_fractures.negative_binomial.mean
    factor = scenario.fractures.per_further_vertebral_fracture
    records["log_prior"] = math.log(factor) * (baseline.vertebral_fractures - mean_count)


def _set_bone(records: Records, scenario: Scenario, baseline: Baseline) -> None:
    """Bone density at entry, that of young adults of the sex, and the effects of regimens."""
    female = baseline.female == 1
    for bone, name in enumerate(BONES):
        reference = getattr(scenario.reference_bmd, name)
        mean = np.where(female, reference.female.mean, reference.male.mean)
        sd = np.where(female, reference.female.sd, reference.male.sd)
        records["reference_mean"][:, bone], records["reference_sd"][:, bone] = mean, sd
        records["bmd"][:, bone] = mean + baseline.values[f"{name}_t"] * sd
    records["bone_effect"] = bone_effects(scenario, baseline)
    records["own_rate"] = own_rates(scenario, baseline)


def _infusion(therapy: Infusions, weight: Floats) -> tuple[Floats, Floats]:
    """Milligrams of one infusion, and what it adds to the action, per patient."""
    plan = therapy.exposure.action_1
    dose = infusions.dose_mg(therapy.dose, weight)
    ratio = dose / infusions.dose_mg(plan.dose, weight)
    decay = infusions.decay_rate(therapy.exposure.half_life)
    return dose, ratio / infusions.mean_exposure(plan, decay)


def _frailty(course: Course, score: Floats) -> Floats:
    """Factors on the hazard of intolerance, log-normal with mean 1, from normal scores."""
    spread = log_sd(course.frailty_sd)
    return np.exp(spread * score - spread**2 / 2)
