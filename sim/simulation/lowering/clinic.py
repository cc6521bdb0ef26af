"""The clinic of a scenario, as far as the model sees it: who needs a place, and the next dose."""

from __future__ import annotations

from typing import Any

from sim.scenario.form.clinic import Clinic
from sim.scenario.form.study import Scenario
from sim.simulation.lowering.other_patients import taken_by_others
from sim.simulation.lowering.urgent import taken_by_urgent
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
    clinic, none = scenario.clinic, [0] * THERAPIES
    if clinic is None:
        return {"served": none, "has_stock": none, "may_halve": none, "has_chairs": 0,
                "sends_home": 0, "not_coming": 0.0,
                **dict.fromkeys(("room", "nursing", "open_days", "busy"), 0.0),
                "next_dose": FROM_PLAN, "least_apart": 1}  # fmt: skip
    served = [int(slot in slots_of(clinic, scenario)) for slot in range(THERAPIES)]
    stocked = [int(name in clinic.supply) for name in scenario.therapies]
    halved = [int(name in clinic.supply and clinic.supply[name].half_below is not None)
              for name in scenario.therapies]  # fmt: skip
    apart = 1 if clinic.at_least_apart is None else round(clinic.at_least_apart)
    return {"served": served, "has_stock": stocked + none[len(stocked):],
            "may_halve": halved + none[len(halved):],
            "has_chairs": int(clinic.chairs is not None),
            "sends_home": int(clinic.chairs is not None or clinic.overbook > 0
                              or clinic.urgent is not None),
            "not_coming": clinic.not_coming,
            **_offered(clinic, scenario), "next_dose": clinic.rule,
            "least_apart": apart}  # fmt: skip


def _offered(clinic: Clinic, scenario: Scenario) -> dict[str, float]:
    """What the clinic offers per patient while it is full, to which its use is compared.

    What other and urgent patients of the unit take on average is not offered.
    """
    taken, urgent = taken_by_others(clinic), taken_by_urgent(clinic)
    open_days = clinic.open_days(scenario.horizon) / scenario.together
    chairs = clinic.chairs
    if chairs is None:
        left = clinic.places - taken - urgent if isinstance(clinic.places, float) else 0.0
        return {"room": left * open_days, "nursing": 0.0, "open_days": open_days, "busy": 0.0}
    opens, closes = chairs.times
    nurses, busy = chairs.nurses, 0.0 if chairs.nurses is None else chairs.nurses.busy
    minutes = open_days * (closes - opens)
    room = chairs.number * minutes
    nursing = 0.0 if nurses is None else nurses.mean(opens, closes) * minutes
    if clinic.other_patients is not None:
        room -= taken * clinic.other_patients.minutes * open_days
        nursing -= taken * round(busy) * open_days
    if clinic.urgent is not None:
        room -= urgent * clinic.urgent.minutes * open_days
        nursing -= urgent * round(busy) * open_days
    return {"room": room, "nursing": nursing, "open_days": open_days, "busy": float(round(busy))}


def slots_of(clinic: Clinic, scenario: Scenario) -> tuple[int, ...]:
    """Return the slots of the therapies that a clinic serves."""
    names = [*scenario.therapies]
    return tuple(sorted(names.index(name) for name in clinic.serves))
