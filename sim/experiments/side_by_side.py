"""Studies side by side on the same patients: outcomes of arms, and their paired differences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from sim.experiments import runs
from sim.experiments.blocks import Work
from sim.outcomes import AnalysisPlan, ArmKey, SumTable, added
from sim.outcomes.estimates import Estimate
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
    def is_one_arm(self) -> bool:
        """Whether nothing is subtracted."""
        return self.against is None and not self.arms.against_arm

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
    weights = [contrast.weights for contrast in contrasts if not contrast.is_one_arm]
    work = Work(studies, engine, weights, plan=plan)
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
        (months); estimate; mc_error (standard error); low and high (95 % interval); carriers.
    """
    import pandas as pd

    rows = [
        {
            columns[0]: names[contrast.study],
            "against": "" if contrast.against is None else names[contrast.against],
            **contrast.arms._asdict(),
            "outcome": label.name,
            "unit": label.unit if contrast.is_one_arm else unit_of_difference(label.unit),
            "time": in_months(label.day),
            **dict(zip(ESTIMATE, without_rounding(estimate), strict=True)),
        }
        for contrast, label, estimate in estimated(table, contrasts)
    ]
    return pd.DataFrame(rows, columns=list(columns))


def estimated(
    table: SumTable, contrasts: Iterable[Contrast]
) -> Iterator[tuple[Contrast, Label, Estimate]]:
    """Estimate each outcome of everyone in each contrast, at the last day that its arms share.

    Yields the contrast, the label of its first arm, and the estimate.
    """
    at = {
        (label.arm, label.name, label.day): position
        for position, label in enumerate(table.labels)
        if label.subgroup == EVERYONE
    }
    for contrast in contrasts:
        first, *others = weights = contrast.weights
        last: dict[str, int] = {}
        for arm, outcome, day in at:
            if arm == first and all((other, outcome, day) in at for other in others):
                last[outcome] = max(day, last.get(outcome, day))
        for outcome, day in last.items():
            signs = {at[arm, outcome, day]: sign for arm, sign in weights.items()}
            estimate = table.contrast(signs) if others else table.estimate(*signs)
            yield contrast, table.labels[at[first, outcome, day]], estimate
