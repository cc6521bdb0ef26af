"""The outcomes that the blocks of a sweep hold."""

from __future__ import annotations

from collections.abc import Collection

from sim.outcomes import Outcome, outcomes_of, records_by_arm
from sim.outcomes.definitions.named import at_last_day
from sim.scenario import Study
from sim.simulation.columns import DRAWN_ANEW, Columns
from sim.vocabulary import BONES, Engine

OVER_TIME = tuple(f"{bone} change" for bone in BONES)
"""Outcomes that are kept at every visit; the others at their last day."""


def kept_outcomes(
    study: Study, patients: range, engine: Engine, arms: Collection[str] | None = None,
    columns: Columns = DRAWN_ANEW,
) -> dict[str, list[Outcome]]:  # fmt: skip
    """Simulate some patients of a study, and return the outcomes to keep of each arm."""
    records = records_by_arm(study, patients, engine, arms, columns)
    return {arm: at_last_day(outcomes_of(records[arm]), OVER_TIME) for arm in records}
