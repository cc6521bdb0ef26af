"""Reported against simulated: every published fact beside what the virtual patients show."""

from __future__ import annotations

import math
import textwrap
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from sim.display.figures.caption import Caption
from sim.display.figures.facts import COURSE, ENDS, Panel, panels
from sim.display.figures.page import ONE_COLUMN, TWO_COLUMNS, Page
from sim.display.figures.style import NOT_AN_ARM, color

ROW, HEADING, SCALE = 6.6, 5.5, 6.5
"""Heights in mm: of a fact, of a heading, and of the scale below a panel."""

LABELS, LABEL_CHARACTERS = 42.5, 31
PANEL = ONE_COLUMN - LABELS - 3
SECOND = TWO_COLUMNS - ONE_COLUMN
"""Widths in mm: of the labels, of a panel, and how far right the second column starts."""

FEW = 6
"""Facts that fit into one column."""

REPORTED = "#222222"
SHIFT = 0.17  # reported stands above the middle of a row, simulated below it
EXPLAINED = (
    "Thin whiskers: one standard deviation between patients, as printed or as simulated,"
    " cut off at 0 where nothing can be below.",
    "Thick bars: 95 % Monte Carlo interval of the simulated value; more patients narrow it.",
    "The uncertainty of the reported means is not drawn.",
    "Where a fact is also an input of the scenario, agreement checks the program, not the biology.",
)


def figure(facts: pd.DataFrame, caption: Caption) -> tuple[Figure, pd.DataFrame]:
    """Reported values as diamonds, simulated ones as dots, each kind of fact on its own scale."""
    found = panels(facts)
    columns = _columns(found)
    width = ONE_COLUMN if len(columns) == 1 else TWO_COLUMNS
    lines = caption.lines(width, *EXPLAINED)
    page = Page(width, max(map(_height, columns)), caption.title, _legend(), lines)
    for place, column in enumerate(columns):
        top, heading = 0.0, ""
        for panel in column:
            is_first = panel.heading != heading
            top += HEADING * is_first
            height = ROW * len(panel.rows)
            _draw(page.axes(LABELS + SECOND * place, top, PANEL, height), panel, is_first)
            top, heading = top + height + SCALE, panel.heading
    return page.figure, pd.concat([panel.rows for panel in found], ignore_index=True)


def _columns(found: list[Panel]) -> list[list[Panel]]:
    """The panels in one column, or in two of nearly the same height."""
    if sum(len(panel.rows) for panel in found) <= FEW or len(found) == 1:
        return [found]
    splits = [[found[:place], found[place:]] for place in range(1, len(found))]
    return min(splits, key=lambda split: max(map(_height, split)))


def _height(column: list[Panel]) -> float:
    headings = len({panel.heading for panel in column})
    return HEADING * headings + math.fsum(ROW * len(panel.rows) + SCALE for panel in column)


def _draw(axes: Axes, panel: Panel, is_first: bool) -> None:
    """The facts of one scale below each other, in the order of the publication."""
    for place, row in enumerate(panel.rows.itertuples()):
        _pair(axes, place, row)
    labels = [textwrap.fill(label, LABEL_CHARACTERS) for label in panel.rows["label"]]
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlim(*_limits(panel))
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10], min_n_ticks=3))
    axes.grid(axis="x", color="#e4e4e4", linewidth=0.5)
    axes.annotate(
        panel.scale, (0, 0), xycoords="axes fraction", xytext=(-3.5, -4.5),
        textcoords="offset points", ha="right", va="top", color="#666666",
    )  # fmt: skip
    if is_first:
        axes.set_title(panel.heading, x=-(LABELS - 1) / PANEL)


def _pair(axes: Axes, place: int, row: Any) -> None:
    """One fact: the reported value above, the simulated one below it."""
    above, below = place - SHIFT, place + SHIFT
    for y, ends, look in (
        (above, (row.reported_low, row.reported_high), _whisker(REPORTED)),
        (below, (row.simulated_low, row.simulated_high), _whisker(color(NOT_AN_ARM))),
        (below, (row.mc_low, row.mc_high), _bar()),
    ):
        if np.isfinite(ends).all():
            axes.plot(ends, (y, y), **look)
    axes.plot([row.reported], [above], **_diamond())
    axes.plot([row.simulated], [below], **_dot())


def _limits(panel: Panel) -> tuple[float, float]:
    """The ends of a scale: round all values and whiskers, and from 0 for shares and counts."""
    values = panel.rows[["reported", "simulated", *ENDS]].to_numpy(float)
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    if low >= 0 and (panel.heading == COURSE or low < high / 2):
        low = 0.0
    room = 0.06 * (high - low) or 0.1 * abs(high) or 1.0
    return low - room, high + room


def _legend() -> list[list[Artist]]:
    """What diamond, dot, whisker and bar mean."""
    return [
        [
            Line2D([], [], label="reported", **_diamond()),
            Line2D([], [], label="simulated", **_dot()),
        ],
        [
            Line2D([], [], label="± SD of patients", **_whisker("#666666")),
            Line2D([], [], label="95 % Monte Carlo interval", **_bar()),
        ],
    ]


def _diamond() -> dict[str, Any]:
    return {
        "marker": "D", "markersize": 4, "linestyle": "none", "markeredgecolor": REPORTED,
        "markerfacecolor": "white", "markeredgewidth": 0.9, "zorder": 4,
    }  # fmt: skip


def _dot() -> dict[str, Any]:
    look = {"marker": "o", "markersize": 3.6, "linestyle": "none", "zorder": 5}
    return {**look, "color": color(NOT_AN_ARM)}


def _whisker(of: str) -> dict[str, Any]:
    return {"color": of, "linewidth": 0.8}


def _bar() -> dict[str, Any]:
    return {"color": color(NOT_AN_ARM), "linewidth": 3.2, "alpha": 0.5}
