"""Effects of the regimens, turned into sums over subsets of therapies, patient by patient."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.scenario import Mistake, ScenarioError
from sim.scenario.form.outcome import Effect, Marker
from sim.scenario.form.study import Scenario
from sim.scenario.form.therapy import Infusions
from sim.simulation.biology.bone import saturating_gain
from sim.simulation.biology.markers import saturated, site_action
from sim.simulation.lowering.dosing import decay_rate, mean_exposure, reference_days
from sim.simulation.lowering.patients import Baseline
from sim.simulation.records import SUBSETS, THERAPIES, Floats
from sim.vocabulary import BONES, DAYS_PER_YEAR, MARKERS, READINGS, SITES

ABSENT = Marker.model_construct(onset_half_life=1.0, half_effect=1.0, spread=0.0)
"""Stands for a marker that is not in the cohort, so that every slot holds numbers."""

LEAST_EFFECT_LEFT = 0.05
"""A log ratio is never extrapolated more than twentyfold from where it was measured."""

WORST_YEARLY_PERCENT = -99.0
"""A compound rate is never below this: a patient cannot lose more bone than there is."""


def rows_by_subset(scenario: Scenario) -> list[Effect | None]:
    """The effects row of every subset of therapies (bit i: therapy i), None where there is none.

    A subset without a row is one that no arm can reach; it never acts.
    """
    names, rows = list(scenario.therapies), scenario.regimens
    return [
        rows.get(frozenset(name for i, name in enumerate(names) if subset >> i & 1))
        for subset in range(2 ** len(names))
    ]


def by_subset(rows: list[Floats]) -> Floats:
    """Rows of the regimens to coefficients of the products of actions (Moebius transform).

    coefficient(S) = sum over U in S of (-1)^|S - U| row(U), so that the sum over S of
    coefficient(S) x product of the actions in S is multilinear and meets every row at its corner.
    """
    coefficients = [np.array(row, dtype=float) for row in rows]
    for bit in range(len(rows).bit_length() - 1):
        for subset in range(len(rows)):
            if subset >> bit & 1:
                coefficients[subset] = coefficients[subset] - coefficients[subset ^ (1 << bit)]
    empty = [np.zeros_like(coefficients[0])] * (SUBSETS - len(rows))
    return np.stack(coefficients + empty, axis=-1)


def bone_effects(scenario: Scenario, baseline: Baseline) -> Floats:
    """Coefficients of the daily change of bone: patients x bones x subsets."""
    return np.stack([_bone_effect(scenario, baseline, bone) for bone in BONES], axis=1)


def _bone_effect(scenario: Scenario, baseline: Baseline, bone: str) -> Floats:
    response = baseline.responses[bone]
    rows = []
    for row in rows_by_subset(scenario):
        yearly = np.zeros_like(response)
        if row is not None:
            effect = getattr(row, bone)
            yearly = effect.mean + effect.sd * response
        if scenario.accrual.name == "compound":
            yearly = 100 * np.log1p(np.maximum(yearly, WORST_YEARLY_PERCENT) / 100)
        rows.append(yearly / 100 / DAYS_PER_YEAR)
    return by_subset(rows)


def marker_effect(scenario: Scenario, baseline: Baseline, marker: str) -> Floats:
    """Coefficients of the log ratio of a marker to its entry value: patients x subsets."""
    response = baseline.responses[marker]
    spread = getattr(scenario.markers, marker).spread
    rows = []
    for row in rows_by_subset(scenario):
        change = getattr(row, marker) if row is not None else 0.0
        moved = spread * response - spread**2 / 2 if change != 0 else np.zeros_like(response)
        rows.append(np.log1p(change) + moved)
    return by_subset(rows)


def ratio_effects(scenario: Scenario) -> Floats:
    """Coefficients of the direct log ratio of fracture rates: sites x subsets."""
    rows = rows_by_subset(scenario)
    return np.stack([
        by_subset([np.log(getattr(r.fracture_ratio, site)) if r else np.zeros(()) for r in rows])
        for site in SITES
    ])  # fmt: skip


def marker_fields(scenario: Scenario) -> dict[str, Any]:
    """The fields of Params that concern markers; those not in the cohort are never measured."""
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
            getattr(row, marker) for regimen, row in scenario.regimens.items() if name in regimen
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


def accrual_fields(scenario: Scenario) -> dict[str, Any]:
    """The fields of Params that concern the reading of an annual increase."""
    accrual = scenario.accrual
    fields = {
        "reading": READINGS.index(accrual.name),
        "plateau_after": 0,
        "plateau_rate": 0.0,
        "gain": 0.0,
        "relaxation": 1.0,
        "evidence_day": round(scenario.beyond_evidence.after),
        "beyond_rate": scenario.beyond_evidence.rate / 100 / DAYS_PER_YEAR,
    }
    if accrual.plateau is not None:
        fields["plateau_after"] = round(accrual.plateau.months)
        fields["plateau_rate"] = accrual.plateau.then / 100 / DAYS_PER_YEAR
    if accrual.saturating is not None:
        tau, window = accrual.saturating.time_constant, accrual.saturating.window
        fields["gain"] = saturating_gain(window, tau)
        fields["relaxation"] = 1.0 / tau
    return fields
