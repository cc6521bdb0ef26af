"""Rows of `effects` with an accrual of their own: their weights, readings and rates."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.scenario.form.outcome import Accrual, Effect
from sim.scenario.form.study import Scenario
from sim.simulation.biology.bone import saturating_gain
from sim.simulation.lowering.effects import WORST_YEARLY_PERCENT, by_subset, rows_by_subset
from sim.simulation.lowering.enrolment import Baseline
from sim.simulation.records import OWN, SUBSETS, Floats
from sim.vocabulary import BONES, DAYS_PER_YEAR, READINGS


def own_rows(scenario: Scenario) -> list[tuple[int, Effect, Accrual]]:
    """List the rows of `effects` that have an accrual of their own.

    Parameters
    ----------
    scenario : Scenario
        Values of a study.

    Returns
    -------
    list of tuple
        Subset of therapies, one bit each; row; and accrual of the row.
    """
    return [
        (subset, row, row.accrual)
        for subset, row in enumerate(rows_by_subset(scenario))
        if row is not None and row.accrual is not None
    ]


def own_accrual_fields(scenario: Scenario) -> dict[str, Any]:
    """Compute the fields of `PARAMS` under the heading "rows with an accrual of their own".

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
    rows, subsets = own_rows(scenario), 2 ** len(scenario.therapies)
    fields: dict[str, Any] = {
        "own_rows": len(rows),
        "own_subset": np.zeros(OWN, np.int64),
        "own_corner": np.zeros((OWN, SUBSETS)),
        "own_reading": np.zeros(OWN, np.int64),
        "own_plateau_after": np.zeros(OWN, np.int64),
        "own_plateau_rate": np.zeros(OWN),
        "own_gain": np.zeros(OWN),
        "own_relaxation": np.ones(OWN),
    }
    for slot, (subset, _, accrual) in enumerate(rows):
        corner = [np.array(float(other == subset)) for other in range(subsets)]
        fields["own_subset"][slot] = subset
        fields["own_corner"][slot] = by_subset(corner)
        for name, value in accrual_fields(accrual).items():
            fields[f"own_{name}"][slot] = value
    return fields


def accrual_fields(accrual: Accrual) -> dict[str, Any]:
    """Convert an accrual to numbers.

    Parameters
    ----------
    accrual : Accrual
        Reading of a mean annual increase, with its times.

    Returns
    -------
    dict
        Reading, days until the plateau and rate after it, gain and relaxation of saturation.

    References
    ----------
    docs/model.md, section "Bone".
    """
    fields = {
        "reading": READINGS.index(accrual.name),
        "plateau_after": 0,
        "plateau_rate": 0.0,
        "gain": 0.0,
        "relaxation": 1.0,
    }
    if accrual.plateau is not None:
        fields["plateau_after"] = round(accrual.plateau.months)
        fields["plateau_rate"] = accrual.plateau.then / 100 / DAYS_PER_YEAR
    if accrual.saturating is not None:
        time_constant, window = accrual.saturating.time_constant, accrual.saturating.window
        fields["gain"] = saturating_gain(window, time_constant)
        fields["relaxation"] = 1.0 / time_constant
    return fields


def own_rates(scenario: Scenario, baseline: Baseline) -> Floats:
    """Compute each patient's rates of the rows with an accrual of their own.

    Parameters
    ----------
    scenario : Scenario
        Values of a study.
    baseline : Baseline
        Patients at enrolment, with their responses.

    Returns
    -------
    array, shape (patients, bones, OWN)
        Share of the entry value per day. Under the compound reading, of the logarithm.

    References
    ----------
    docs/model.md, section "Bone".
    """
    rates = np.zeros((len(baseline.responses[BONES[0]]), len(BONES), OWN))
    for slot, (_, row, accrual) in enumerate(own_rows(scenario)):
        for bone, name in enumerate(BONES):
            effect = getattr(row, name)
            yearly = effect.mean + effect.sd * baseline.responses[name]
            if accrual.name == "compound":
                yearly = 100 * np.log1p(np.maximum(yearly, WORST_YEARLY_PERCENT) / 100)
            rates[:, bone, slot] = yearly / 100 / DAYS_PER_YEAR
    return rates
