"""The table of an emulation: each published number among those of the simulated trials."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from sim.display.numbers import number, significant, span
from sim.display.tables import Printout, Sheet
from sim.vocabulary import Interval

if TYPE_CHECKING:
    import pandas as pd


NOT_COUNTED = "-"
"""Stands under `covered` for a number in its interval that is no prediction."""


def printout(
    scores: pd.DataFrame, title: str, about: Iterable[str], interval: Interval
) -> Printout:
    """A row for each published number.

    `scores` is the table `scores.csv`. `title` names what was emulated, `about` says what the
    trials were and how many numbers they cover (both of `sim.experiments.emulation`), `interval`
    what the intervals hold.
    """
    heads = (title, "unit", "published", "mean", f"95 %, {interval}", "percentile",
             "covered", "counts as", "no value")  # fmt: skip
    rows = [
        (
            row["label"] if row["statistic"] == "value" else f"{row['label']}, SD",
            row["unit"],
            significant(row["published"], 6),
            number(row["mean"]),
            span(row["low"], row["high"]),
            number(row["percentile"]),
            _covered(row),
            row["counts_as"],
            f"{row['empty'] + row['single']}",
        )
        for row in scores.to_dict("records")
    ]
    notes = (
        *about,
        "No value: trials in which the group was empty or, for an SD, held one patient; for a",
        "ratio, trials without an event in the second group.",
        "Inputs of the scenario should lie near the middle. This agreement checks the program, not",
        "the biology.",
    )
    return Printout((Sheet(heads, rows),), notes)


def _covered(row: Mapping[Any, Any]) -> str:
    """Whether the interval covers a number; only a prediction can succeed."""
    if not row["covered"]:
        return "no"
    return "yes" if row["counts_as"] == "prediction" else NOT_COUNTED
