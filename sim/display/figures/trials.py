"""A published series beside many simulated ones: a row a statistic, each on its own scale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.display.figures import intervals
from sim.display.figures.caption import spoken
from sim.display.figures.intervals.parts import Block, Fall, Layout, Mark, Panel, Part, Row, Upright
from sim.display.figures.style import FAINT, NOT_AN_ARM, color, diamond
from sim.display.numbers import significant, span, typeset

ROW = 5.2
"""Height of a row in mm."""

FALL, INTERVAL = 3.7, 1.6
"""In mm: the height of the shade, and how far below the middle of the row its base stands."""

FARTHEST = 4.0
"""Standard deviations that the scale shows; what is farther stands at the edge."""

BINS = 40
LAYOUT = Layout(
    labels=68.0,
    is_scale_below=True,
    ticks=9,
    sides=("right", "right", "left"),
    heads=("published", "95 % of trials", ""),
)
EXPLAINED = (
    "Each row on its own scale: standard deviations of the simulated trials around their mean.",
    "Shaded: how the trials fall; line: their 95 % predictive interval; diamond: published, filled"
    " where it lies outside, at the edge where it lies beyond the scale.",
    "Published numbers that are inputs of the scenario should lie near the middle. This agreement "
    "checks the program, not the biology.",
)


def figure(
    scores: pd.DataFrame, trials: pd.DataFrame, title: str, sentences: Sequence[str] = ()
) -> tuple[Figure, pd.DataFrame]:
    """One row for each published number that the design leaves open.

    `scores` and `trials` are those of `sim.experiments.emulation`; the caption opens with
    `sentences`.
    """
    rows = scores[(scores["trials"] > 1) & (scores["low"] < scores["high"])].reset_index(drop=True)
    panel = Panel(
        rows=[_parts(row, _values(trials, row)) for row in rows.itertuples()],
        scale="standard deviations of the trials from their mean",
        limits=(-FARTHEST, FARTHEST),
        uprights=[Upright(0, {"color": FAINT, "linewidth": 0.5, "zorder": 0})],
    )
    labels = [Row(_label(row), ROW) for row in rows.itertuples()]
    caption = [spoken(*sentences, *EXPLAINED)]
    page = intervals.figure([[Block(labels, [panel])]], title, [_legend()], caption, LAYOUT)
    return page, rows


def _label(row: Any) -> str:
    return str(row.label) if row.statistic == "value" else f"{row.label}, SD"


def _values(trials: pd.DataFrame, row: Any) -> np.ndarray:
    """One statistic in every trial that has it."""
    column = "value" if row.statistic == "value" else "spread"
    known = trials.loc[trials["fact"] == row.fact, column].dropna()
    return np.asarray(known, float)


def _parts(row: Any, values: np.ndarray) -> list[Part]:
    """How the trials fall, their interval, and the published number among them."""
    published, low, high, *trials = np.clip(
        (np.r_[row.published, row.low, row.high, values] - values.mean()) / values.std(),
        -FARTHEST, FARTHEST,
    )  # fmt: skip
    heights, edges = np.histogram(trials, bins=BINS, range=(-FARTHEST, FARTHEST))
    printed = (significant(row.published), span(row.low, row.high))
    shade = {"color": color(NOT_AN_ARM), "alpha": 0.3, "linewidth": 0}
    symbol = {**diamond(not row.covered), "clip_on": False}
    return [
        Fall(edges, FALL * heights / heights.max(), shade, INTERVAL),
        Mark(np.nan, low, high, {}, _interval(), INTERVAL),
        Mark(published, np.nan, np.nan, symbol, {}, 0.0, (*map(typeset, printed), row.unit)),
    ]


def _interval() -> dict[str, Any]:
    return {"color": color(NOT_AN_ARM), "linewidth": 1.6, "zorder": 3}


def _legend() -> list[Artist]:
    return [
        Line2D([], [], label="published, covered", **diamond()),
        Line2D([], [], label="published, not covered", **diamond(is_filled=True)),
        Patch(label="simulated trials", color=color(NOT_AN_ARM), alpha=0.3),
        Line2D([], [], label="95 % predictive interval", **_interval()),
    ]
