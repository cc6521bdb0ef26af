"""A published series beside many simulated ones: one row per statistic, each on its own scale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sim.display.figures import intervals, scales, style
from sim.display.figures.caption import spoken
from sim.display.figures.form import TWO_COLUMNS, at_most
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
PREDICTION = "prediction"
OTHERS = "Not predicted (inputs, design, repetitions)"
"""The published numbers that are inputs, fixed by the design, or told by another row."""

LAYOUT = Layout(
    labels=68.0,
    is_scale_below=True,
    ticks=9,
    sides=("right", "right", "left", "left"),
    heads=("published", "95 % of trials", "", ""),
)
EXPLAINED = (
    "Each row on its own scale: standard deviations of the simulated trials around their mean.",
    "Shaded: how the trials fall; line: their 95 % predictive interval; diamond: published; arrow:"
    " published, beyond the scale. Grey and hollow: no prediction, but an input, fixed by the "
    "design, or another row in other words.",
    "Inputs should lie near the middle. This agreement checks the program, not the biology.",
)

ROUNDED = (
    "A published number counts as covered where it lies in the interval of trials that are rounded "
    "as it is."
)
"""Said where a number is covered by the rounded trials alone."""


class Look(NamedTuple):
    """How a published number is drawn among its trials: marks, shade, interval, and letters."""

    published: dict[str, Any]
    shade: dict[str, Any]
    line: dict[str, Any]
    ink: str


COUNTED = Look(
    style.diamond(True), {"color": SIMULATED, "alpha": 0.3},
    {"color": SIMULATED, "linewidth": 1.6, "zorder": 3}, style.INK,
)  # fmt: skip
NOT_COUNTED = Look(
    style.diamond() | {"markeredgecolor": style.NEUTRAL}, {"color": style.GRID},
    {"color": style.FAINT, "linewidth": 1.6, "zorder": 3}, style.SECOND,
)  # fmt: skip


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
    is_counted = rows["counts_as"] == PREDICTION
    parted = ((PREDICTION.title() + "s", rows[is_counted]), (OTHERS, rows[~is_counted]))
    blocks = [_block(heading, part, trials) for heading, part in parted if len(part)]
    page = intervals.figure(
        [blocks], f"{title}: {covered(scores)}", _legend(interval, rows),
        [spoken(*sentences, *EXPLAINED, ROUNDED * _depends_on_rounding(rows))], _layout(),
    )  # fmt: skip
    return page, rows


def _depends_on_rounding(rows: pd.DataFrame) -> bool:
    """Whether a prediction is covered that lies outside the interval as it is drawn."""
    counted = rows[rows["counts_as"] == PREDICTION]
    is_inside = counted["published"].between(counted["low"], counted["high"])
    return bool((counted["covered"] & ~is_inside).any())


def _layout() -> Layout:
    count = _columns()
    return LAYOUT._replace(heads=LAYOUT.heads[:count], sides=LAYOUT.sides[:count])


def _columns() -> int:
    """How many columns of text have room: in one column of a journal no unit and no verdict."""
    return len(LAYOUT.heads) if at_most(TWO_COLUMNS) == TWO_COLUMNS else 2


def covered(scores: pd.DataFrame) -> str:
    """How many predictions lie in their intervals."""
    counted = scores[(scores["trials"] > 0) & (scores["counts_as"] == PREDICTION)]
    if counted.empty:
        return "no prediction"
    return f"{counted['covered'].sum():.0f} of {len(counted)} predictions covered"


def _block(heading: str, rows: pd.DataFrame, trials: pd.DataFrame) -> Block:
    """A row for each published number, its trials and its numbers in columns."""
    panel = Panel(
        rows=[_parts(row, trials) for row in rows.itertuples()],
        scale="standard deviations of the trials from their mean",
        limits=(-FARTHEST, FARTHEST),
        uprights=[Upright(0, {"color": style.FAINT, "linewidth": 0.5, "zorder": 0})],
    )
    of_sd = (rows["statistic"] != "value").map({True: ", SD", False: ""})
    return Block([Row(label, ROW, ink=_look(heading != OTHERS).ink)
                  for label in rows["label"] + of_sd], [panel], heading)  # fmt: skip


def _look(is_counted: bool) -> Look:
    return COUNTED if is_counted else NOT_COUNTED


def _parts(row: Any, trials: pd.DataFrame) -> list[Part]:
    """How the trials fall, their interval, and the published number among them."""
    column = "value" if row.statistic == "value" else "spread"
    values = trials.loc[trials["fact"] == row.fact, column].dropna().to_numpy(float)
    exact = (np.r_[row.published, row.low, row.high, values] - values.mean()) / values.std()
    published, low, high, *fallen = np.clip(exact, -FARTHEST, FARTHEST)
    heights, edges = np.histogram(fallen, bins=BINS, range=(-FARTHEST, FARTHEST))
    look = _look(row.counts_as == PREDICTION)
    return [
        Fall(edges, FALL * heights / heights.max(), {**look.shade, "linewidth": 0}, INTERVAL),
        Mark(np.nan, low, high, {}, look.line, INTERVAL),
        Mark(
            published, np.nan, np.nan, _symbol(look, exact[0]), {}, printed=_printed(row),
            ink=look.ink,
        ),
    ]  # fmt: skip


def _symbol(look: Look, deviations: float) -> dict[str, Any]:
    """A diamond; an arrow at the edge of the scale for a number that lies beyond it."""
    symbol = {**look.published, "clip_on": False}
    if abs(deviations) <= FARTHEST:
        return symbol
    return {**symbol, "marker": ">" if deviations > 0 else "<", "markersize": 5}


def _printed(row: Any) -> tuple[str, ...]:
    """The published number, the interval, the unit, and a word where the one misses the other."""
    numbers = significant(row.published, 6), span(row.low, row.high)
    missed = "" if row.covered else "outside"
    words = scales.UNITS.get(row.unit, row.unit), missed
    return (*map(typeset, numbers), *words)[: _columns()]


def _legend(interval: Interval, rows: pd.DataFrame) -> style.Legend:
    """What a published number looks like, and the trials; the kinds that are there."""
    is_counted = rows["counts_as"] == PREDICTION
    named = ((True, "published"), (False, "published, no prediction"))
    simulated = _look(bool(is_counted.any()))
    return [[
        *(style.line_entry(name, **_look(kind).published)
          for kind, name in named if kind in set(is_counted)),
        style.area_entry("simulated trials", **simulated.shade),
        style.line_entry(f"95 %, {interval}", **simulated.line),
    ]]  # fmt: skip
