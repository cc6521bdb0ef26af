"""How often the 95 % intervals of small runs cover the truth, outcome by outcome.

`python -m tests.interval_coverage` simulates two million patients in blocks of 10 to 1,000 and
writes `results/interval_coverage.csv`. The truth of an outcome is its value over all of them.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from sim.experiments import sizes
from sim.outcomes import (
    AnalysisPlan,
    SumTable,
    added,
    estimates,
    lines_of,
    outcomes_of,
    records_by_arm,
)
from sim.outcomes.definitions.named import at_last_day, count, share
from sim.outcomes.labels import ArmKey, Line, Weights, contrasts_of
from sim.outcomes.plan import line
from sim.outcomes.summed import Products, Signed, Sums
from sim.outcomes.sums import joined, sum_table
from sim.scenario import Study, load

ROOT = Path(__file__).parents[1]
FILE = ROOT / "results" / "interval_coverage.csv"

SIZES = {10: 0.90, 30: 0.93, 100: 0.93, 1000: 0.93}
"""Patients of a block, and the coverage that its intervals must have."""

BLOCKS = 2000
PIECE = 6000
"""Patients simulated at a time, a multiple of every size."""

MANY, WIDEST = 30, 1.25
"""From so many patients who carry an outcome on, intervals are at most so much wider than those of
Student's t."""

ARMS = ("combination", "pamidronate")
APART = {(0, ARMS[0]): 1.0, (0, ARMS[1]): -1.0}
COLUMNS = (
    "patients_by", "arm", "outcome", "patients", "blocks", "coverage", "narrower", "carriers",
    "width_to_t", "is_low",
)  # fmt: skip


def of_study(study: Study, patients: int) -> Iterator[list[Line]]:
    """The outcomes of a study at their last day, in every arm, for pieces of its patients."""
    plan = AnalysisPlan(outcomes=lambda records: at_last_day(outcomes_of(records)))
    for piece in sizes.split(range(patients), PIECE):
        arms = records_by_arm(study, piece, "batch")
        yield [one for arm, people in arms.items() for one in lines_of((0, arm), people, plan)]


def of_frail(variance: float, patients: int, seed: int) -> Iterator[list[Line]]:
    """Fractures of patients whose rates differ by a gamma frailty, fewer in the first arm."""
    for piece in sizes.split(range(patients), PIECE):
        rng, n = np.random.default_rng([seed, piece.start]), len(piece)
        frailty = rng.gamma(1 / variance, variance, n)
        years = np.where(rng.random(n) < 0.03, 5 * rng.random(n), 5.0)
        lines = []
        for site, rate, kept in (("any", 0.09, 0.7), ("rare", 0.002, 0.9), ("same", 0.03, 0.99)):
            number = rng.poisson(frailty * rate * years)
            of_arms = (rng.binomial(number, kept), number)
            for arm, fractures in zip(ARMS, of_arms, strict=True):
                happened = fractures.astype(float)
                outcomes = (
                    count(f"{site}, rate", "per 100 person-years", 0, happened, years, 100),
                    share(f"{site}, share", 0, np.sign(happened)),
                )
                lines += [line((0, arm), "all", outcome, np.ones(n)) for outcome in outcomes]
        yield lines


def measured(
    name: str, pieces: Iterable[list[Line]], sizes: Iterable[int] = SIZES, blocks: int = BLOCKS,
    apart: Mapping[ArmKey, float] = APART,
) -> pd.DataFrame:  # fmt: skip
    """Coverage and width of each interval, in COLUMNS: of each arm, then of the difference."""
    wanted = {size: size * blocks for size in sizes}
    tables: dict[int, list[SumTable]] = {size: [] for size in wanted}
    whole, before = [], 0
    for lines in pieces:
        contrasts = contrasts_of([one.label for one in lines], [apart])
        whole.append(sum_table(lines, contrasts))
        for size, patients in wanted.items():
            if before < patients:
                tables[size].append(sum_table(lines, contrasts, part=size))
        before += len(lines[0].y)
    truth = added(whole)
    rows = [row for table in tables.values() for row in _rows(joined(table), truth, blocks)]
    frame = pd.DataFrame([{"patients_by": name, **row} for row in rows], columns=list(COLUMNS))
    covered = (frame["coverage"] * blocks).round()
    by_chance = stats.binom.cdf(covered, blocks, frame["patients"].map(SIZES))
    return frame.assign(is_low=by_chance < 0.05 / len(frame))


def _rows(table: SumTable, truth: SumTable, blocks: int) -> Iterator[dict[str, Any]]:
    own, paired, signed = (
        np.moveaxis(part[:blocks], 0, -1) for part in (table.own, table.paired, table.signed)
    )
    for at, label in enumerate(table.labels):
        found = estimates.ratio(label.measure, Sums(*own[:, at]))
        yield _row(label.arm[1], label.name, table, found, truth.estimate(at).value)
    for place, weights in enumerate(table.contrasts):
        first, second = weights
        label, sums = table.labels[first], [Sums(*own[:, at]) for at in weights]
        together = {(0, 1): Products(*paired[:, table.pairs.index((first, second))])}
        found = estimates.contrast(
            [label.measure] * 2, [*weights.values()], sums, together, Signed(*signed[:, place])
        )
        yield _row(_name(table, weights), label.name, table, found, truth.contrast(weights).value)


def _name(table: SumTable, weights: Weights) -> str:
    return " - ".join(table.labels[at].arm[1] for at in weights)


def _row(arm: str, outcome: str, table: SumTable, found: Any, truth: float) -> dict[str, Any]:
    value, error, low, high, carriers = found
    size = int(table.patients)
    width, of_t = high - low, 2 * stats.t.ppf(0.975, size - 1) * error
    many = carriers >= MANY
    slack = 1e-9 * max(abs(truth), 1e-9)
    return {
        "arm": arm, "outcome": outcome, "patients": size, "blocks": len(value),
        "coverage": np.mean((low <= truth + slack) & (truth - slack <= high)),
        "narrower": np.mean(np.abs(value - truth) <= of_t / 2 + slack),
        "carriers": carriers.mean(),
        "width_to_t": width[many].mean() / of_t[many].mean() if of_t[many].any() else np.nan,
    }  # fmt: skip


def main() -> None:
    """Measure, and write the table."""
    study, patients = load(ROOT / "scenarios" / "laroche2011.yaml"), max(SIZES) * BLOCKS
    frames = [
        measured("laroche2011", of_study(study, patients)),
        measured("gamma frailty of variance 5", of_frail(5.0, patients, 1)),
    ]
    pd.concat(frames).to_csv(FILE, index=False, float_format="%.4g", lineterminator="\n")


if __name__ == "__main__":
    main()
