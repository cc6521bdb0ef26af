"""The interval figure: rows with marks and intervals, labels at the left, scales below.

A page is one or two columns of blocks. The panels of a block stand side by side and share its
rows; each has a scale of its own. All lengths are in mm.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from matplotlib.figure import Figure

from sim.display.figures.intervals import panel, parts
from sim.display.figures.intervals.panel import SUBTITLE
from sim.display.figures.page import TWO_COLUMNS, Page
from sim.display.figures.style import GRID, Legend
from sim.display.figures.texts import wrapped

HEADING, SCALE_BESIDE, SCALE_BELOW = 5.5, 6.5, 10.5
"""Heights in mm: of a heading; below a panel, with the name of its scale at the left, or below."""


class Stacked(NamedTuple):
    """A block with its place below others: its heading is left out where that above is the same."""

    block: parts.Block
    heading: str
    top: float
    above: float
    heights: list[float]
    bottom: float


def figure(
    columns: Sequence[Sequence[parts.Block]], title: str, legend: Legend, caption: Sequence[str],
    layout: parts.Layout, width: float = TWO_COLUMNS,
) -> Figure:  # fmt: skip
    """A page of blocks below each other, in one column or several."""
    each = width / len(columns)
    fit = parts.fitted([block for column in columns for block in column], layout, each)
    stacks = [list(_stacked(column, fit)) for column in columns]
    page = Page(width, max(stack[-1].bottom for stack in stacks), title, legend, caption)
    for i, stack in enumerate(stacks):
        for stacked in stack:
            _draw(page, stacked, i * each, fit)
    panel.head_columns(page.figure.axes[0], fit)
    return page.figure


def in_two_columns(blocks: Sequence[parts.Block], layout: parts.Layout) -> list[list[parts.Block]]:
    """Blocks in two columns of nearly the same height."""
    fit = parts.fitted(blocks, layout, TWO_COLUMNS / 2)

    def highest(columns: list[list[parts.Block]]) -> float:
        return max([*_stacked(column, fit)][-1].bottom for column in columns)

    splits = [[[*blocks[:i]], [*blocks[i:]]] for i in range(1, len(blocks))]
    return min(splits, key=highest)


def _stacked(column: Sequence[parts.Block], fit: parts.Fitted) -> Iterator[Stacked]:
    """The blocks of a column from the top down."""
    top, before = 0.0, ""
    below = SCALE_BELOW if fit.layout.is_scale_below else SCALE_BESIDE
    for block in column:
        heading = block.heading if block.heading != before else ""
        lines = max(len(wrapped(each.subtitle, fit.panel)) for each in block.panels)
        has_text = heading or any(
            each.title or each.right or any(upright.text for upright in each.uprights)
            for each in block.panels
        )
        above = HEADING * bool(has_text or (fit.layout.heads and top == 0)) + SUBTITLE * lines
        heights = [parts.least_height(row, fit.layout) for row in block.rows]
        bottom = top + above + math.fsum(heights) + below
        yield Stacked(block, heading, top, above, heights, bottom)
        top, before = bottom, block.heading


def _draw(page: Page, stacked: Stacked, left: float, fit: parts.Fitted) -> None:
    """The panels of a block, and its heading and labels left of the first."""
    block, ends = stacked.block, list(accumulate(stacked.heights))
    middles = [
        end - (height - row.above) / 2
        for end, height, row in zip(ends, stacked.heights, block.rows, strict=True)
    ]
    for i, drawn in enumerate(block.panels):
        x = left + fit.left + i * (fit.panel + parts.BETWEEN)
        axes = page.axes(x, stacked.top + stacked.above, fit.panel, ends[-1])
        axes.set_ylim(ends[-1], 0)
        panel.draw(axes, drawn, middles, fit)
        if fit.layout.are_rows_ruled:
            across = axes.get_yaxis_transform()
            axes.hlines(ends[:-1], 0, 1, color=GRID, linewidth=0.5, zorder=0, transform=across)
        if i == 0:
            panel.label(axes, block, stacked.heading, middles, fit)
