"""The power of trials with random allocation, by the number of patients per arm."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sim.experiments.bounds import allow
from sim.experiments.emulation.power.plan import Plan
from sim.experiments.emulation.power.request import OUTCOME, SIZES, TRIALS, prepare
from sim.experiments.emulation.power.shown import COLUMNS, row
from sim.experiments.emulation.power.trials import simulate
from sim.experiments.forecast import Forecast, forecast_of_trials
from sim.vocabulary import Progress

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "COLUMNS", "OUTCOME", "SIZES", "TRIALS", "Plan", "forecast_of", "power", "prepare", "run",
]  # fmt: skip


def power(
    scenario: str | Path,
    outcome: str = OUTCOME,
    sizes: Sequence[int] = SIZES,
    trials: int = TRIALS,
    seed: int | None = None,
    settings: Iterable[str] = (),
    progress: Progress | None = None,
    workers: int | None = 1,
    test: str | None = None,
    allocation: str | None = None,
    loss: str | None = None,
    yes: bool = False,
) -> pd.DataFrame:
    """Simulate randomised trials of several sizes with the arms of a scenario.

    Parameters and errors are those of `prepare`, and `progress` and `workers` those of `run`.
    Trials that would take more than 24 hours or half of the memory of this machine are refused with
    a RequestError, unless `yes` is True.

    Returns
    -------
    pandas.DataFrame
        One row for each arm and size; `run` describes the columns.

    Examples
    --------
    >>> trials = power("scenarios/laroche2011.yaml", sizes=[5, 10], trials=20, allocation="2:1")
    >>> trials[["patients", "against_patients"]].to_numpy().tolist()
    [[10, 5], [20, 10]]
    """
    plan = prepare(scenario, outcome, sizes, trials, seed, settings, test, allocation, loss)
    allow(forecast_of(plan, workers), yes=yes)
    return run(plan, progress=progress, workers=workers)


def forecast_of(plan: Plan, workers: int | None = 1) -> Forecast:
    """Estimate what the trials of a plan take, before they are simulated."""
    values = (2 * len(plan.arms) - 1) * len(plan.sizes)
    return forecast_of_trials(plan.study, plan.trials, plan.per_trial, values, workers)


def run(plan: Plan, progress: Progress | None = None, workers: int | None = 1) -> pd.DataFrame:
    """Simulate the trials of a plan, and test the difference of every arm from the comparator.

    A trial without a value in one arm shows nothing.

    Parameters
    ----------
    plan
        The study, the outcome, the sizes, the test and the number of trials.
    progress
        Called with the number of trials done and to do.
    workers
        Number of processes; as many as save time if None.

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
