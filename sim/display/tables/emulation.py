"""The table of an emulation: each published number among those of the simulated trials."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sim.display.numbers import number, significant, span
from sim.display.tables import Printout, Sheet

if TYPE_CHECKING:
    import pandas as pd


def printout(scores: pd.DataFrame, title: str, about: Iterable[str]) -> Printout:
    """A row for each published number.

    `scores` is the table `scores.csv`. `title` names what was emulated, `about` says what the
    trials were and how many numbers they cover (both of `sim.experiments.emulation`).
    """
    heads = (title, "unit", "published", "mean", "95 % of trials", "percentile", "covered",
             "no value")  # fmt: skip
    rows = [
        (
            row["label"] if row["statistic"] == "value" else f"{row['label']}, SD",
            row["unit"],
            significant(row["published"], 6),
            number(row["mean"]),
            span(row["low"], row["high"]),
            number(row["percentile"]),
            "yes" if row["covered"] else "no",
            f"{row['empty'] + row['single']}",
        )
        for row in scores.to_dict("records")
    ]
    notes = (
        *about,
        "No value: trials in which the group was empty or, for an SD, held one patient; for a",
        "ratio, trials without an event in the second group.",
        "Published numbers that are inputs of the scenario should lie near the middle. This",
        "agreement checks the program, not the biology.",
    )
    return Printout((Sheet(heads, rows),), notes)
