"""Measurement: the days of visits and the error of a measured value."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.scenario.form.study import Scenario
from sim.simulation.lowering.padding import padded
from sim.simulation.records import NEVER, VISITS
from sim.vocabulary import BONES, MARKERS


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
