"""Every arm under every reading, on the same virtual patients."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from sim.experiments import side_by_side
from sim.experiments.readings.four import Four
from sim.experiments.side_by_side import Contrast
from sim.outcomes import AnalysisPlan, ArmRecords, Outcome, outcomes_of
from sim.outcomes.definitions.named import at_last_day, mean
from sim.outcomes.summary import ESTIMATE
from sim.vocabulary import BONES, Arms, Engine, Progress

if TYPE_CHECKING:
    import pandas as pd

OUTCOMES = (
    "spine T-score",
    "hip T-score",
    "spine above T -2.5",
    "hip above T -2.5",
    "spine change",
    "hip change",
    "vertebral fractures",
    "all fractures",
    "any fracture",
)
"""Outcomes of the table in their order, as far as they are measured."""


COLUMNS = ("reading", "against", *Arms._fields, "outcome", "unit", "time", *ESTIMATE)


class SideBySide(NamedTuple):
    """A scenario under the four readings on the same patients.

    `summary` has one row for each reading, arm and outcome at its last time (months); a paired
    difference of two arms names the second in `against_arm`. Where `against` names the scenario's
    own reading, the row is the difference between this reading and that one: of an arm, or of the
    difference of two arms.
    """

    four: Four
    summary: pd.DataFrame
    engine: Engine


def simulate(
    four: Four, progress: Progress | None = None, engine: Engine = "batch", workers: int = 1
) -> SideBySide:
    """Simulate every arm under every reading, on the same virtual patients.

    Memory does not grow with the number of patients.

    Parameters
    ----------
    four : Four
        The scenario under the four readings, from `read`.
    progress : callable, optional
        Called with the number of histories (one patient in one arm) done and to do.
    engine : "simpy" or "batch"
        The results are equal to the last bit.
    workers : int
        Number of processes. The results do not depend on it.

    Returns
    -------
    SideBySide
        Outcomes under each reading, and paired differences from the scenario's own reading.
    """
    studies, contrasts = [*four.studies.values()], contrasts_of(four)
    plan = AnalysisPlan(outcomes=outcomes_at_the_end)
    table = side_by_side.simulate(studies, contrasts, plan, progress, engine, workers)
    summary = side_by_side.summarise(table, contrasts, [*four.studies], COLUMNS)
    return SideBySide(four, summary, engine)


def contrasts_of(four: Four) -> list[Contrast]:
    """List arms and differences under each reading, then their changes from the own reading."""
    names, scenario = [*four.studies], four.study.scenario
    other, own = scenario.compared_with, names.index(four.own)
    alone = [Arms(arm) for arm in scenario.arms]
    apart = [Arms(arm, other) for arm in scenario.arms if arm != other]
    under_each = [
        Contrast(at, arms) for each in (alone, apart) for at in range(len(names)) for arms in each
    ]
    from_own = [
        Contrast(at, arms, own)
        for at in range(len(names))
        if at != own
        for arms in (*alone, *apart)
    ]
    return [*under_each, *from_own]


def outcomes_at_the_end(records: ArmRecords) -> list[Outcome]:
    """Compute the outcomes of the table at their last day, with both T-scores."""
    every = [*at_last_day(outcomes_of(records)), *_t_scores(records)]
    by_name = {outcome.name: outcome for outcome in every}
    return [by_name[name] for name in OUTCOMES if name in by_name]


def _t_scores(records: ArmRecords) -> Iterator[Outcome]:
    for bone in BONES:
        score = f"{bone}_t"
        day = max(records.visits.get(score, [0]))
        if day > 0:
            last = records.measured[score][:, records.visits[score].index(day)]
            yield mean(f"{bone} T-score", "T-score", day, last)
