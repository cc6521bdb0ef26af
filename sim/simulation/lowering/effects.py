"""Effects of the regimens as coefficients of products of actions, one per subset of therapies."""

from __future__ import annotations

import numpy as np

from sim.scenario.form.outcome import Effect
from sim.scenario.form.study import NO_THERAPY, Scenario
from sim.simulation.lowering.enrolment import Baseline
from sim.simulation.records import SUBSETS, Floats
from sim.vocabulary import BONES, DAYS_PER_YEAR, SITES

WORST_YEARLY_PERCENT = -99.0
"""A compound rate is never below this: a patient cannot lose more bone than there is."""


def therapies_in(regimen: str) -> frozenset[str]:
    """The therapies of a regimen, from its name in `effects`."""
    return frozenset(regimen.split(" + ")) - {NO_THERAPY}


def rows_by_subset(scenario: Scenario) -> list[Effect | None]:
    """The row of `effects` for every subset of therapies (bit i: therapy i), None without one.

    A subset without a row is one that no arm can reach; it never acts.
    """
    rows = {therapies_in(regimen): row for regimen, row in scenario.effects.items()}
    names = list(scenario.therapies)
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
    """Coefficients of the daily change of bone density: patients x bones x subsets."""
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
