"""The table below a panel: how many are still at risk, and what became of the others.

One block an arm, as Morris and colleagues propose (KMunicate, BMJ Open 2019;9:e030215): at every
labelled month the counts of a row of the arm add up to its patients.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes

from sim.display.figures.months import days
from sim.display.figures.texts import POINTS_PER_MM

LABELS = 20.0
"""Millimetres left of the panel that the words of the table take."""

FIRST, ROW, BETWEEN = 9.0, 3.2, 1.0
"""Millimetres from the panel to the table, of a row, and between the blocks of two arms."""


def height(arms: int, rows: int) -> float:
    """Millimetres below a panel that its axis and its table take."""
    return FIRST + arms * ((1 + rows) * ROW + BETWEEN)


def so_far(happened: npt.NDArray[np.float64], at: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """How often something has happened by the end of each day of `at`; inf is never."""
    return np.searchsorted(np.sort(happened), at, side="right")


def draw(axes: Axes, numbers: pd.DataFrame, rows: Mapping[str, str], months: list[int]) -> None:
    """Write the counts in `numbers` (arm, day and a column for each of `rows`) below the months."""
    down = FIRST
    for arm, course in numbers.groupby("arm", sort=False):
        _say(axes, 0, down, str(arm), weight="bold")
        counts = course.set_index("day").loc[days(months), list(rows)]
        for column, words in rows.items():
            down += ROW
            _say(axes, 1.5, down, words)
            _count(axes, down, months, counts[column])
        down += ROW + BETWEEN


def _say(axes: Axes, indent: float, down: float, words: str, **look: Any) -> None:
    """Words left of the panel, `down` mm below it."""
    axes.annotate(
        words, (0, 0), xycoords="axes fraction", textcoords="offset points",
        xytext=((indent - LABELS) * POINTS_PER_MM, -down * POINTS_PER_MM),
        ha="left", va="top", **look,
    )  # fmt: skip


def _count(axes: Axes, down: float, months: Sequence[int], counts: pd.Series[int]) -> None:
    for month, count in zip(months, counts, strict=True):
        axes.annotate(
            f"{count:.0f}", (month, 0), xycoords=("data", "axes fraction"),
            xytext=(0, -down * POINTS_PER_MM), textcoords="offset points", ha="center", va="top",
        )  # fmt: skip
