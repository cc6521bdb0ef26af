"""Markers: onset of an effect, its ceiling, and the effect at the end of the reported plan."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.scenario import Mistake, ScenarioError
from sim.scenario.form.outcome import Marker
from sim.scenario.form.study import Scenario
from sim.scenario.form.therapy import Infusions
from sim.simulation.biology.markers import saturated, site_action
from sim.simulation.lowering.effects import therapies_in
from sim.simulation.lowering.infusions import decay_rate, mean_exposure, reference_days
from sim.simulation.records import THERAPIES
from sim.vocabulary import MARKERS

ABSENT = Marker.model_construct(onset_half_life=1.0, half_effect=1.0, spread=0.0)
"""Stands for a marker that is not in the cohort, so that every slot holds numbers."""

LEAST_EFFECT_LEFT = 0.05
"""A log ratio is never extrapolated more than twentyfold from where it was measured."""


def marker_fields(scenario: Scenario) -> dict[str, Any]:
    """The fields of PARAMS under the heading "markers".

    A marker that is not in the cohort is never measured. Raises ScenarioError for a plan of
    `action_1` that leaves hardly any of the effect on a marker at its end.
    """
    present = scenario.cohort.markers
    markers = [getattr(scenario.markers, m) if m in present else ABSENT for m in MARKERS]
    for name in present:
        _refuse_far_extrapolation(scenario, name)
    return {
        "onset": np.array([decay_rate(marker.onset_half_life) for marker in markers]),
        "half_effect": np.array([marker.half_effect for marker in markers]),
        "full_effect": np.array([
            [_full_effect(t, marker) for t in scenario.therapies.values()]
            + [1.0] * (THERAPIES - len(scenario.therapies))
            for marker in markers
        ]),
    }  # fmt: skip


def _refuse_far_extrapolation(scenario: Scenario, marker: str) -> None:
    """Refuse a plan of `action_1` at whose end hardly any of the effect on a marker is left.

    The reported change is read as measured there; from next to nothing the peaks would be absurd.
    """
    for name, therapy in scenario.therapies.items():
        acts = any(
            getattr(row, marker)
            for regimen, row in scenario.effects.items()
            if name in therapies_in(regimen)
        )
        left = _full_effect(therapy, getattr(scenario.markers, marker))
        if acts and left < LEAST_EFFECT_LEFT:
            message = (
                f"{left:.1%} of the effect on {marker} is left at the end of this plan, where "
                "its reported change counts as measured; allowed: "
                f"{LEAST_EFFECT_LEFT:.0%} or more. Lengthen exposure.half_life, or let `over` "
                "end sooner after the last dose"
            )
            raise ScenarioError([Mistake(f"therapies.{name}.exposure.action_1", message)])


def _full_effect(therapy: Any, marker: Any) -> float:
    """Saturated effect at the end of the plan that defines action 1, before any infusion that day.

    Superposition of the effect site's response to each infusion; courses need none (1).
    """
    if not isinstance(therapy, Infusions):
        return 1.0
    plan = therapy.exposure.action_1
    decay, onset = decay_rate(therapy.exposure.half_life), decay_rate(marker.onset_half_life)
    since = [round(plan.over) - day for day in reference_days(plan)]
    dose_action = 1.0 / mean_exposure(plan, decay)
    at_site = math.fsum(site_action(0.0, dose_action, onset, decay, days) for days in since)
    return saturated(at_site, marker.half_effect)
