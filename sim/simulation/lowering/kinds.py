"""The kinds of event that an arm can have, so that an engine looks for the next among these."""

from __future__ import annotations

from typing import Any

from sim.simulation.records import (
    DEATH,
    END,
    FRACTURE,
    INFUSION,
    INTOLERANCE,
    KINDS,
    MEASURE,
    NO_INTOLERANCE,
    PLAN,
    REACTION,
    REACTIONS,
    REVIEW,
    THERAPIES,
)
from sim.vocabulary import QUANTITIES, SITES


def kind_fields(params: Any) -> dict[str, Any]:
    """Find the kinds of event that an arm can have.

    Parameters
    ----------
    params : record of PARAMS
        Parameters of the arm.

    Returns
    -------
    dict
        The fields `kinds` and `kind` of `PARAMS`: how many, and which in ascending order.

    References
    ----------
    docs/architecture.md, section "One patient".
    """
    kinds = [MEASURE + quantity for quantity in range(len(QUANTITIES))]
    kinds += [REVIEW, *(FRACTURE + site for site in range(len(SITES))), DEATH, END]
    for therapy in range(THERAPIES):
        if params["in_arm"][therapy]:
            kinds.append(PLAN + therapy)
            if params["is_infusion"][therapy]:
                kinds.append(INFUSION + therapy)
            if params["family"][therapy] != NO_INTOLERANCE:
                kinds.append(INTOLERANCE + therapy)
    for reaction in range(REACTIONS):
        therapy = params["reaction_therapy"][reaction]
        if therapy >= 0 and params["in_arm"][therapy]:
            kinds.append(REACTION + reaction)
    return {"kinds": len(kinds), "kind": sorted(kinds) + [END] * (KINDS - len(kinds))}
