"""Bars by parameter: names at the left, a column of panels for each scenario and difference."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from sim.display.figures.differences import label_of
from sim.display.figures.page import MARGIN, TWO_COLUMNS, Page
from sim.display.figures.multiples import GREY, POINTS_PER_MM, ROOM, SUBTITLE_LINE
from sim.display.figures.sweeps.shown import Case, of_case
from sim.display.figures.texts import millimetres, wrapped
from sim.display.figures.sweeps.words import heading, named

ABREAST, BETWEEN, RIGHT = 4, 4.0, 4.5
NAMES, VALUES, GAP, SCALE_NAME = 56.0, 29.0, 2.0, 50.0
"""Widths in mm: between columns, at the right edge; the most that names and values take, and what
stands between them and the panels; the least left of these, for what their scale is called."""

LINE, ROUND = 2.95, 0.9
TITLE, NOTE, SCALE = 6.0, 4.2, 6.5
"""Heights in mm: of a line of text and round it; above a block, of its note, of its scale."""

WHITE = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}
"""What stands behind a text that a line may cross."""

MOST, LEAST = 20, 5
"""Parameters in a block: no more, and no fewer however many blocks a page has."""


class Lane(NamedTuple):
    """A parameter: where its lane is centred and how high it is, in mm below the panel's top."""

    parameter: str
    y: float
    height: float
    name: str
    values: str


class Block(NamedTuple):
    """An outcome with the parameters that move it most; the lanes of all columns are the same.

    `headings` tell the columns apart, `names` and `values` are the widths of those texts in mm.
    """

    outcome: str
    cases: list[Case]
    headings: list[str]
    lanes: list[Lane]
    others: list[str]
    names: float
    values: float

    @property
    def height(self) -> float:
        """Of the lanes, and of the note where parameters are left out, in mm."""
        below = self.lanes[-1].y + self.lanes[-1].height / 2
        return below + NOTE * bool(self.others)

    @property
    def above(self) -> float:
        """Of the titles, in mm."""
        most = max(len(wrapped(text, self.width)) for text in self.headings)
        return TITLE + SUBTITLE_LINE * most

    @property
    def width(self) -> float:
        """Of a panel, in mm."""
        return (TWO_COLUMNS - self.left - RIGHT + BETWEEN) / len(self.cases) - BETWEEN

    @property
    def left(self) -> float:
        """Where the first panel begins, in mm from the left edge of the page."""
        return max(SCALE_NAME, MARGIN + self.names + GAP * (self.values > 0) + self.values + GAP)

    @property
    def pitch(self) -> float:
        """From this block to the next, in mm."""
        return self.above + self.height + SCALE


def blocks(
    rows: pd.DataFrame,
    cases: Sequence[Case],
    size: str,
    values: dict[str, str] | None = None,
    least: float = 0.0,
) -> list[Block]:
    """A block for each outcome and so many cases as fit abreast, the largest `size` first.

    `values` are texts in a column of their own beside the names, `least` what a lane takes in mm.
    """
    parts = [list(cases[at : at + ABREAST]) for at in range(0, len(cases), ABREAST)]
    every = [(outcome, part) for outcome in rows["outcome"].unique() for part in parts]
    heads = SUBTITLE_LINE * 2 * (len(cases) > 1)
    room = ROOM / max(len(every), 1) - TITLE - heads - SCALE - NOTE
    found = []
    for outcome, part in every:
        of_part = pd.concat([of_case(rows, case, outcome) for case in part])
        if len(of_part):
            titles = [heading(case, cases) for case in part]
            lanes, others = _lanes(of_part, size, values or {}, room, least)
            widths = [
                _width([lane.name for lane in lanes]),
                _width([lane.values for lane in lanes]),
            ]
            found.append(Block(outcome, part, titles, lanes, others, *widths))
    return found


def _lanes(
    rows: pd.DataFrame, size: str, values: dict[str, str], room: float, least: float
) -> tuple[list[Lane], list[str]]:
    """A lane for each parameter that fits, and the paths of the others."""
    order = rows.groupby("parameter", sort=False)[size].max().sort_values(
        ascending=False, kind="stable"
    )  # fmt: skip
    moving = order[order > 0] if (order > 0).any() else order[:LEAST]
    known = rows.drop_duplicates("parameter").set_index("parameter")
    lanes: list[Lane] = []
    for parameter in map(str, moving.index):
        row = known.loc[parameter]
        name = wrapped(named(str(row["name"]), bool(row["assumption"])), NAMES)
        value = wrapped(values.get(parameter, ""), VALUES)
        height = max(least, ROUND + LINE * max(len(name), len(value)))
        top = lanes[-1].y + lanes[-1].height / 2 if lanes else 0.0
        if len(lanes) >= (MOST if top + height <= room else LEAST):
            break
        lane = (parameter, top + height / 2, height, "\n".join(name), "\n".join(value))
        lanes.append(Lane(*lane))
    return lanes, [str(parameter) for parameter in order.index[len(lanes) :]]


def _width(texts: list[str]) -> float:
    """Millimetres that the longest line takes."""
    return max(millimetres(line) for text in texts for line in text.split("\n"))


def panels(page: Page, block: Block, top: float, note: str) -> Iterator[tuple[Case, Axes]]:
    """The panels of a block from the left, named, with lanes in mm as their heights."""
    for place, (case, title) in enumerate(zip(block.cases, block.headings, strict=True)):
        left = block.left + place * (block.width + BETWEEN)
        axes = page.axes(left, top + block.above, block.width, block.height)
        axes.set_ylim(block.height, 0)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        ticks = max(2, int(block.width / 14))
        axes.xaxis.set_major_locator(MaxNLocator(ticks, steps=[1, 2, 2.5, 5, 10], min_n_ticks=2))
        axes.grid(axis="x", color="#e4e4e4", linewidth=0.5)
        _say(axes, "\n".join(wrapped(title, block.width)))
        if place == 0:
            _name(axes, block, note)
        yield case, axes


def _name(axes: Axes, block: Block, note: str) -> None:
    """The outcome, the parameters, and how many are not shown, left of the first panel."""
    left, values = -(block.left - MARGIN) / block.width, -(block.values + GAP) / block.width
    axes.set_title(label_of(block.outcome), x=left)
    at: dict[str, Any] = {"va": "center", "transform": axes.get_yaxis_transform()}
    for lane in block.lanes:
        axes.text(left, lane.y, lane.name, **at)
        axes.text(values, lane.y, lane.values, color=GREY, **at)
    if block.others:
        axes.text(left, block.height - NOTE / 2, note, color=GREY, bbox=WHITE, zorder=6, **at)


def say_scale(axes: Axes, text: str) -> None:
    """What the scale is called, once for all columns, left of its numbers."""
    axes.annotate(
        text, (0, 0), xycoords="axes fraction", xytext=(-14, -4.5), textcoords="offset points",
        ha="right", va="top", color=GREY,
    )  # fmt: skip


def say_above(axes: Axes, x: float, text: str) -> None:
    """Small text above a value of the scale, and not beyond the panel."""
    low, high = axes.get_xlim()
    share = (x - low) / (high - low)
    axes.annotate(
        text, (x, 1), xycoords=("data", "axes fraction"), xytext=(0, 4),
        textcoords="offset points", va="baseline", color=GREY,
        ha="left" if share < 0.15 else "right" if share > 0.85 else "center",
    )  # fmt: skip


def _say(axes: Axes, text: str) -> None:
    """Small text above a panel and what stands above its scale."""
    axes.annotate(
        text, (0, 1), xycoords="axes fraction", xytext=(0, 4 + SUBTITLE_LINE * POINTS_PER_MM),
        textcoords="offset points", va="baseline", color=GREY, linespacing=1.1,
    )  # fmt: skip
