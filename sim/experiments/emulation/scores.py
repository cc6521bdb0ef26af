"""Simulated trials with their scores: published numbers against predictive intervals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from sim.experiments.emulation.design import Emulation
from sim.experiments.emulation.trials import facts_enrolled, simulate
from sim.experiments.in_memory import InMemory
from sim.outcomes.roles import DESIGN, PREDICTION, roles_of, taken_from
from sim.results import Kind
from sim.scenario import Number
from sim.vocabulary import Progress

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "fact", "label", "statistic", "unit", "published", "mean", "low", "high", "percentile",
    "covered", "counts_as", "trials", "empty", "single",
)  # fmt: skip
LOW, HIGH = 0.025, 0.975


@dataclass(frozen=True, repr=False)
class Emulated(InMemory):
    """Simulated trials of a published series: what was emulated, every trial, and the scores.

    `trials` has a row for each trial and fact, `scores` one for each published number; see
    `sim.experiments.emulation.trials` and `sim.experiments.emulation.scores`.
    """

    kind: ClassVar[Kind] = "emulation"

    emulation: Emulation
    trials: pd.DataFrame
    scores: pd.DataFrame

    @property
    def tables_named(self) -> tuple[str, ...]:
        """Scores and trials."""
        return ("scores", "trials")

    @property
    def about(self) -> str:
        """Scenario, number and size of the trials, and their intervals."""
        of, (covered, published) = self.emulation, coverage(self.scores)
        return (
            f"{of.study.scenario.name}, {of.trials} trials of {of.design.size} patients; intervals "
            f"of {of.interval} cover {covered} of {published} published numbers"
        )


def run(
    emulation: Emulation, progress: Progress | None = None, workers: int | None = 1
) -> Emulated:
    """Simulate a published study many times and score each published number.

    Parameters
    ----------
    emulation
        The study, the design and the number of its trials, from `prepare`.
    progress
        Called with the number of trials done and to do.
    workers
        Number of workers; as many as save time if None. The results do not depend on it.

    Returns
    -------
    Emulated
        Every trial, and one score for each published number.
    """
    trials = simulate(emulation, progress, workers)
    facts = facts_enrolled(emulation)
    return Emulated(emulation, trials, scored(trials, facts, taken_from(emulation.study)))


def scored(
    trials: pd.DataFrame, facts: Sequence[Mapping[str, Any]], numbers: Iterable[Number] = ()
) -> pd.DataFrame:
    """Score published numbers.

    Parameters
    ----------
    trials
        Simulated trials (`sim.experiments.emulation.trials.simulate`).
    facts
        Published facts.
    numbers
        Numbers that the scenario takes from the publication; they are inputs.

    Returns
    -------
    pandas.DataFrame
        One row for each published value and each published SD: fact; label; statistic (`value` or
        `SD`); unit; published; mean, low and high of the trials (low to high is the 95 % predictive
        interval); percentile of the published number among trials rounded to as many digits, ties
        counted half; covered (whether it lies in the interval of the rounded trials); counts_as
        (`prediction`, `input`, `design` or `same as FACT`, see `roles_of`); trials that gave the
        statistic; empty (trials without a measured patient in the group); single (trials with
        one, who has no SD).
    """
    import pandas as pd

    by_fact, roles = dict(iter(trials.groupby("fact", sort=False))), roles_of(facts, numbers)
    rows = [row for fact in facts for row in _rows(fact, by_fact[fact["fact"]], roles)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def coverage(scores: pd.DataFrame) -> tuple[int, int]:
    """Count the predicted numbers within their predictive intervals, and all of them.

    Inputs, what the design fixes, and what repeats another number do not count.
    """
    counted = scores[(scores["trials"] > 0) & (scores["counts_as"] == PREDICTION)]
    return int(counted["covered"].sum()), len(counted)


def _rows(
    fact: Mapping[str, Any], trials: pd.DataFrame, roles: Mapping[tuple[str, str], str]
) -> Iterator[tuple[object, ...]]:
    measured = trials["measured"].to_numpy(float)
    counts = fact["simulated"]["statistic"] == "patients"
    empty = 0 if counts else int((measured == 0).sum())
    values, role = trials["value"].to_numpy(float), roles[fact["fact"], "value"]
    yield _row(fact, "value", fact["value"], values, role, empty, 0)
    if fact.get("spread_is") == "sd":
        spread = trials["spread"].to_numpy(float)
        single, role = int((measured == 1).sum()), roles[fact["fact"], "SD"]
        yield _row(fact, "SD", fact["spread"], spread, role, empty, single)


def _row(
    fact: Mapping[str, Any],
    statistic: str,
    published: float,
    values: npt.NDArray[np.float64],
    role: str,
    empty: int,
    single: int,
) -> tuple[object, ...]:
    known = values[~np.isnan(values)]
    about = (fact["fact"], fact["label"], statistic, fact["unit"], published)
    if len(known) == 0:
        return (*about, np.nan, np.nan, np.nan, np.nan, False, role, 0, empty, single)
    low, high = np.quantile(known, (LOW, HIGH), method="inverted_cdf").tolist()
    printed = np.round(known, digits_of(published))
    below, ties = np.mean(printed < published), np.mean(printed == published)
    percentile = 100 * float(below + ties / 2)
    ends = np.quantile(printed, (LOW, HIGH), method="inverted_cdf")
    covered = bool(ends[0] <= published <= ends[1])
    if covered and low == high and role == PREDICTION:
        role = DESIGN  # such as the number of patients
    numbers = (float(known.mean()), low, high, percentile, covered)
    return (*about, *numbers, role, len(known), empty, single)


def digits_of(published: float) -> int:
    """Return the number of decimals with which a number was printed."""
    return len(f"{published:.10f}".rstrip("0").split(".")[1])
