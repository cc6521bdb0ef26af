"""The tables of the four readings: arms and differences under each, then how far these differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from sim.display.tables import Printout, Sheet
from sim.display.tables.side_by_side import sheet
from sim.vocabulary import arms_of, rows_with

if TYPE_CHECKING:
    import pandas as pd


def printout(summary: pd.DataFrame, own: str, about: Iterable[str]) -> Printout:
    """A table for each arm and difference of arms, then these less those under the own reading.

    `summary` is the table `readings.csv`, `own` the scenario's own reading. `about` says who was
    simulated under which readings (`sim.experiments.readings.said`).
    """
    notes = (
        *about,
        "In brackets: 95 % Monte Carlo intervals. They show simulation error only, not the",
        "uncertainty of the published data. Differences are paired: the same patients and random",
        "numbers in every arm and under every reading.",
        "Fracture differences depend on the reading at the head of their column.",
    )
    return Printout(tuple(_sheets(summary, own)), notes)


def _sheets(summary: pd.DataFrame, own: str) -> Iterator[Sheet]:
    heads = {own: f"{own} (own)"}
    under_each = summary[summary["against"] == ""]
    every = arms_of(under_each)
    for arms in every:
        rows = rows_with(under_each, [arms])
        yield sheet(arms.label(), rows, "reading", heads)
    from_own = summary[summary["against"] != ""]
    for arms in [arms for arms in every if arms.against_arm] or every:
        title = f"{arms.label()}: change from {own}"
        yield sheet(title, rows_with(from_own, [arms]), "reading")
