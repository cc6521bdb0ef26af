"""The power of trials with random allocation, by the number of patients per arm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from sim.experiments.emulation.power.plan import Plan
from sim.experiments.emulation.power.request import OUTCOME, SIZES, TRIALS, prepare
from sim.experiments.emulation.power.shown import COLUMNS, row
from sim.experiments.emulation.power.trials import simulate
from sim.experiments.forecast import Forecast, forecast_of_trials
from sim.experiments.in_memory import InMemory
from sim.results import Kind
from sim.vocabulary import TESTS, Progress

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "COLUMNS", "OUTCOME", "SIZES", "TRIALS", "Plan", "Power", "forecast_of", "prepare", "run",
]  # fmt: skip


@dataclass(frozen=True, repr=False)
class Power(InMemory):
    """Simulated trials of several sizes.

    Attributes
    ----------
    plan : Plan
        The study, the outcome, the sizes, the test and the number of trials.
    table : pandas.DataFrame
        One row for each arm and size; `run` describes the columns.
    """

    kind: ClassVar[Kind] = "power"

    plan: Plan
    table: pd.DataFrame

    @property
    def tables_named(self) -> tuple[str, ...]:
        """The one table."""
        return ("table",)

    @property
    def about(self) -> str:
        """Scenario, outcome, sizes and test."""
        plan = self.plan
        sizes = ", ".join(map(str, plan.sizes))
        return (
            f"{plan.study.scenario.name}, {plan.outcome}; {plan.trials} trials of {sizes} patients "
            f"per arm; {TESTS[plan.test]}"
        )


def forecast_of(plan: Plan, workers: int | None = 1) -> Forecast:
    """Estimate what the trials of a plan take, before they are simulated."""
    values = (2 * len(plan.arms) - 1) * len(plan.sizes)
    return forecast_of_trials(plan.study, plan.trials, plan.per_trial, values, workers)


def run(plan: Plan, progress: Progress | None = None, workers: int | None = 1) -> pd.DataFrame:
    """Simulate the trials of a plan, and test the difference of every arm from the comparator.

    A trial without a value in one arm shows no difference.

    Parameters
    ----------
    plan
        The study, the outcome, the sizes, the test and the number of trials.
    progress
        Called with the number of trials done and to do.
    workers
        Number of workers; as many as save time if None.

    Returns
    -------
    pandas.DataFrame
        One row for each arm and size: arm; against_arm (the comparator); outcome; unit; test;
        patients_per_arm (in the smallest arm); patients and against_patients (in the two arms);
        loss_per_year (hazard); trials; mean_difference; low and high (95 % of the differences lie
        between them); interval_width (median width of the 95 % confidence intervals); power
        (percentage of trials in which the test shows a difference at 5 %, two-sided); power_low
        and power_high (its 95 % interval by Clopper and Pearson); size (the same percentage if the
        patients of the arm have the treatment of the comparator); size_low and size_high.
    """
    import pandas as pd

    simulated = simulate(plan, progress, workers)
    rows = [row(plan, simulated, arm, size) for arm in plan.arms[1:] for size in plan.sizes]
    return pd.DataFrame(rows, columns=list(COLUMNS))
