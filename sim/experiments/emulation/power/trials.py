"""Trials with random allocation, simulated and summed over the patients of each group."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from sim.experiments.emulation.power.log_rank import Flags, Times, contributions, times_of
from sim.experiments.emulation.power.plan import Plan
from sim.experiments.emulation.trials import summed
from sim.outcomes import ArmKey, ArmRecords, SumTable, sum_table
from sim.outcomes.definitions.named import Outcome
from sim.outcomes.labels import Label, Line
from sim.outcomes.plan import line
from sim.outcomes.summed import Sums
from sim.simulation.records import Floats
from sim.vocabulary import Progress


class Group(NamedTuple):
    """The first patients of an arm, with its treatment, or with that of the comparator."""

    arm: str
    size: int
    has_effect: bool = True

    @property
    def key(self) -> tuple[ArmKey, str]:
        """The arm and the subgroup of its labels."""
        return (int(self.has_effect), self.arm), f"first {self.size}"

    def treatment(self, plan: Plan) -> str:
        """The arm whose treatment the patients have."""
        return self.arm if self.has_effect else plan.comparator

    def inside(self, plan: Plan, patients: int) -> Floats:
        """1 for the patients of this group, 0 for the others; one trial after another."""
        of_trial = np.zeros(plan.per_trial)
        of_trial[plan.places(self.arm, self.size)] = 1.0
        return np.tile(of_trial, patients // plan.per_trial)


class Trials(NamedTuple):
    """Sums of each group, as arrays over the trials.

    Attributes
    ----------
    label : Label
        The outcome, as the comparator has it.
    outcome : dict
        Sums of the outcome.
    statistic : dict
        Sums of the log-rank statistic of an arm against the comparator; empty for another test.
    """

    label: Label
    outcome: Mapping[Group, Sums]
    statistic: Mapping[Group, Sums]


def simulate(plan: Plan, progress: Progress | None, workers: int | None) -> Trials:
    """Simulate the trials of a plan; the arguments are those of `power.run`."""
    of_trials = functools.partial(sums_of, plan)
    table = summed(of_trials, plan.trials, plan.per_trial, progress, workers)
    sums = [Sums(*table.own[:, :, at].T) for at in range(len(table.labels))]
    outcomes, treated = groups_of(plan), [g for g in groups_of(plan) if g.arm != plan.comparator]
    split = len(outcomes)
    return Trials(
        table.labels[0],
        dict(zip(outcomes, sums[:split], strict=True)),
        dict(zip(treated, sums[split:], strict=False)),
    )


def sums_of(plan: Plan, trials: range) -> SumTable:
    """Sum over the patients of every group: one part per trial."""
    records = plan.followed(range(trials.start * plan.per_trial, trials.stop * plan.per_trial))
    lines = [*_outcomes(plan, records)]
    if plan.test == "log-rank":
        lines += _statistics(plan, records)
    return sum_table(lines, part=plan.per_trial)


def groups_of(plan: Plan) -> list[Group]:
    """List the groups whose outcome is summed: the comparator first, and each arm twice."""
    arms = [(plan.comparator, True), *((arm, e) for arm in plan.arms[1:] for e in (True, False))]
    return [Group(arm, size, has_effect) for arm, has_effect in arms for size in plan.sizes]


def _outcomes(plan: Plan, records: Mapping[str, ArmRecords]) -> Iterator[Line]:
    """The outcome of each patient of each group."""
    outcomes = {arm: plan.outcome_of(records[arm]) for arm in records}
    for group in groups_of(plan):
        outcome = outcomes[group.treatment(plan)]
        inside = group.inside(plan, len(outcome.numerator))
        if plan.loses and outcome.kind == "mean":
            inside = inside * outcome.denominator  # a mean rests on those who were measured
        yield line(*group.key, outcome, inside)


def _statistics(plan: Plan, records: Mapping[str, ArmRecords]) -> Iterator[Line]:
    """What each patient adds to the log-rank statistic of a group against the comparator."""
    times = {arm: times_of(records[arm], plan.outcome) for arm in records}
    for group in groups_of(plan):
        if group.arm != plan.comparator:
            own = group.inside(plan, records[group.arm].count)
            both = own + Group(plan.comparator, group.size).inside(plan, len(own))
            pairs = zip(times[group.treatment(plan)], times[plan.comparator], strict=True)
            followed = Times(*(np.where(own > 0, of_arm, other) for of_arm, other in pairs))
            statistic = _statistic(followed, own, both > 0, len(own) // plan.per_trial)
            yield line(*group.key, Outcome("log-rank", "", 0, "mean", *statistic), both)


def _statistic(times: Times, treated: Floats, inside: Flags, trials: int) -> tuple[Floats, Floats]:
    """Contributions of the patients inside, trial by trial; 0 of the others."""
    day, event, group = (column[inside].reshape(trials, -1) for column in (*times, treated))
    statistic, variance = np.zeros(len(inside)), np.zeros(len(inside))
    apart, its_variance = contributions(Times(day, event), group)
    statistic[inside], variance[inside] = apart.ravel(), its_variance.ravel()
    return statistic, variance
