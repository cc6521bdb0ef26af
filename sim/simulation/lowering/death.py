"""Death: the national life table and the mortality of the patients relative to it."""

from __future__ import annotations

from typing import Any

from sim import evidence
from sim.scenario.form.study import Scenario
from sim.simulation.biology.mortality import yearly_hazard
from sim.simulation.lowering.padding import padded
from sim.simulation.records import AGES
from sim.vocabulary import SEXES


def death_fields(scenario: Scenario) -> dict[str, Any]:
    """Compute the fields of `PARAMS` under the heading "death".

    Hazards per year of age from the national life table, and the ratio of mortality to it.

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
    life_table = evidence.life_table(scenario.mortality.life_table)
    hazards = [[yearly_hazard(q) for q in life_table[sex]] for sex in SEXES]
    return {
        "death_hazard": padded(hazards, AGES, None, "years of age"),
        "mortality_ratio": scenario.mortality.standardised_mortality_ratio,
    }
