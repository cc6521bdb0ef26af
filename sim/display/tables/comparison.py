"""The tables of a comparison: scenarios side by side, then their differences from the first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from sim.display.tables.sheet import Printout, Sheet
from sim.display.tables.side_by_side import estimate, estimate_and_interval, sheet

if TYPE_CHECKING:
    import pandas as pd


def printout(summary: pd.DataFrame, patients: int, seed: int, remarks: Iterable[str]) -> Printout:
    """A table for each arm, then one for each arm with its paired differences.

    `summary` is the table `comparison.csv`. `remarks` say in which patients, lengths and readings
    the scenarios differ (`sim.experiments.comparisons.remarks`).
    """
    notes = (
        f"Means over {patients} virtual patients; seed {seed}. After a difference: its 95 % "
        "Monte Carlo interval.",
        "Differences are paired: each patient has the same random numbers in every scenario.",
        "Intervals show simulation (Monte Carlo) error only, not the uncertainty of the",
        "published data.",
        *remarks,
        "Fracture differences depend on how the annual increase is interpreted.",
    )
    return Printout(tuple(_sheets(summary)), notes)


def _sheets(summary: pd.DataFrame) -> Iterator[Sheet]:
    is_difference = summary["against"] != ""
    for arm, rows in summary[~is_difference].groupby("arm", sort=False):
        yield sheet(str(arm), rows, "scenario", estimate)
    for arm, rows in summary[is_difference].groupby("arm", sort=False):
        title = f"{arm}: difference from {rows['against'].iloc[0]}"
        yield sheet(title, rows, "scenario", estimate_and_interval)
