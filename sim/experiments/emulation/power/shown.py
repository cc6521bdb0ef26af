"""How many trials show a difference, and how wide their intervals are: a row of the table."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.experiments.emulation.power.plan import Plan
from sim.experiments.emulation.power.significance import fisher, freedom, log_rank, robust, welch
from sim.experiments.emulation.power.trials import Group, Trials
from sim.outcomes import estimates, intervals
from sim.outcomes.estimates import Estimate
from sim.outcomes.summed import Sums
from sim.simulation.records import Floats

LEVEL = 0.05

COLUMNS = (
    "arm", "against_arm", "outcome", "unit", "test", "patients_per_arm", "patients",
    "against_patients", "loss_per_year", "trials", "mean_difference", "low", "high",
    "interval_width", "power", "power_low", "power_high", "size", "size_low", "size_high",
)  # fmt: skip


class Pair(NamedTuple):
    """Two groups of each trial."""

    group: Group
    comparator: Group

    def sums(self, trials: Trials) -> tuple[Sums, Sums]:
        """Sums of the outcome."""
        return trials.outcome[self.group], trials.outcome[self.comparator]

    def estimates(self, trials: Trials) -> tuple[Estimate, Estimate]:
        """The outcome of both groups."""
        one, other = (estimates.ratio(trials.label.measure, sums) for sums in self.sums(trials))
        return one, other


def row(plan: Plan, trials: Trials, arm: str, size: int) -> tuple[object, ...]:
    """Compute the row of an arm and a size, in the order of `COLUMNS`."""
    comparator = Group(plan.comparator, size)
    treated, alike = (Pair(Group(arm, size, effect), comparator) for effect in (True, False))
    return (
        *(arm, plan.comparator, plan.outcome, trials.label.unit, plan.test, size),
        *(plan.patients(arm, size), plan.patients(plan.comparator, size), plan.loss, plan.trials),
        *_differences(plan, trials, treated),
        *_share_shown(_p_values(plan, trials, treated)),
        *_share_shown(_p_values(plan, trials, alike)),
    )


def _differences(plan: Plan, trials: Trials, pair: Pair) -> tuple[float, ...]:
    """The columns from mean_difference to interval_width."""
    one, other = pair.estimates(trials)
    difference = one.value - other.value
    known = ~np.isnan(difference)
    if not known.any():
        return (np.nan,) * 4
    low, high = np.quantile(difference[known], (0.025, 0.975)).tolist()
    width = np.median(_widths(plan, trials, pair)[known])
    return float(difference[known].mean()), low, high, float(width)


def _widths(plan: Plan, trials: Trials, pair: Pair) -> Floats:
    """Widths of the 95 % intervals of the differences: Welch's, or joined from those of the arms.

    The intervals of two arms have no correlation, as each arm has patients of its own.
    """
    one, other = pair.estimates(trials)
    if plan.test == "welch":
        error = np.hypot(one.mc_error, other.mc_error)
        with np.errstate(invalid="ignore", divide="ignore"):
            n = freedom(one, other, pair.sums(trials))
        low, high = intervals.of_mean(0.0, error, np.where(error > 0, n, 1.0))
    else:
        up, down = ((each.value, (each.low, each.high)) for each in (one, other))
        low, high = intervals.joined(up, down, 0.0)
    return high - low


def _p_values(plan: Plan, trials: Trials, pair: Pair) -> Floats:
    """The p-value of each trial, by the test of the plan."""
    if plan.test == "log-rank":
        statistic = trials.statistic[pair.group]
        return log_rank(statistic.y, statistic.x)
    if plan.test == "welch":
        return welch(*pair.estimates(trials), pair.sums(trials))
    by_sums = {"fisher": fisher, "robust": robust}
    return by_sums[plan.test](*pair.sums(trials))


def _share_shown(p: Floats) -> tuple[float, ...]:
    """The percentage of trials that show a difference, and its 95 % interval."""
    shown = int((p < LEVEL).sum())
    low, high = intervals.of_share(shown, len(p))
    return 100 * (shown / len(p)), 100 * float(low), 100 * float(high)
