"""A published series beside many simulated ones: a row a statistic, each on its own scale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim.display.figures import intervals, style
from sim.display.figures.caption import spoken
from sim.display.figures.intervals.parts import Block, Fall, Layout, Mark, Panel, Part, Row, Upright
from sim.display.numbers import significant, span, typeset
from sim.vocabulary import Interval

ROW = 5.2
"""Height of a row in mm."""

FALL, INTERVAL = 3.7, 1.6
"""In mm: the height of the shade, and how far below the middle of the row its base stands."""

FARTHEST = 4.0
"""Standard deviations that the scale shows; what is farther stands at the edge."""

BINS = 40
SIMULATED = style.color(style.NOT_AN_ARM)
NO_PREDICTION: dict[str, Any] = {"marker": "o"}
"""How a published number looks that is an input, fixed by the design, or told by another row."""

SHADE: dict[str, Any] = {"color": SIMULATED, "alpha": 0.3}
LINE: dict[str, Any] = {"color": SIMULATED, "linewidth": 1.6, "zorder": 3}
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
    " where it lies outside, at the edge where it lies beyond the scale; circle: published, but "
    "no prediction: an input, fixed by the design, or another row in other words.",
    "Inputs should lie near the middle. This agreement checks the program, not the biology.",
)


def figure(
    scores: pd.DataFrame,
    trials: pd.DataFrame,
    interval: Interval,
    title: str,
    sentences: Sequence[str] = (),
) -> style.Drawn:
    """One row for each published number that the design leaves open.

    `scores` and `trials` are those of `sim.experiments.emulation`, `interval` says what their
    intervals hold; the caption opens with `sentences`.
    """
    rows = scores[(scores["trials"] > 1) & (scores["low"] < scores["high"])].reset_index(drop=True)
    panel = Panel(
        rows=[_parts(row, trials) for row in rows.itertuples()],
        scale="standard deviations of the trials from their mean",
        limits=(-FARTHEST, FARTHEST),
        uprights=[Upright(0, {"color": style.FAINT, "linewidth": 0.5, "zorder": 0})],
    )
    of_sd = (rows["statistic"] != "value").map({True: ", SD", False: ""})
    labels = [Row(label, ROW) for label in rows["label"] + of_sd]
    caption = [spoken(*sentences, *EXPLAINED)]
    page = intervals.figure([[Block(labels, [panel])]], title, _legend(interval), caption, LAYOUT)
    return page, rows


def _parts(row: Any, trials: pd.DataFrame) -> list[Part]:
    """How the trials fall, their interval, and the published number among them."""
    column = "value" if row.statistic == "value" else "spread"
    values = trials.loc[trials["fact"] == row.fact, column].dropna().to_numpy(float)
    published, low, high, *fallen = np.clip(
        (np.r_[row.published, row.low, row.high, values] - values.mean()) / values.std(),
        -FARTHEST, FARTHEST,
    )  # fmt: skip
    heights, edges = np.histogram(fallen, bins=BINS, range=(-FARTHEST, FARTHEST))
    printed = (significant(row.published), span(row.low, row.high))
    symbol = {**_symbol(row), "clip_on": False}
    return [
        Fall(edges, FALL * heights / heights.max(), {**SHADE, "linewidth": 0}, INTERVAL),
        Mark(np.nan, low, high, {}, LINE, INTERVAL),
        Mark(published, np.nan, np.nan, symbol, {}, 0.0, (*map(typeset, printed), row.unit)),
    ]


def _symbol(row: Any) -> dict[str, Any]:
    """A diamond for a prediction, a circle for a number that does not count as one."""
    symbol = style.diamond(not row.covered)
    return symbol if row.counts_as == "prediction" else {**symbol, **NO_PREDICTION}


def _legend(interval: Interval) -> style.Legend:
    return [[
        style.line_entry("published, covered", **style.diamond()),
        style.line_entry("published, not covered", **style.diamond(is_filled=True)),
        style.line_entry("published, no prediction", **style.diamond() | NO_PREDICTION),
        style.area_entry("simulated trials", **SHADE),
        style.line_entry(f"95 %, {interval}", **LINE),
    ]]  # fmt: skip
