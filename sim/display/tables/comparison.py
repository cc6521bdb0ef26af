"""The tables of a comparison: scenarios side by side, then their differences from the first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from sim.display.tables import Printout, Sheet, side_by_side

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
        *side_by_side.ABOUT_INTERVALS,
        *remarks,
        "Fracture differences depend on how the annual increase is interpreted.",
    )
    return Printout(tuple(_sheets(summary)), notes)


def _sheets(summary: pd.DataFrame) -> Iterator[Sheet]:
    is_difference = summary["against"] != ""
    for arm, rows in summary[~is_difference].groupby("arm", sort=False):
        yield side_by_side.sheet(str(arm), rows, "scenario", has_intervals=False)
    for arm, rows in summary[is_difference].groupby("arm", sort=False):
        title = f"{arm}: difference from {rows['against'].iloc[0]}"
        yield side_by_side.sheet(title, rows, "scenario")
