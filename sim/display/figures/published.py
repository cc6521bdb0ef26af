"""What published facts are, as figures use them: their statistic, arm, time and role."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sim.outcomes.definitions.published import is_contrast, measured, printed_interval
from sim.outcomes.plan import facts_of, groups_of_facts
from sim.outcomes.roles import PREDICTION, roles_of, taken_from
from sim.scenario import Study
from sim.scenario.form.statistics import STATISTICS, groups_of
from sim.vocabulary import DAYS_PER_MONTH


class Fact(NamedTuple):
    """A published number and what it is.

    `statistic` is that of one group, also where the fact compares two; `kind` says what it is, as
    in `sim.scenario.form.statistics`. `of` names the bone, marker, therapy or site. `month` is None
    for the last visit. `is_from_entry` is False for what happened in a later period. `spread` is
    the SD between patients where one is printed. `is_of_all` is False for a part of an arm.
    `interval` is the printed 95 % interval, NaN where none is printed.
    """

    name: str
    value: float
    unit: str
    statistic: str
    kind: str
    of: str
    arm: str
    month: float | None
    is_from_entry: bool
    is_contrast: bool
    is_prediction: bool
    spread: float | None = None
    is_of_all: bool = True
    interval: tuple[float, float] = (math.nan, math.nan)

    def is_about(self, arms: Sequence[str]) -> bool:
        """Whether the number describes one of some arms from entry on, and compares no groups."""
        return self.is_from_entry and not self.is_contrast and self.arm in arms


def facts_for(study: Study) -> dict[str, Fact]:
    """The facts that a study answers to and can measure, by name."""
    facts, groups = facts_of(study), groups_of_facts(study)
    roles = roles_of(facts, taken_from(study))
    return {
        fact["fact"]: _fact(
            fact,
            groups[groups_of(fact["simulated"]["group"])[0]],
            roles[fact["fact"], "value"] == PREDICTION,
        )
        for fact in facts
    }


def _fact(plain: Mapping[str, Any], group: Mapping[str, Any], is_prediction: bool) -> Fact:
    simulated = plain["simulated"]
    statistic, at = str(measured(simulated)["statistic"]), simulated.get("at")
    return Fact(
        name=plain["fact"],
        value=float(plain["value"]),
        unit=plain["unit"],
        statistic=statistic,
        kind=STATISTICS[statistic].kind,
        of=str(simulated.get("of", "")),
        arm=group["arm"],
        month=None if at is None else at / DAYS_PER_MONTH,
        is_from_entry="from" not in simulated,
        is_contrast=is_contrast(plain),
        is_prediction=is_prediction,
        spread=float(plain["spread"]) if plain.get("spread_is") == "sd" else None,
        is_of_all=set(group) == {"arm"},
        interval=printed_interval(plain),
    )
