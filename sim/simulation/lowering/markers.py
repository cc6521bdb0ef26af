"""Markers: onset of an effect, its ceiling, and the effect at the end of the reported plan."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from sim.scenario import Mistake, ScenarioError
from sim.scenario.form.outcome import Marker
from sim.scenario.form.study import Scenario
from sim.scenario.form.therapy import Infusions
from sim.simulation.biology.markers import saturated, site_action
from sim.simulation.lowering.infusions import decay_rate, mean_exposure
from sim.simulation.records import THERAPIES
from sim.vocabulary import MARKERS

ABSENT = Marker.model_construct(onset_half_life=1.0, half_effect=1.0, spread=0.0)
"""Stands for a marker that is not in the cohort, so that every slot holds numbers."""

LEAST_EFFECT_LEFT = 0.05
"""A log ratio is never extrapolated more than twentyfold from where it was measured."""


def marker_fields(scenario: Scenario) -> dict[str, Any]:
    """Compute the fields of `PARAMS` under the heading "markers".

    A marker that is not in the cohort has the values of `ABSENT` and is never measured.

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
        If hardly any of an effect on a marker is left at the end of the plan `action_1`.

    References
    ----------
    docs/model.md, section "Markers".
    """
    present = scenario.cohort.markers
    markers = [getattr(scenario.markers, m) if m in present else ABSENT for m in MARKERS]
    full = np.ones((len(MARKERS), THERAPIES))
    for slot, therapy in enumerate(scenario.therapies.values()):
        if isinstance(therapy, Infusions):
            full[:, slot] = _full_effects(therapy, markers)
    for marker, slot in itertools.product(present, range(len(scenario.therapies))):
        left = float(full[MARKERS.index(marker), slot])
        _refuse_far_extrapolation(scenario, marker, slot, left)
    return {
        "onset": [decay_rate(marker.onset_half_life) for marker in markers],
        "half_effect": [marker.half_effect for marker in markers],
        "full_effect": full,
    }


def _full_effects(therapy: Infusions, markers: Iterable[Marker]) -> list[float]:
    """Saturated effects at the end of the plan that defines action 1, before an infusion that day.

    Superposition of the response of each marker's effect site to each infusion.
    """
    plan = therapy.exposure.action_1
    decay = decay_rate(therapy.exposure.half_life)
    since = [round(plan.over) - day for day in plan.schedule.days(0.0, plan.over)]
    dose_action = 1.0 / mean_exposure(plan, decay)
    effects = []
    for marker in markers:
        onset = decay_rate(marker.onset_half_life)
        at_site = math.fsum(site_action(0.0, dose_action, onset, decay, days) for days in since)
        effects.append(saturated(at_site, marker.half_effect))
    return effects


def _refuse_far_extrapolation(scenario: Scenario, marker: str, slot: int, left: float) -> None:
    """Refuse a plan of `action_1` at whose end hardly any of the effect on a marker is left.

    The reported change is read as measured there; from next to nothing the peaks would be absurd.
    """
    name = [*scenario.therapies][slot]
    if left < LEAST_EFFECT_LEFT and _acts(scenario, marker, name):
        message = (
            f"{left:.1%} of the effect on {marker} is left at the end of this plan, where its "
            f"reported change counts as measured; allowed: {LEAST_EFFECT_LEFT:.0%} or more. "
            "Lengthen exposure.half_life, or let `over` end sooner after the last dose"
        )
        raise ScenarioError([Mistake(f"therapies.{name}.exposure.action_1", message)])


def _acts(scenario: Scenario, marker: str, name: str) -> bool:
    """True where a therapy changes a marker, alone or beside other therapies."""
    rows = scenario.regimens
    changes = {regimen: getattr(row, marker) or 0.0 for regimen, row in rows.items()}
    return any(
        changes[regimen] != changes.get(regimen - {name}, 0.0)
        for regimen in changes
        if name in regimen
    )
