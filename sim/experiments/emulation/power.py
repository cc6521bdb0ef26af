"""What a trial with random allocation would have shown, by the number of patients in an arm."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim import outcomes
from sim.errors import RequestError
from sim.experiments.runs import split
from sim.outcomes.definitions.named import Outcome, outcomes_of
from sim.outcomes.estimates import Estimate, Sums, ratio
from sim.scenario import Study, load
from sim.scenario.mistakes import nearest
from sim.simulation import lowering
from sim.simulation.draws import CHUNK
from sim.simulation.records import Floats
from sim.simulation.simulate import names_of, simulate_arms
from sim.vocabulary import Progress
from sim.workers.pieces import in_order

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
    """Trials that allocate at random: so many patients to each arm, counted up to each size."""

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
        """Patients of an arm in the largest trial."""
        return max(self.sizes)


def prepare(
    scenario: str | Path,
    outcome: str = OUTCOME,
    sizes: Sequence[int] = SIZES,
    trials: int = TRIALS,
    seed: int | None = None,
    settings: Iterable[str] = (),
) -> Plan:
    """A scenario as trials with random allocation.

    Raises ScenarioError for a scenario that is not valid; RequestError for one arm alone, a size
    below 2, or an outcome that the arms do not share.
    """
    study = load(scenario, settings, seed=seed)
    arms = len(study.scenario.arms)
    if arms < 2:
        raise RequestError("a trial allocates between two arms or more, and the scenario has one")
    if min(sizes) < 2:
        raise RequestError(
            f"{min(sizes)} patient in an arm has no standard error; allowed: 2 or more"
        )
    people = trials * arms * max(sizes)
    plan = Plan(study.with_(patients=people), outcome, tuple(sizes), trials)
    shared = _shared(plan)
    if outcome not in shared:
        raise RequestError(f"'{outcome}' is no outcome of every arm; {nearest(outcome, shared)}")
    return plan


def run(plan: Plan, progress: Progress | None = None, workers: int = 1) -> pd.DataFrame:
    """One row for each arm against the comparator and each size.

    A difference is tested as in a report of such a trial: Welch's t, for rates with the standard
    error of a ratio. `low` to `high` hold 95 % of the differences found, `interval_width` is the
    median width of their 95 % confidence intervals, `power` the share of trials in percent that
    exclude 0, whichever way; trials without a value in one arm exclude nothing.
    """
    import pandas as pd

    pieces, parts, done = _pieces(plan), [], 0
    for piece, sums in zip(
        pieces, in_order(functools.partial(sums_of, plan), pieces, workers), strict=True
    ):
        parts.append(sums)
        done += len(piece)
        if progress is not None:
            progress(done, plan.trials)
    whole = np.concatenate(parts)
    kind = _of(plan, range(2))[plan.arms[0]]
    rows = [
        (
            *(arm, plan.arms[0], plan.outcome, kind.unit, size, plan.trials),
            *_found(whole[:, [place, 0], at], kind),
        )
        for place, arm in enumerate(plan.arms)
        if place > 0
        for at, size in enumerate(plan.sizes)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def sums_of(plan: Plan, trials: range) -> Floats:
    """Sums of each trial over the first patients of each arm: trials x arms x sizes x sums."""
    per_trial = plan.most * len(plan.arms)
    found = _of(plan, range(trials.start * per_trial, trials.stop * per_trial))
    arms = []
    for place, arm in enumerate(plan.arms):
        mine = slice(place * plan.most, (place + 1) * plan.most)
        y, x = (
            column.reshape(len(trials), per_trial)[:, mine]
            for column in (found[arm].numerator, found[arm].denominator)
        )
        parts = np.stack([np.ones_like(y), y, x, y * y, x * y, x * x], axis=2)
        upto = np.cumsum(parts, axis=1)
        arms.append(upto[:, [size - 1 for size in plan.sizes]])
    return np.stack(arms, axis=1)


def _found(sums: Floats, kind: Outcome) -> tuple[float, ...]:
    """Mean difference, where 95 % of them lie, width of the interval, power and its error."""
    pairs = [
        tuple(ratio(Sums(*map(float, arm)), kind.kind, kind.scale) for arm in trial)
        for trial in sums
    ]
    tested = [_tested(one, other, float(sums[0, 0, 0])) for one, other in pairs]
    known = [t for t in tested if not math.isnan(t[0])]
    if not known:
        return (math.nan,) * 4 + (0.0, 0.0)
    apart, widths, shown = (np.array(column) for column in zip(*known, strict=True))
    low, high = np.quantile(apart, (0.025, 0.975)).tolist()
    power = float(shown.sum()) / len(tested)
    error = math.sqrt(power * (1 - power) / len(tested))
    return float(apart.mean()), low, high, float(np.median(widths)), 100 * power, 100 * error


def _tested(one: Estimate, other: Estimate, patients: float) -> tuple[float, float, bool]:
    """The difference of two arms, the width of its 95 % interval, and whether that excludes 0."""
    from scipy.special import stdtrit

    apart = one.value - other.value
    squares = one.mc_error**2, other.mc_error**2
    if math.isnan(sum(squares)) or sum(squares) == 0:
        return apart, 0.0 if sum(squares) == 0 else math.nan, sum(squares) == 0 and apart != 0
    freedom = sum(squares) ** 2 / sum(square**2 / (patients - 1) for square in squares)
    half = float(stdtrit(freedom, 1 - LEVEL / 2)) * math.sqrt(sum(squares))
    return apart, 2 * half, abs(apart) > half


def _of(plan: Plan, patients: range) -> dict[str, Outcome]:
    """The outcome of some patients in each arm, at its last day."""
    names, end = names_of(plan.study), round(plan.study.scenario.horizon)
    found = {}
    protocol = lowering.protocol(plan.study.scenario)
    for arm, (inputs, log) in simulate_arms(protocol, patients, "batch").items():
        people = outcomes.persons(inputs, log, names)
        last = [o for o in outcomes_of(people, end) if o.name == plan.outcome]
        found[arm] = max(last, key=lambda outcome: outcome.day)
    return found


def _shared(plan: Plan) -> list[str]:
    """Outcomes that every arm has."""
    names, end = names_of(plan.study), round(plan.study.scenario.horizon)
    protocol = lowering.protocol(plan.study.scenario)
    each = [
        dict.fromkeys(o.name for o in outcomes_of(outcomes.persons(inputs, log, names), end))
        for inputs, log in simulate_arms(protocol, range(2), "batch").values()
    ]
    return [name for name in each[0] if all(name in others for others in each[1:])]


def _pieces(plan: Plan) -> list[range]:
    """Trials in pieces of about as many patients as a block holds."""
    size = max(1, CHUNK // (plan.most * len(plan.arms)))
    return split(range(plan.trials), size)
