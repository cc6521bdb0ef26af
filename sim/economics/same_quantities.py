"""What quantities depend on: another price or multiplier leaves them as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.scenario import Study
from sim.scenario.form.therapy_costs import PER


def decided_by(economics: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of the economics of a document that quantities depend on.

    Prices, multipliers, losses and thresholds are left out: they are laid on quantities. The days
    from which later prices hold are not.

    Parameters
    ----------
    economics
        The mapping `economics` of a scenario's document.

    Returns
    -------
    dict
        Discount rates, utilities without a fracture, and how long the losses of reactions and at
        the start of therapies last, by name; the times of later prices, where there are any.
    """
    therapies = economics["costs"].get("therapies") or {}
    later = {
        name: [(one["from"], *(per for per in PER if per in one)) for one in own["later"]]
        for name, own in therapies.items()
        if own.get("later")
    }
    quality = economics["quality"]
    starts = {name: own.get("at_start") for name, own in (quality.get("therapies") or {}).items()}
    lasting = {**(quality.get("reactions") or {}), **{k: v for k, v in starts.items() if v}}
    return {
        "discount": economics["discount"],
        "baseline": quality["baseline"],
        **({"by_age": quality["by_age"]} if quality.get("by_age") else {}),
        "for": {name: loss["for"] for name, loss in lasting.items()},
        **({"later": later} if later else {}),
    }


def quantities_change(own: Study, changed: Study) -> bool:
    """Whether a changed study has other quantities: by its economics, or by anything else."""
    one, other = (dict(study.document) for study in (own, changed))
    of_one, of_other = (decided_by(document.pop("economics")) for document in (one, other))
    return of_one != of_other or one != other
