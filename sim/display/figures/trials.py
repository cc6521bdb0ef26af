"""A published series beside many simulated ones: a row a statistic, each on its own scale."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.display.figures.caption import MM_PER_CHARACTER
from sim.display.figures.page import MARGIN, TWO_COLUMNS, Page
from sim.display.figures.style import NOT_AN_ARM, color, diamond

ROW, SCALE = 5.2, 8.0
LABELS, NUMBERS, BETWEEN = 68.0, 54.0, 12.0
"""Widths in mm: of the names of the statistics, of the numbers at the right, and of the first."""

LABEL_CHARACTERS = 60
FARTHEST = 4.0
"""Standard deviations that the scale shows; what is farther stands at the edge."""

BINS = 40
POINTS_PER_MM = 72 / 25.4
EXPLAINED = (
    "Each row on its own scale: standard deviations of the simulated trials around their mean.",
    "Shaded: how the trials fall; line: their 95 % predictive interval; diamond: published, filled"
    " where it lies outside, at the edge where it lies beyond the scale.",
    "A published number that is an input of the scenario should lie near the middle: that checks"
    " the program, not the biology.",
)


def figure(
    scores: pd.DataFrame, trials: pd.DataFrame, title: str, sentences: Sequence[str] = ()
) -> tuple[Figure, pd.DataFrame]:
    """One row for each published number that the design leaves open.

    `scores` and `trials` are those of `sim.experiments.emulation`; the caption opens with
    `sentences`.
    """
    rows = scores[(scores["trials"] > 1) & (scores["low"] < scores["high"])].reset_index(drop=True)
    text = " ".join([*sentences, *EXPLAINED])
    lines = textwrap.wrap(text, int((TWO_COLUMNS - 2 * MARGIN) / MM_PER_CHARACTER))
    height = ROW * len(rows)
    page = Page(TWO_COLUMNS, height + SCALE, title, [_legend()], lines)
    axes = page.axes(LABELS, 0, TWO_COLUMNS - LABELS - NUMBERS, height)
    for place, row in enumerate(rows.itertuples()):
        column = "value" if row.statistic == "value" else "spread"
        values = trials.loc[trials["fact"] == row.fact, column].dropna().to_numpy(float)
        _draw(axes, place, row, values)
    _name(axes, rows)
    return page.figure, rows


def _draw(axes: Axes, place: int, row: Any, values: np.ndarray) -> None:
    """How the trials fall, their interval, and the published number among them."""
    mean, sd = values.mean(), values.std()
    where = np.clip((values - mean) / sd, -FARTHEST, FARTHEST)
    heights, edges = np.histogram(where, bins=BINS, range=(-FARTHEST, FARTHEST))
    tops = place + 0.4 - 0.72 * heights / heights.max()
    axes.fill_between(
        edges, np.r_[tops, tops[-1]], place + 0.4, step="post", color=color(NOT_AN_ARM), alpha=0.3,
        linewidth=0,
    )  # fmt: skip
    ends = np.clip((np.array([row.low, row.high]) - mean) / sd, -FARTHEST, FARTHEST)
    axes.plot(ends, [place + 0.4] * 2, color=color(NOT_AN_ARM), linewidth=1.6, zorder=3)
    at = float(np.clip((row.published - mean) / sd, -FARTHEST, FARTHEST))
    axes.plot([at], [place + 0.12], clip_on=False, **_mark(row.covered))
    interval = f"{_in_words(row.low)} to {_in_words(row.high)} {row.unit}"
    for text, right in ((_in_words(row.published), 2.0), (interval, BETWEEN)):
        axes.annotate(
            text, (1, place), xycoords=("axes fraction", "data"),
            xytext=(right * POINTS_PER_MM, 0), textcoords="offset points", va="center",
            annotation_clip=False,
        )  # fmt: skip


def _name(axes: Axes, rows: pd.DataFrame) -> None:
    names = [
        label if statistic == "value" else f"{label}, SD"
        for label, statistic in zip(rows["label"], rows["statistic"], strict=True)
    ]
    axes.set_yticks(range(len(names)), [textwrap.fill(name, LABEL_CHARACTERS) for name in names])
    axes.set_ylim(len(names) - 0.45, -0.55)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlim(-FARTHEST, FARTHEST)
    axes.axvline(0, color="#bbbbbb", linewidth=0.5, zorder=0)
    axes.set_xlabel("standard deviations of the trials from their mean")


def _legend() -> list[Artist]:
    shade = color(NOT_AN_ARM)
    return [
        Line2D([], [], label="published, covered", **_mark(True)),
        Line2D([], [], label="published, not covered", **_mark(False)),
        Patch(label="simulated trials", color=shade, alpha=0.3),
        Line2D([], [], label="95 % predictive interval", color=shade, linewidth=1.6),
    ]


def _mark(covered: bool) -> dict[str, Any]:
    return diamond() if covered else {**diamond(), "markerfacecolor": "#222222"}


def _in_words(value: float) -> str:
    """A number with three significant digits, and no more than two decimals."""
    return f"{float(f'{value:.3g}'):.2f}".rstrip("0").rstrip(".").replace("-0", "0", value == 0)
