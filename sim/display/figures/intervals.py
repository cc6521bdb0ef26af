"""The interval figure: rows with marks and intervals, labels at the left, scales below.

A page is one or two columns of blocks. The panels of a block stand side by side and share its
rows; each has a scale of its own. All lengths are in mm.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any, Literal, NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.display.figures import scales
from sim.display.figures.page import MARGIN, TWO_COLUMNS, Page
from sim.display.figures.style import GRID, INK, SECOND
from sim.display.figures.texts import POINTS_PER_MM, height, millimetres, wrapped

HEADING, SUBTITLE, BETWEEN, GAP, EDGE = 5.5, 3.2, 5.0, 2.5, 3.0
"""Of a heading, of a line below a title; between panels, beside labels, at the right edge."""

SCALE_BESIDE, SCALE_BELOW = 6.5, 10.5
"""Below a panel: its numbers with the name of the scale at their left, or below them."""

BESIDE, BEFORE_SCALE = 1.0, 6.0
"""From a value to the text beside it; from a panel to the name of its scale at the left."""

PER_TICK = 11.0
"""The least that stands between two numbers of a scale."""

WHITE = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}
"""What stands behind a text that a line may cross."""

Look = Mapping[str, Any]


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


class Text(NamedTuple):
    """A text beside a value of a row, at its left or right."""

    value: float
    text: str
    side: Literal["left", "right"]


Part = Mark | Bar | Fall | Text


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
    `heads` what stands above them.
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


class Widths(NamedTuple):
    """Of the labels, the texts beside them, each column of printed numbers, and a panel."""

    labels: float
    beside: float
    printed: tuple[float, ...]
    panel: float

    @property
    def left(self) -> float:
        """From the left edge of a column of blocks to its first panel."""
        return MARGIN + self.labels + GAP + self.beside + GAP * (self.beside > 0)


class Stacked(NamedTuple):
    """A block with its place below others: its heading is left out where that above is the same."""

    block: Block
    heading: str
    top: float
    above: float
    rows: list[float]
    """Heights."""
    bottom: float


def figure(
    columns: Sequence[Sequence[Block]],
    title: str,
    legend: Sequence[Sequence[Artist]],
    caption: Sequence[str],
    layout: Layout,
    width: float = TWO_COLUMNS,
) -> Figure:
    """A page of blocks below each other, in one column or several."""
    each = width / len(columns)
    widths = _widths([block for column in columns for block in column], layout, each)
    stacks = [list(_stacked(column, layout, widths)) for column in columns]
    page = Page(width, max(stack[-1].bottom for stack in stacks), title, legend, caption)
    for i, stack in enumerate(stacks):
        for stacked in stack:
            _block(page, stacked, i * each, layout, widths)
    _heads(page.figure.axes[0], layout, widths)
    return page.figure


def in_two_columns(blocks: Sequence[Block], layout: Layout) -> list[list[Block]]:
    """Blocks in two columns of nearly the same height."""
    widths = _widths(blocks, layout, TWO_COLUMNS / 2)

    def highest(columns: list[list[Block]]) -> float:
        return max([*_stacked(column, layout, widths)][-1].bottom for column in columns)

    splits = [[[*blocks[:i]], [*blocks[i:]]] for i in range(1, len(blocks))]
    return min(splits, key=highest)


def abreast(panels: Sequence[Panel], rows: Sequence[Row], most: int) -> list[Block]:
    """Panels of the same rows as blocks of so many side by side."""
    return [Block(rows, panels[i : i + most]) for i in range(0, len(panels), most)]


def line(color: str) -> dict[str, Any]:
    """How a 95 % interval looks."""
    return {"color": color, "linewidth": 1.3, "zorder": 3}


def _widths(blocks: Sequence[Block], layout: Layout, width: float) -> Widths:
    rows = [row for block in blocks for row in block.rows]
    labels = max(_widest(wrapped(row.label, layout.labels)) for row in rows)
    beside = max(_widest(wrapped(row.beside, layout.beside)) for row in rows)
    if not layout.is_scale_below:
        scale = max(millimetres(block.panels[0].scale) for block in blocks)
        labels = max(labels, scale + BEFORE_SCALE - GAP - beside)
    marks = [mark for block in blocks for panel in block.panels for row in panel.rows
             for mark in row if isinstance(mark, Mark)]  # fmt: skip
    texts = [*(mark.printed for mark in marks), layout.heads]
    printed = tuple(
        max(millimetres(text[i]) for text in texts if text) for i in range(len(layout.sides))
    )
    widths = Widths(labels, beside, printed, 0.0)
    right = sum(printed) + GAP * len(printed) + MARGIN if printed else EDGE
    space = width - widths.left - right + BETWEEN
    return widths._replace(panel=space / layout.abreast - BETWEEN)


def _widest(lines: Sequence[str]) -> float:
    return max(map(millimetres, lines), default=0.0)


def _stacked(column: Sequence[Block], layout: Layout, widths: Widths) -> Iterator[Stacked]:
    """The blocks of a column from the top down."""
    top, before = 0.0, ""
    below = SCALE_BELOW if layout.is_scale_below else SCALE_BESIDE
    for block in column:
        heading = block.heading if block.heading != before else ""
        lines = max(len(wrapped(panel.subtitle, widths.panel)) for panel in block.panels)
        texts = [heading, *(_above(panel) for panel in block.panels), *layout.heads * (top == 0)]
        above = HEADING * any(texts) + SUBTITLE * lines
        rows = [least_height(row, layout) for row in block.rows]
        bottom = top + above + math.fsum(rows) + below
        yield Stacked(block, heading, top, above, rows, bottom)
        top, before = bottom, block.heading


def _above(panel: Panel) -> str:
    """What stands just above a panel."""
    return panel.title + panel.right + "".join(upright.text for upright in panel.uprights)


def least_height(row: Row, layout: Layout) -> float:
    """The height in mm of a row with its texts and the room above it."""
    lines = (wrapped(row.label, layout.labels), wrapped(row.beside, layout.beside))
    return row.above + max(row.height, layout.around + height(max(lines, key=len)))


def _block(page: Page, stacked: Stacked, left: float, layout: Layout, widths: Widths) -> None:
    """The panels of a block, and its heading and labels left of the first."""
    ends = list(accumulate(stacked.rows))
    above = [row.above for row in stacked.block.rows]
    middles = [y - (h - room) / 2 for y, h, room in zip(ends, stacked.rows, above, strict=True)]
    for i, panel in enumerate(stacked.block.panels):
        x = left + widths.left + i * (widths.panel + BETWEEN)
        axes = page.axes(x, stacked.top + stacked.above, widths.panel, ends[-1])
        _panel(axes, panel, middles, layout, widths)
        if layout.are_rows_ruled:
            axes.hlines(ends[:-1], 0, 1, transform=axes.get_yaxis_transform(), color=GRID,
                        linewidth=0.5, zorder=0)  # fmt: skip
        axes.set_ylim(ends[-1], 0)
        if i == 0:
            _labels(axes, stacked, middles, layout, widths)


def _panel(
    axes: Axes, panel: Panel, middles: Sequence[float], layout: Layout, widths: Widths
) -> None:
    """What is drawn in each row, and the scale below."""
    axes.set_xlim(*_with_room_for_texts(panel, widths.panel))
    for y, parts in zip(middles, panel.rows, strict=True):
        for part in parts:
            _part(axes, y, part, layout, widths)
    for upright in panel.uprights:
        axes.axvline(upright.value, **upright.look)
        _say_above(axes, upright.value, upright.text)
    _say_above(axes, axes.get_xlim()[1], panel.right)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    most = max(2, min(layout.ticks, int(widths.panel / PER_TICK)))
    scales.number(axes, "x", most, min(3, most))
    axes.set_title(panel.title)
    if layout.is_scale_below:
        axes.set_xlabel(panel.scale)
    if panel.subtitle:
        _say(axes, (0, 1), "\n".join(wrapped(panel.subtitle, widths.panel)),
             (0, 4 + SUBTITLE * POINTS_PER_MM), va="baseline", color=SECOND)  # fmt: skip


def _part(axes: Axes, y: float, part: Part, layout: Layout, widths: Widths) -> None:
    if isinstance(part, Mark):
        if math.isfinite(part.low) and math.isfinite(part.high):
            axes.plot((part.low, part.high), (y + part.down,) * 2, **part.line)
        if math.isfinite(part.estimate):
            axes.plot([part.estimate], [y + part.down], **part.symbol)
        _printed(axes, y + part.down, part, layout, widths)
    elif isinstance(part, Bar):
        axes.barh(y + part.down, part.end - part.start, part.thick, part.start, **part.look)
    elif isinstance(part, Fall):
        base = y + part.down
        axes.fill_between(part.edges, base - np.r_[part.heights, part.heights[-1]], base,
                          step="post", **part.look)  # fmt: skip
    else:
        away, side = (BESIDE, "left") if part.side == "right" else (-BESIDE, "right")
        axes.annotate(
            part.text, (part.value, y), xytext=(away * POINTS_PER_MM, 0), va="center", ha=side,
            textcoords="offset points", color=SECOND, bbox=WHITE,
        )  # fmt: skip


def _printed(axes: Axes, y: float, mark: Mark, layout: Layout, widths: Widths) -> None:
    """The numbers of a mark, in columns right of the panel."""
    for x, text, side in zip(_columns(layout, widths), mark.printed, layout.sides, strict=False):
        axes.text(
            1 + x / widths.panel, y, text, ha=side, va="center", color=mark.ink,
            transform=axes.get_yaxis_transform(),
        )  # fmt: skip


def _columns(layout: Layout, widths: Widths) -> Iterator[float]:
    """How far right of a panel each column of printed numbers is aligned."""
    left = 0.0
    for side, column in zip(layout.sides, widths.printed, strict=True):
        left += GAP + column
        yield left if side == "right" else left - column


def _heads(axes: Axes, layout: Layout, widths: Widths) -> None:
    """What the columns of printed numbers are, above the first panel."""
    for x, head, side in zip(_columns(layout, widths), layout.heads, layout.sides, strict=False):
        _say(axes, (1 + x / widths.panel, 1), head, (0, 4), ha=side, va="bottom", color=SECOND)


def _labels(
    axes: Axes, stacked: Stacked, middles: Sequence[float], layout: Layout, widths: Widths
) -> None:
    """The heading, the labels of the rows, and the name of the scale, left of a panel."""
    left = -(widths.left - MARGIN) / widths.panel
    if stacked.heading:
        axes.set_title(stacked.heading, x=left)
    beside = -(widths.beside + GAP) / widths.panel
    at: dict[str, Any] = {"va": "center", "transform": axes.get_yaxis_transform()}
    for y, row in zip(middles, stacked.block.rows, strict=True):
        axes.text(left, y, "\n".join(wrapped(row.label, layout.labels)), color=row.ink, **at)
        axes.text(beside, y, "\n".join(wrapped(row.beside, layout.beside)), color=SECOND, **at)
    if not layout.is_scale_below:
        away = -(BEFORE_SCALE - MARGIN) * POINTS_PER_MM
        _say(axes, (0, 0), stacked.block.panels[0].scale, (away, -4.5), ha="right", va="top",
             color=SECOND)  # fmt: skip


def _say(
    axes: Axes, at: tuple[float, float], text: str, away: tuple[float, float], **look: Any
) -> None:
    """A text at a place of a panel, in shares of it, and so many points away."""
    axes.annotate(text, at, xycoords="axes fraction", xytext=away, textcoords="offset points",
                  linespacing=1.1, **look)  # fmt: skip


def _say_above(axes: Axes, x: float, text: str) -> None:
    """A small text above a value of the scale, and not beyond the panel."""
    low, high = axes.get_xlim()
    share = (x - low) / (high - low)
    side = "left" if share < 0.15 else "right" if share > 0.85 else "center"
    if text:
        _say(axes, (share, 1), text, (0, 4), ha=side, va="baseline", color=SECOND)


def _with_room_for_texts(panel: Panel, width: float) -> tuple[float, float]:
    """The ends of a scale with room for the texts beside the values.

    How wide a text is on the scale depends on the scale, so the ends are approached step by step.
    """
    texts = [part for row in panel.rows for part in row if isinstance(part, Text)]
    low, high = panel.limits
    room = [(text.value, millimetres(text.text) + 2 * BESIDE, text.side) for text in texts]
    for _ in range(30 if texts else 0):
        per_mm = (high - low) / width
        low = min([panel.limits[0], *(x - mm * per_mm for x, mm, side in room if side == "left")])
        high = max([panel.limits[1], *(x + mm * per_mm for x, mm, side in room if side == "right")])
    return low, high
