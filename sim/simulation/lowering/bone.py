"""Bone: the reading of a mean annual increase, and how long the evidence for it lasts."""

from __future__ import annotations

from typing import Any

from sim.scenario.form.study import Scenario
from sim.simulation.biology.bone import saturating_gain
from sim.vocabulary import DAYS_PER_YEAR, READINGS


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
        time_constant, window = accrual.saturating.time_constant, accrual.saturating.window
        fields["gain"] = saturating_gain(window, time_constant)
        fields["relaxation"] = 1.0 / time_constant
    return fields
