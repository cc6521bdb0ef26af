"""The clinic of a scenario, as far as the model sees it: who needs a place, and the next dose."""

from __future__ import annotations

from typing import Any

from sim.scenario.form.clinic import Clinic
from sim.scenario.form.study import Scenario
from sim.simulation.records import THERAPIES
from sim.vocabulary import FROM_PLAN


def clinic_fields(scenario: Scenario) -> dict[str, Any]:
    """Compute the parameters under "clinic" of `PARAMS`.

    Parameters
    ----------
    scenario : Scenario
        Values of the study.

    Returns
    -------
    dict
        Fields by name.
    """
    served = [0] * THERAPIES
    clinic = scenario.clinic
    if clinic is None:
        return {"served": served, "not_coming": 0.0, "next_dose": FROM_PLAN, "least_apart": 1}
    for slot in slots_of(clinic, scenario):
        served[slot] = 1
    apart = 1 if clinic.at_least_apart is None else round(clinic.at_least_apart)
    return {"served": served, "not_coming": clinic.not_coming, "next_dose": clinic.rule,
            "least_apart": apart}  # fmt: skip


def slots_of(clinic: Clinic, scenario: Scenario) -> tuple[int, ...]:
    """Return the slots of the therapies that a clinic serves."""
    names = [*scenario.therapies]
    return tuple(sorted(names.index(name) for name in clinic.serves))
