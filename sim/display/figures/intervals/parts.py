"""The data of an interval figure: rows of marks and bars, panels of rows, blocks of panels.

All lengths are in mm. `fitted` says how wide the columns of a page come out.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from sim.display.figures.page import MARGIN
from sim.display.figures.style import INK
from sim.display.figures.texts import LINE, millimetres, wrapped

Look = Mapping[str, Any]

BETWEEN, GAP, EDGE = 5.0, 2.5, 3.0
"""Between panels, beside labels and printed numbers, at the right edge, in mm."""

BEFORE_SCALE = 6.0
"""From a panel to the name of its scale at the left, in mm."""


BETWEEN_LINES = 0.5
"""Millimetres of the height of a line that letters leave free."""


class Mark(NamedTuple):
    """An estimate and its interval, either of which may be NaN and is then not drawn.

    `down` is how far below the middle of its row it stands, `printed` are numbers at the right.
    """

    estimate: float
    low: float
    high: float
    symbol: Look
    line: Look
    down: float = 0.0
    printed: tuple[str, ...] = ()
    ink: str = INK


NOTHING = (np.nan, np.nan, np.nan)
"""Estimate and interval of a mark that is not drawn."""


class Word(NamedTuple):
    """A word in place of a mark, above a value of the scale, or beginning or ending there.

    `side` is the side of the word that stands at the value: "left", "right", or "" for the middle.
    """

    value: float
    text: str
    down: float = 0.0
    side: Literal["left", "right", ""] = ""


class Bar(NamedTuple):
    """A bar from one value to another, so thick, with its middle below that of its row."""

    start: float
    end: float
    look: Look
    thick: float
    down: float = 0.0


class Fall(NamedTuple):
    """A histogram: the edges of its bins and their heights, standing below the middle of a row."""

    edges: np.ndarray
    heights: np.ndarray
    look: Look
    down: float = 0.0


Part = Mark | Word | Bar | Fall


class Row(NamedTuple):
    """A label, a second text beside it in grey, the least height, and the room above."""

    label: str
    height: float
    beside: str = ""
    ink: str = INK
    above: float = 0.0


class Upright(NamedTuple):
    """A line at a value across all rows, with a text above it."""

    value: float
    look: Look
    text: str = ""


class Panel(NamedTuple):
    """What is drawn in each row, and the scale below; `limits` are the ends of that scale."""

    rows: Sequence[Sequence[Part]]
    scale: str
    limits: tuple[float, float]
    title: str = ""
    subtitle: str = ""
    uprights: Sequence[Upright] = ()
    right: str = ""
    """A text above the right end."""


class Block(NamedTuple):
    """Panels side by side, with the labels of their rows and a heading at the left."""

    rows: Sequence[Row]
    panels: Sequence[Panel]
    heading: str = ""


class Layout(NamedTuple):
    """How wide labels and the texts beside them may be, and where things stand.

    `around` is the room round the text of a row, `abreast` how many panels share the width, where
    a block may have fewer. `sides` says to which side each column of printed numbers is aligned,
    `heads` what stands above them. `scale` is how wide the name of a scale may be.
    """

    labels: float = 56.0
    beside: float = 29.0
    around: float = 0.9
    abreast: int = 1
    ticks: int = 6
    is_scale_below: bool = False
    are_rows_ruled: bool = False
    sides: tuple[Literal["left", "right"], ...] = ()
    heads: tuple[str, ...] = ()
    scale: float = math.inf


class Fitted(NamedTuple):
    """Widths of the labels, of the texts beside them, of the printed numbers, and of a panel."""

    layout: Layout
    labels: float
    beside: float
    printed: tuple[float, ...]
    panel: float

    @property
    def left(self) -> float:
        """From the left edge of a column of blocks to its first panel."""
        return MARGIN + self.labels + GAP + self.beside + GAP * (self.beside > 0)

    @property
    def columns(self) -> Iterator[float]:
        """Where each column of printed numbers is aligned, in widths of a panel from its left."""
        x = self.panel
        for side, width in zip(self.layout.sides, self.printed, strict=True):
            x += GAP + width
            yield (x if side == "right" else x - width) / self.panel


def line(color: str) -> dict[str, Any]:
    """How a 95 % interval looks."""
    return {"color": color, "linewidth": 1.3, "zorder": 3}


def grouped(
    rows: pd.DataFrame, headings: Sequence[str], by: str
) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Rows by their heading and by the column that tells their scales apart, with both."""
    for heading in headings:
        under = rows[rows["heading"] == heading]
        for scale, same in under.groupby(by, sort=False):
            yield heading, str(scale), same


def fitted(blocks: Sequence[Block], layout: Layout, width: float) -> Fitted:
    """Labels and numbers as wide as they are, and panels as wide as the rest allows."""
    rows = [row for block in blocks for row in block.rows]
    labels = max(_widest(wrapped(row.label, layout.labels)) for row in rows)
    beside = max(_widest(wrapped(row.beside, layout.beside)) for row in rows)
    if not layout.is_scale_below:
        scale = max(_widest(wrapped(block.panels[0].scale, layout.scale)) for block in blocks)
        labels = max(labels, scale + BEFORE_SCALE - GAP - beside)
    panels = (panel for block in blocks for panel in block.panels)
    parts = (part for panel in panels for row in panel.rows for part in row)
    texts = [layout.heads, *(part.printed for part in parts if isinstance(part, Mark))]
    columns = zip(*filter(None, texts), strict=True)
    printed = tuple(max(map(millimetres, column)) for column in columns)
    right = sum(printed) + GAP * len(printed) + MARGIN if printed else EDGE
    without = Fitted(layout, labels, beside, printed, 0.0)
    space = width - without.left - right + BETWEEN
    return without._replace(panel=space / layout.abreast - BETWEEN)


def least_height(row: Row, layout: Layout) -> float:
    """The height in mm of a row with its texts and the room above it."""
    return row.above + max(row.height, layout.around + LINE * _lines(row, layout))


def of_text(row: Row, layout: Layout) -> float:
    """The share of the height of a row below which its text would meet that of the next."""
    return (LINE * _lines(row, layout) - BETWEEN_LINES) / least_height(row, layout)


def _lines(row: Row, layout: Layout) -> int:
    """Lines of the longer text of a row."""
    texts = (wrapped(row.label, layout.labels), wrapped(row.beside, layout.beside))
    return max(map(len, texts))


def _widest(lines: Sequence[str]) -> float:
    return max(map(millimetres, lines), default=0.0)
