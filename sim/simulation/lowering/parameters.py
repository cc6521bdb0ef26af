"""Protocol: what all patients of a study share, as one record of parameters per arm.

The fields of bone, death and measurement are computed here, those of therapies, markers and
fractures in files of their own.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.scenario.form.study import Scenario
from sim.simulation.biology.mortality import yearly_hazard
from sim.simulation.lowering.by_days import tables_by_days
from sim.simulation.lowering.clinic import clinic_fields
from sim.simulation.lowering.courses import course_fields
from sim.simulation.lowering.fractures import fracture_fields
from sim.simulation.lowering.infusions import infusion_fields, sequence_fields
from sim.simulation.lowering.kinds import kind_fields
from sim.simulation.lowering.markers import marker_fields
from sim.simulation.lowering.own_accrual import accrual_fields, own_accrual_fields
from sim.simulation.lowering.padding import padded
from sim.simulation.lowering.rules import rule_fields
from sim.simulation.lowering.screening import may_be_screened
from sim.simulation.lowering.stopping import stopping_fields
from sim.simulation.lowering.streams import FRACTURES_PREPARED, Need, needs_of
from sim.simulation.records import AGES, NEVER, PARAMS, SUBSETS, THERAPIES, VISITS
from sim.vocabulary import BONES, DAYS_PER_YEAR, MARKERS, SEXES

Record = npt.NDArray[np.void]
"""One record of PARAMS."""


class Protocol(NamedTuple):
    """Values that all patients of a study share.

    Attributes
    ----------
    scenario : Scenario
        Values of the study.
    arms : dict
        One record of PARAMS per arm.
    needs : tuple of Need
        Random numbers of each patient, in the order of their columns.
    fractures : int
        Fractures per site that the needs have numbers for.
    """

    scenario: Scenario
    arms: dict[str, Record]
    needs: tuple[Need, ...]
    fractures: int


def protocol_at_rate(scenario: Scenario, fractures: int = FRACTURES_PREPARED) -> Protocol:
    """Compute the values that all patients of a study share, from a base rate that is a number.

    Parameters
    ----------
    scenario : Scenario
        Values of a study; its base rate is a rate (`base_rate.solved`).
    fractures : int
        Fractures per patient and site that random numbers are prepared for.

    Returns
    -------
    Protocol
        Parameters of each arm, and the random numbers that a patient needs.

    Raises
    ------
    ScenarioError
        If a record has no room for all doses, visits or steps, or if hardly any of an effect on a
        marker is left at the end of the plan that defines an action of 1.

    References
    ----------
    docs/architecture.md, section "Blocks, sums and workers".

    Examples
    --------
    >>> from sim.scenario import load
    >>> shared = protocol_at_rate(load("scenarios/boonen2012.yaml").scenario)
    >>> {arm: int(params["horizon"]) for arm, params in shared.arms.items()}
    {'zoledronate': 730, 'placebo': 730}
    """
    common = np.zeros((), PARAMS)
    common["horizon"], common["subsets"] = round(scenario.horizon), 2 ** len(scenario.therapies)
    for fields in BY_HEADING.values():
        for name, value in fields(scenario).items():
            common[name] = value
    common["subset_decay"] = _subset_decay(common["decay"])
    common["screens"] = may_be_screened(common)
    for name, value in tables_by_days(common, len(scenario.therapies)).items():
        common[name] = value
    needs = needs_of(scenario, common, fractures)
    _lay_out(needs, common)
    arms = {arm: _of_arm(common, scenario, arm) for arm in scenario.arms}
    return Protocol(scenario, arms, needs, fractures)


def _subset_decay(decay: npt.NDArray[np.float64]) -> list[float]:
    """Rate at which the product of the actions of each subset of therapies decays."""
    return [
        math.fsum(decay[i] for i in range(THERAPIES) if subset >> i & 1)
        for subset in range(SUBSETS)
    ]


def _lay_out(needs: tuple[Need, ...], params: Record) -> None:
    """Write down the first column of each stream and slot, and the number of its columns."""
    first = 0
    for need in needs:
        params["first_draw"][need.stream, need.slot] = first
        params["draws"][need.stream, need.slot] = len(need.uses)
        first += len(need.uses)


def _of_arm(common: Record, scenario: Scenario, arm: str) -> Record:
    """The parameters of one arm."""
    params = common.copy()
    for slot, name in enumerate(scenario.therapies):
        params["in_arm"][slot] = name in scenario.arms[arm]
    for field, value in kind_fields(params).items():
        params[field] = value
    params["loss_hazard"] = 0.0 if scenario.loss is None else scenario.loss.hazard(arm)
    return params


def bone_fields(scenario: Scenario) -> dict[str, Any]:
    """Compute the fields of `PARAMS` under the heading "bone".

    The reading of a mean annual increase, and the end of the evidence for it.

    Parameters
    ----------
    scenario : Scenario
        Values of a study.

    Returns
    -------
    dict
        Value of each field by name, in the units of `PARAMS`.

    References
    ----------
    docs/model.md, section "Bone".
    """
    return {
        **accrual_fields(scenario.accrual),
        "evidence_day": round(scenario.beyond_evidence.after),
        "beyond_rate": scenario.beyond_evidence.rate / 100 / DAYS_PER_YEAR,
    }


def death_fields(scenario: Scenario) -> dict[str, Any]:
    """Compute the fields of `PARAMS` under the heading "death".

    Hazards per year of age from the life table, and the ratio of mortality to it.

    Parameters
    ----------
    scenario : Scenario
        Values of a study.

    Returns
    -------
    dict
        Value of each field by name, in the units of `PARAMS`.

    References
    ----------
    docs/model.md, section "Death".
    """
    life_table = scenario.mortality.life_table
    hazards = [life_table.by_age(sex) for sex in SEXES]
    if life_table.rows.measure == "probability":
        hazards = [[yearly_hazard(q) for q in of_sex] for of_sex in hazards]
    return {
        "death_hazard": padded(hazards, AGES, None, "years of age"),
        "mortality_ratio": scenario.mortality.standardised_mortality_ratio,
    }


def measurement_fields(scenario: Scenario) -> dict[str, Any]:
    """Compute the fields of `PARAMS` under the heading "measurement".

    A marker that is not in the cohort has no visits.

    Parameters
    ----------
    scenario : Scenario
        Values of a study.

    Returns
    -------
    dict
        Value of each field by name, in the units of `PARAMS`.

    Raises
    ------
    ScenarioError
        If a quantity has more visits than a record has room for.

    References
    ----------
    docs/model.md, section "Measurement".
    """
    visits, cv = scenario.visits, scenario.measurement
    dxa = visits.days(visits.dxa, scenario.horizon)
    days = visits.days(visits.markers, scenario.horizon)
    markers = [days if name in scenario.cohort.markers else [] for name in MARKERS]
    return {
        "visit_days": padded([dxa] * len(BONES) + markers, VISITS, NEVER, "visits"),
        "bone_cv": np.array([getattr(cv, bone) for bone in BONES]),
        "marker_log_sd": np.array([
            math.sqrt(math.log1p((getattr(cv, marker) or 0.0) ** 2)) for marker in MARKERS
        ]),
    }  # fmt: skip


BY_HEADING = {
    "one therapy after another": sequence_fields,
    "rules": rule_fields,
    "infusions": infusion_fields,
    "clinic": clinic_fields,
    "after stopping": stopping_fields,
    "courses": course_fields,
    "bone": bone_fields,
    "rows with an accrual of their own": own_accrual_fields,
    "markers": marker_fields,
    "fractures": fracture_fields,
    "death": death_fields,
    "measurement": measurement_fields,
}
"""The function that computes the fields under each heading of PARAMS."""
