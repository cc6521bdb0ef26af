"""Protocol: what all patients of a study share, as one record of parameters per arm."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.scenario.form.study import Scenario
from sim.simulation.lowering.bone import bone_fields
from sim.simulation.lowering.courses import course_fields
from sim.simulation.lowering.death import death_fields
from sim.simulation.lowering.fractures import fracture_fields
from sim.simulation.lowering.infusions import infusion_fields, sequence_fields
from sim.simulation.lowering.markers import marker_fields
from sim.simulation.lowering.measurement import measurement_fields
from sim.simulation.lowering.streams import FRACTURES_PREPARED, Need, needs_of
from sim.simulation.records import PARAMS, SUBSETS, THERAPIES

BY_HEADING = {
    "one therapy after another": sequence_fields,
    "infusions": infusion_fields,
    "courses": course_fields,
    "bone": bone_fields,
    "markers": marker_fields,
    "fractures": fracture_fields,
    "death": death_fields,
    "measurement": measurement_fields,
}
"""The function that computes the fields under each heading of PARAMS."""


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
    arms: dict[str, npt.NDArray[np.void]]
    needs: tuple[Need, ...]
    fractures: int


def protocol(scenario: Scenario, fractures: int = FRACTURES_PREPARED) -> Protocol:
    """Compute the values that all patients of a study share.

    Parameters
    ----------
    scenario : Scenario
        Values of a study.
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
    >>> shared = protocol(load("scenarios/laroche2011.yaml").scenario)
    >>> {arm: int(params["horizon"]) for arm, params in shared.arms.items()}
    {'combination': 1826, 'pamidronate': 1826}
    """
    common = np.zeros((), PARAMS)
    for fields in (_general_fields, *BY_HEADING.values()):
        for name, value in fields(scenario).items():
            common[name] = value
    common["subset_decay"] = _subset_decay(common["decay"])
    needs = needs_of(scenario, common, fractures)
    _lay_out(needs, common)
    arms = {arm: _of_arm(common, scenario, names) for arm, names in scenario.arms.items()}
    return Protocol(scenario, arms, needs, fractures)


def _general_fields(scenario: Scenario) -> dict[str, Any]:
    return {"horizon": round(scenario.horizon), "subsets": 2 ** len(scenario.therapies)}


def _subset_decay(decay: npt.NDArray[np.float64]) -> list[float]:
    """Rate at which the product of the actions of each subset of therapies decays."""
    return [
        math.fsum(decay[i] for i in range(THERAPIES) if subset >> i & 1)
        for subset in range(SUBSETS)
    ]


def _lay_out(needs: tuple[Need, ...], params: npt.NDArray[np.void]) -> None:
    """Write down the first column of each stream and slot, and the number of its columns."""
    first = 0
    for need in needs:
        params["first_draw"][need.stream, need.slot] = first
        params["draws"][need.stream, need.slot] = len(need.uses)
        first += len(need.uses)


def _of_arm(
    common: npt.NDArray[np.void], scenario: Scenario, therapies: list[str]
) -> npt.NDArray[np.void]:
    """The parameters of one arm."""
    params = common.copy()
    for slot, name in enumerate(scenario.therapies):
        params["in_arm"][slot] = name in therapies
    return params
