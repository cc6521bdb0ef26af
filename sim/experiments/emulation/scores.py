"""Simulated trials with their scores: published numbers against predictive intervals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim import evidence
from sim.experiments.emulation.trials import Emulation, facts_enrolled, simulate
from sim.scenario.protocol import accrual
from sim.vocabulary import Progress

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "fact", "label", "statistic", "unit", "published", "mean", "low", "high", "percentile",
    "covered", "trials", "empty", "single",
)  # fmt: skip
LOW, HIGH = 0.025, 0.975


class Emulated(NamedTuple):
    """Simulated trials of a published series: what was emulated, every trial, and the scores.

    `trials` has a row for each trial and fact, `scores` one for each published number; see
    `sim.experiments.emulation.trials` and `sim.experiments.emulation.scores`.
    """

    emulation: Emulation
    trials: pd.DataFrame
    scores: pd.DataFrame


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
        Number of processes; as many as save time if None. The results do not depend on it.

    Returns
    -------
    Emulated
        Every trial, and one score for each published number.
    """
    trials = simulate(emulation, progress, workers)
    return Emulated(emulation, trials, scored(trials, facts_enrolled(emulation)))


def title(emulated: Emulated) -> str:
    """Title of the emulation: scenario and publication."""
    study = emulated.emulation.study
    paper = study.publication(study.scenario.answers or "")
    return f"{study.scenario.name}: {evidence.short_citation(paper)}, simulated again"


def said(emulated: Emulated) -> list[str]:
    """List the facts that a reader of the scores needs: design, coverage and reading."""
    emulation, scenario = emulated.emulation, emulated.emulation.study.scenario
    enrolled = ", ".join(f"{count} in {arm}" for arm, count in emulation.design.patients.items())
    within, of = coverage(emulated.scores)
    return [
        f"{emulation.trials} simulated trials of {emulation.design.size} patients ({enrolled}); "
        f"seed {scenario.seed}.",
        f"{within} of {of} published numbers lie within the 95 % interval of the simulated trials.",
        f"Annual increase read as: {accrual(scenario)}.",
    ]


def scored(trials: pd.DataFrame, facts: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Score published numbers.

    Parameters
    ----------
    trials
        Simulated trials (`sim.experiments.emulation.trials.simulate`).
    facts
        Published facts.

    Returns
    -------
    pandas.DataFrame
        One row for each published value and each published SD: fact; label; statistic (`value` or
        `SD`); unit; published; mean, low and high of the trials (low to high is the 95 % predictive
        interval); percentile of the published number among trials rounded to as many digits, ties
        counted half; covered (whether it lies in the interval of the rounded trials); trials that
        gave the statistic; empty (trials without a measured patient in the group); single (trials
        with one, who has no SD).
    """
    import pandas as pd

    by_fact = dict(iter(trials.groupby("fact", sort=False)))
    rows = [row for fact in facts for row in _rows(fact, by_fact[fact["fact"]])]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def coverage(scores: pd.DataFrame) -> tuple[int, int]:
    """Count the published numbers within their predictive intervals, and all of them.

    A number that the design fixes, such as the number of patients, does not count.
    """
    fixed = (scores["low"] == scores["high"]) & scores["covered"]
    counted = scores[(scores["trials"] > 0) & ~fixed]
    return int(counted["covered"].sum()), len(counted)


def _rows(fact: Mapping[str, Any], trials: pd.DataFrame) -> Iterator[tuple[object, ...]]:
    measured = trials["measured"].to_numpy(float)
    counts = fact["simulated"]["statistic"] == "patients"
    empty = 0 if counts else int((measured == 0).sum())
    yield _row(fact, "value", fact["value"], trials["value"].to_numpy(float), empty, 0)
    if fact.get("spread_is") == "sd":
        spread = trials["spread"].to_numpy(float)
        yield _row(fact, "SD", fact["spread"], spread, empty, int((measured == 1).sum()))


def _row(
    fact: Mapping[str, Any],
    statistic: str,
    published: float,
    values: npt.NDArray[np.float64],
    empty: int,
    single: int,
) -> tuple[object, ...]:
    known = values[~np.isnan(values)]
    about = (fact["fact"], fact["label"], statistic, fact["unit"], published)
    if len(known) == 0:
        return (*about, np.nan, np.nan, np.nan, np.nan, False, 0, empty, single)
    low, high = np.quantile(known, (LOW, HIGH), method="inverted_cdf").tolist()
    printed = np.round(known, digits_of(published))
    below, ties = np.mean(printed < published), np.mean(printed == published)
    percentile = 100 * float(below + ties / 2)
    ends = np.quantile(printed, (LOW, HIGH), method="inverted_cdf")
    covered = bool(ends[0] <= published <= ends[1])
    numbers = (float(known.mean()), low, high, percentile, covered)
    return (*about, *numbers, len(known), empty, single)


def digits_of(published: float) -> int:
    """Return the number of decimals with which a number was printed."""
    return len(f"{published:.10f}".rstrip("0").split(".")[1])
