"""The time after a therapy: when it begins, how long it lasts, and its effects."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.scenario.form.study import Scenario
from sim.scenario.form.therapy import Infusions
from sim.simulation.records import THERAPIES
from sim.vocabulary import BONES, DAYS_PER_YEAR, SITES


def stopping_fields(scenario: Scenario) -> dict[str, Any]:
    """Compute the fields of `PARAMS` under the heading "after stopping".

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
    docs/model.md, section "After stopping".
    """
    fields: dict[str, Any] = {
        "stopping_wait": np.zeros(THERAPIES, np.int64),
        "stopping_days": np.zeros(THERAPIES, np.int64),
        "stopping_rate": np.zeros((THERAPIES, len(BONES))),
        "stopping_log_ratio": np.zeros((THERAPIES, len(SITES))),
        "plan_is_whole": np.zeros(THERAPIES, np.int64),
    }
    for slot, therapy in enumerate(scenario.therapies.values()):
        after = therapy.after_stopping
        if after is not None:
            yearly = np.array([getattr(after, bone) for bone in BONES])
            ratios = [getattr(after.fracture_ratio, site) for site in SITES]
            fields["stopping_wait"][slot] = round(therapy.wait_after_stopping)
            fields["stopping_days"][slot] = round(after.duration)
            fields["stopping_rate"][slot] = yearly / 100 / DAYS_PER_YEAR
            fields["stopping_log_ratio"][slot] = [math.log(ratio) for ratio in ratios]
            if isinstance(therapy, Infusions):
                fields["plan_is_whole"][slot] = _is_whole(therapy, scenario.horizon)
    return {**fields, "has_stopping": int(fields["stopping_days"].any())}


def _is_whole(therapy: Infusions, horizon: float) -> bool:
    """True where all doses of a schedule are planned before the end of the follow-up."""
    schedule, start = therapy.schedule, therapy.start.day
    if schedule.duration is None:
        return False
    end = start + schedule.duration + 1
    return schedule.days(start, end) == schedule.days(start, min(horizon, end))
