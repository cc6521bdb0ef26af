"""Reported against simulated: every published fact beside what the virtual patients show."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim.display.figures import intervals, scales, style
from sim.display.figures.caption import Caption
from sim.display.figures.facts import COURSE, ENDS, Panel, panels
from sim.display.figures.intervals import parts
from sim.display.figures.intervals.parts import Block, Layout, Mark, Row
from sim.display.figures.page import ONE_COLUMN, TWO_COLUMNS

ROW, SHIFT = 6.6, 1.1
"""In mm: the height of a fact; reported stands above the middle of its row, simulated below."""

FEW = 6
"""Facts that fit into one column."""

LAYOUT = Layout(labels=41.0, ticks=5)
EXPLAINED = (
    "Thin whiskers: one standard deviation between patients, as printed or as simulated, cut off "
    "at 0 where negative values are impossible.",
    "Thick bars: 95 % Monte Carlo interval of the simulated value; more patients narrow it.",
    "The uncertainty of the reported means is not drawn.",
    "Where a fact is also an input of the scenario, agreement checks the program, not the biology.",
)


def figure(facts: pd.DataFrame, caption: Caption) -> tuple[Figure, pd.DataFrame]:
    """Reported values as diamonds, simulated ones as dots, each kind of fact on its own scale."""
    drawn = panels(facts)
    blocks = [_block(panel) for panel in drawn]
    is_narrow = len(facts) <= FEW or len(blocks) == 1
    columns = [blocks] if is_narrow else intervals.in_two_columns(blocks, LAYOUT)
    page = intervals.figure(
        columns, caption.title, _legend(), caption.paragraphs(*EXPLAINED), LAYOUT,
        ONE_COLUMN if is_narrow else TWO_COLUMNS,
    )  # fmt: skip
    return page, pd.concat([panel.rows for panel in drawn], ignore_index=True)


def _block(panel: Panel) -> Block:
    """The facts of one scale below each other, in the order of the publication."""
    values = panel.rows[["reported", "simulated", *ENDS]].to_numpy(float)
    is_count = panel.heading == COURSE and np.nanmin(values) >= 0
    drawn = parts.Panel(
        rows=[_marks(row) for row in panel.rows.itertuples()],
        scale=panel.scale,
        limits=scales.limits(values, zero=is_count or None),
    )
    return Block([Row(label, ROW) for label in panel.rows["label"]], [drawn], panel.heading)


def _marks(row: Any) -> list[Mark]:
    """One fact: the reported value above, the simulated one below it."""
    simulated = _whisker(style.color(style.NOT_AN_ARM))
    return [
        Mark(
            row.reported,
            row.reported_low,
            row.reported_high,
            style.diamond(),
            _whisker(style.INK),
            -SHIFT,
        ),
        Mark(np.nan, row.simulated_low, row.simulated_high, {}, simulated, SHIFT),
        Mark(row.simulated, row.mc_low, row.mc_high, _dot(), _bar(), SHIFT),
    ]


def _legend() -> list[list[Artist]]:
    """What diamond, dot, whisker and bar mean."""
    return [
        [
            Line2D([], [], label="reported", **style.diamond()),
            Line2D([], [], label="simulated", **_dot()),
        ],
        [
            Line2D([], [], label="± SD of patients", **_whisker(style.SECOND)),
            Line2D([], [], label="95 % Monte Carlo interval", **_bar()),
        ],
    ]


def _dot() -> dict[str, Any]:
    look = {"marker": "o", "markersize": 3.6, "linestyle": "none", "zorder": 5}
    return {**look, "color": style.color(style.NOT_AN_ARM)}


def _whisker(color: str) -> dict[str, Any]:
    return {"color": color, "linewidth": 0.8}


def _bar() -> dict[str, Any]:
    return {"color": style.color(style.NOT_AN_ARM), "linewidth": 3.2, "alpha": 0.5}
