"""Studies side by side on the same patients: outcomes of arms, and their paired differences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.experiments import runs
from sim.experiments.blocks import Work
from sim.outcomes import AnalysisPlan, ArmKey, SumTable, added
from sim.outcomes.summary import ESTIMATE, in_months, unit_of_difference, without_rounding
from sim.outcomes.sums import Label
from sim.scenario import Study
from sim.vocabulary import EVERYONE, Arms, Engine, Progress

if TYPE_CHECKING:
    import pandas as pd


class Contrast(NamedTuple):
    """An arm of a study or a difference of arms, alone or less the same of another study.

    `study` and `against` are positions of studies; `against` is None where nothing is subtracted.
    """

    study: int
    arms: Arms
    against: int | None = None

    @property
    def weights(self) -> dict[ArmKey, float]:
        """The weight of each arm in the contrast."""
        signs = [(self.arms.arm, 1.0)]
        if self.arms.against_arm:
            signs.append((self.arms.against_arm, -1.0))
        weights = {(self.study, arm): sign for arm, sign in signs}
        if self.against is not None:
            weights |= {(self.against, arm): -sign for arm, sign in signs}
        return weights


def simulate(
    studies: Sequence[Study],
    contrasts: Sequence[Contrast],
    plan: AnalysisPlan,
    progress: Progress | None = None,
    engine: Engine = "batch",
    workers: int = 1,
) -> SumTable:
    """Simulate studies that have the same number of patients and the same seed, block by block.

    Parameters
    ----------
    studies
        The studies.
    contrasts
        Contrasts that will be estimated.
    plan
        The outcomes that are computed, the same for all studies.
    progress
        Called with the number of patient courses done and to do.
    engine
        `simpy` or `batch`; both give the same sums.
    workers
        Number of processes.

    Returns
    -------
    SumTable
        Sums over all patients. No tables are kept, so memory does not grow with their number.
    """
    pairs = dict.fromkeys(pair for c in contrasts for pair in combinations(c.weights, 2))
    work = Work(studies, engine, [*pairs], plan=plan)
    return added(block.sums for block in runs.in_blocks(work, progress, workers))


def summarise(
    table: SumTable, contrasts: Sequence[Contrast], names: Sequence[str], columns: Sequence[str]
) -> pd.DataFrame:
    """Estimate contrasts at the last day that all their arms have.

    Parameters
    ----------
    table
        Sums over all patients.
    contrasts
        The contrasts, in the order of the rows.
    names
        Names of the studies.
    columns
        Columns of the table; the first one holds the name of the study.

    Returns
    -------
    pandas.DataFrame
        One row for each contrast and outcome. Columns are chosen from: name of the study; against
        (name of the study that is subtracted, or empty); arm; against_arm; outcome; unit; time
        (months); estimate; mc_error (standard error); low and high (95 % interval).
    """
    import pandas as pd

    by_arm = _positions(table.labels)
    rows = [
        {columns[0]: names[contrast.study], **row}
        for contrast in contrasts
        for row in _rows(table, contrast, names, by_arm)
    ]
    return pd.DataFrame(rows, columns=list(columns))


Positions = dict[ArmKey, dict[str, dict[int, int]]]
"""Positions of the labels of everyone, by arm, outcome and day."""


def _positions(labels: Sequence[Label]) -> Positions:
    by_arm: Positions = {}
    for at, label in enumerate(labels):
        if label.subgroup == EVERYONE:
            by_arm.setdefault(label.arm, {}).setdefault(label.name, {})[label.day] = at
    return by_arm


def _rows(
    table: SumTable, contrast: Contrast, names: Sequence[str], by_arm: Positions
) -> Iterator[dict[str, Any]]:
    """The rows of one contrast, in the order of the outcomes of its first arm."""
    first, *others = weights = contrast.weights
    for outcome, days in by_arm[first].items():
        shared = set(days).intersection(*(by_arm[arm].get(outcome, {}) for arm in others))
        if not shared:
            continue
        at = {by_arm[arm][outcome][max(shared)]: weight for arm, weight in weights.items()}
        label = table.labels[next(iter(at))]
        estimate = table.contrast(at) if others else table.estimate(*at)
        yield {
            "against": "" if contrast.against is None else names[contrast.against],
            **contrast.arms._asdict(),
            "outcome": outcome,
            "unit": unit_of_difference(label.unit) if others else label.unit,
            "time": in_months(label.day),
            **dict(zip(ESTIMATE, without_rounding(estimate), strict=True)),
        }
