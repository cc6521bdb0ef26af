"""Rules: therapies that begin after a fracture, and therapies that end at a visit."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.scenario.form.study import Scenario
from sim.simulation.records import THERAPIES
from sim.vocabulary import BONES, SITES


def rule_fields(scenario: Scenario) -> dict[str, Any]:
    """Compute the fields of `PARAMS` under the heading "rules".

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
    docs/decisions.md, section "Rules".
    """
    fields: dict[str, Any] = {
        "starts_on": np.zeros(THERAPIES, np.int64),
        "stop_bone": np.full(THERAPIES, -1, np.int64),
        "stop_side": np.zeros(THERAPIES),
        "stop_t": np.zeros(THERAPIES),
    }
    for slot, therapy in enumerate(scenario.therapies.values()):
        if therapy.start.is_on_fracture:
            sites = [site for site in SITES if therapy.start.site in (None, site)]
            fields["starts_on"][slot] = sum(1 << SITES.index(site) for site in sites)
        if therapy.stop is not None:
            bone, side, t_score = therapy.stop.condition
            fields["stop_bone"][slot] = BONES.index(bone)
            fields["stop_side"][slot] = 1.0 if side == "above" else -1.0
            fields["stop_t"][slot] = t_score
    return fields
