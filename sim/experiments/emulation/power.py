"""The power of trials with random allocation, by the number of patients per arm."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.errors import RequestError
from sim.experiments.emulation.by_trial import summed
from sim.outcomes import SumTable, outcomes_of, records_by_arm, sum_table
from sim.outcomes.definitions.named import at_last_day
from sim.outcomes.estimates import Estimate
from sim.outcomes.plan import line
from sim.scenario import Study, load
from sim.scenario.mistakes import nearest
from sim.vocabulary import Progress

if TYPE_CHECKING:
    import pandas as pd

SIZES = (10, 20, 50, 100)
OUTCOME = "spine annual increase"
TRIALS = 2000
LEVEL = 0.05

COLUMNS = (
    "arm",
    "against_arm",
    "outcome",
    "unit",
    "patients_per_arm",
    "trials",
    "mean_difference",
    "low",
    "high",
    "interval_width",
    "power",
    "mc_error",
)


class Plan(NamedTuple):
    """Trials with random allocation.

    Every trial enrols the patients of the largest size in each arm; a smaller trial consists of the
    first of them.
    """

    study: Study
    outcome: str
    sizes: tuple[int, ...]
    trials: int

    @property
    def arms(self) -> list[str]:
        """The comparator first, then the others."""
        scenario = self.study.scenario
        others = [arm for arm in scenario.arms if arm != scenario.compared_with]
        return [scenario.compared_with, *others]

    @property
    def most(self) -> int:
        """Patients per arm in the largest trial."""
        return max(self.sizes)


def prepare(
    scenario: str | Path,
    outcome: str = OUTCOME,
    sizes: Sequence[int] = SIZES,
    trials: int = TRIALS,
    seed: int | None = None,
    settings: Iterable[str] = (),
) -> Plan:
    """Prepare trials with random allocation to the arms of a scenario.

    Parameters
    ----------
    scenario : path
        Scenario file with two arms or more.
    outcome : str
        Outcome that the trials compare.
    sizes : sequence of int
        Patients per arm, 2 or more.
    trials : int
        Number of simulated trials of each size.
    seed : int, optional
        Seed of the random numbers; that of the file by default.
    settings : iterable of str
        `path=value` texts that change the scenario, as of `--set`.

    Returns
    -------
    Plan
        The study with the patients of all trials, and the outcome, sizes and trials.

    Raises
    ------
    ScenarioError
        If the scenario is not valid.
    RequestError
        If the scenario has one arm, a size is below 2, or the arms do not share the outcome.
    """
    study = load(scenario, settings, seed=seed)
    arms = len(study.scenario.arms)
    if arms < 2:
        raise RequestError("a trial allocates between two arms or more, and the scenario has one")
    if min(sizes) < 2:
        raise RequestError(
            f"{min(sizes)} patient per arm gives no standard error; allowed: 2 or more"
        )
    people = trials * arms * max(sizes)
    plan = Plan(study.with_(patients=people), outcome, tuple(sizes), trials)
    shared = _shared(plan)
    if outcome not in shared:
        raise RequestError(
            f"'{outcome}' is not an outcome of every arm; {nearest(outcome, shared)}"
        )
    return plan


def power(
    scenario: str | Path,
    outcome: str = OUTCOME,
    sizes: Sequence[int] = SIZES,
    trials: int = TRIALS,
    seed: int | None = None,
    settings: Iterable[str] = (),
    progress: Progress | None = None,
    workers: int = 1,
) -> pd.DataFrame:
    """Simulate randomised trials of several sizes with the arms of a scenario.

    Parameters and errors are those of `prepare`, and `progress` and `workers` those of `run`.

    Returns
    -------
    pandas.DataFrame
        One row for each arm and size; `run` describes the columns.

    Examples
    --------
    >>> trials = power("scenarios/laroche2011.yaml", sizes=[5, 10], trials=20)
    >>> trials["patients_per_arm"].tolist()
    [5, 10]
    """
    plan = prepare(scenario, outcome, sizes, trials, seed, settings)
    return run(plan, progress=progress, workers=workers)


def run(plan: Plan, progress: Progress | None = None, workers: int = 1) -> pd.DataFrame:
    """Simulate the trials of a plan, and test the difference of every arm from the comparator.

    The test is Welch's t, as in a report of such a trial; rates have the standard error of a ratio.
    Trials without a value in one arm exclude nothing.

    Parameters
    ----------
    plan
        The study, the outcome, the sizes and the number of trials.
    progress
        Called with the number of trials done and to do.
    workers
        Number of processes.

    Returns
    -------
    pandas.DataFrame
        One row for each arm and size: arm; against_arm (the comparator); outcome; unit;
        patients_per_arm; trials; mean_difference; low and high (95 % of the differences lie between
        them); interval_width (median width of the 95 % confidence intervals); power (percentage of
        trials whose interval excludes 0, on either side); mc_error (standard error of the power).
    """
    import pandas as pd

    sums_of_trials = functools.partial(sums_of, plan)
    table = summed(sums_of_trials, plan.trials, plan.most * len(plan.arms), progress, workers)
    at = {(label.arm[1], label.subgroup): i for i, label in enumerate(table.labels)}
    comparator, *others = plan.arms
    rows = [
        (
            *(arm, comparator, plan.outcome, table.labels[0].unit, size, plan.trials),
            *_power(table, at[arm, _first(size)], at[comparator, _first(size)]),
        )
        for arm in others
        for size in plan.sizes
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def sums_of(plan: Plan, trials: range) -> SumTable:
    """Sum the outcome over the first patients of each arm and size: one part per trial."""
    per_trial = plan.most * len(plan.arms)
    patients = range(trials.start * per_trial, trials.stop * per_trial)
    records = records_by_arm(plan.study, patients, "batch")
    number = np.arange(len(patients)) % per_trial
    lines = []
    for at, arm in enumerate(plan.arms):
        (outcome,) = (o for o in at_last_day(outcomes_of(records[arm])) if o.name == plan.outcome)
        for size in plan.sizes:
            inside = (number >= at * plan.most) & (number < at * plan.most + size)
            lines.append(line((0, arm), _first(size), outcome, inside.astype(float)))
    return sum_table(lines, part=per_trial)


def _first(size: int) -> str:
    return f"first {size}"


def _power(table: SumTable, arm: int, comparator: int) -> tuple[float, ...]:
    """The columns of a row from mean_difference to mc_error."""
    size = table.sums(arm).units
    tested = [
        _tested(table.estimate(arm, trial), table.estimate(comparator, trial), size)
        for trial in range(len(table.own))
    ]
    known = [t for t in tested if not math.isnan(t[0])]
    if not known:
        return (math.nan,) * 4 + (0.0, 0.0)
    differences, widths, shown = (np.array(column) for column in zip(*known, strict=True))
    low, high = np.quantile(differences, (0.025, 0.975)).tolist()
    power = float(shown.sum()) / len(tested)
    error = math.sqrt(power * (1 - power) / len(tested))
    return float(differences.mean()), low, high, float(np.median(widths)), 100 * power, 100 * error


def _tested(arm: Estimate, comparator: Estimate, patients: float) -> tuple[float, float, bool]:
    """The difference of two arms, the width of its 95 % interval, and whether that excludes 0."""
    from scipy.special import stdtrit

    difference = arm.value - comparator.value
    squares = arm.mc_error**2, comparator.mc_error**2
    if sum(squares) == 0:
        return difference, 0.0, difference != 0
    if math.isnan(sum(squares)):
        return difference, math.nan, False
    freedom = sum(squares) ** 2 / sum(square**2 / (patients - 1) for square in squares)
    half = float(stdtrit(freedom, 1 - LEVEL / 2)) * math.sqrt(sum(squares))
    return difference, 2 * half, abs(difference) > half


def _shared(plan: Plan) -> list[str]:
    """Outcomes that every arm has."""
    first, *others = (
        dict.fromkeys(outcome.name for outcome in outcomes_of(records))
        for records in records_by_arm(plan.study, range(2), "batch").values()
    )
    return [name for name in first if all(name in other for other in others)]
