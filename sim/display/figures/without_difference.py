"""Outcomes that are the same in all arms: named in a line, for a row would be empty."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from sim.display.figures.uncertain import ENDS


def of(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of outcomes without any difference; none where no outcome differs."""
    ends = rows.filter(["low", "high", *ENDS]).fillna(0.0)
    is_same = (ends == 0).all(axis=1)
    is_same = is_same.groupby(rows["outcome"]).transform("all")
    return rows[is_same] if not is_same.all() else rows[:0]


def listed(alike: pd.DataFrame) -> Iterator[str]:
    """The outcomes without a row, in one line each: what is the same, and what cannot occur."""
    by_outcome = alike.groupby(["outcome", "label"], sort=False)["carriers"].max().reset_index()
    occurs = by_outcome["carriers"] > 0
    for words, which in (("No difference", occurs), ("Cannot occur", ~occurs)):
        if which.any():
            yield f"{words}: {', '.join(by_outcome.loc[which, 'label'])}."
