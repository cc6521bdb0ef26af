"""Studies side by side on the same patients: outcomes of arms, and their paired differences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from sim.experiments.all_blocks import in_blocks
from sim.experiments.blocks import Work
from sim.outcomes import AnalysisPlan, ArmKey, SumTable, added
from sim.outcomes.estimates import Estimate
from sim.outcomes.labels import Label
from sim.outcomes.summary import ESTIMATE, in_months, unit_of_difference, without_rounding
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
        signs = [(arm, sign) for arm, sign in zip(self.arms, (1.0, -1.0), strict=True) if arm]
        weights = {(self.study, arm): sign for arm, sign in signs}
        if self.against is not None:
            weights |= {(self.against, arm): -sign for arm, sign in signs}
        return weights


def compare(
    studies: Mapping[str, Study],
    contrasts: Sequence[Contrast],
    columns: Sequence[str],
    plan: AnalysisPlan,
    progress: Progress | None = None,
    engine: Engine = "batch",
    workers: int | None = 1,
) -> pd.DataFrame:
    """Simulate studies on the same patients, and estimate contrasts at the last day of their arms.

    No tables are kept, so memory does not grow with the number of patients.

    Parameters
    ----------
    studies
        Studies by name, with the same number of patients and the same seed.
    contrasts
        The contrasts, in the order of the rows.
    columns
        Columns of the table; the first one holds the name of the study.
    plan
        The outcomes that are computed, the same for all studies.
    progress
        Called with the number of patient courses done and to do.
    engine
        `simpy` or `batch`; both give the same table.
    workers
        Number of workers; as many as save time if None.

    Returns
    -------
    pandas.DataFrame
        One row for each contrast and outcome. Columns are chosen from: name of the study; against
        (name of the study that is subtracted, or empty); arm; against_arm; outcome; unit; time
        (months); estimate; mc_error (standard error); low and high (95 % interval); carriers.
    """
    import pandas as pd

    names = [*studies]
    weights = [contrast.weights for contrast in contrasts if len(contrast.weights) > 1]
    work = Work([*studies.values()], engine, weights, plan=plan)
    table = added(block.sums for block in in_blocks(work, progress, workers))
    rows = [
        {
            columns[0]: names[contrast.study],
            "against": "" if contrast.against is None else names[contrast.against],
            **contrast.arms._asdict(),
            "outcome": label.name,
            "unit": label.unit if len(contrast.weights) == 1 else unit_of_difference(label.unit),
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
