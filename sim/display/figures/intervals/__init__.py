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

from sim.display.figures.form import TWO_COLUMNS, at_most, form
from sim.display.figures.intervals import panel, parts
from sim.display.figures.intervals.panel import SUBTITLE
from sim.display.figures.page import CAPTION_LINE, MARGIN, Around, Page
from sim.display.figures.style import GRID, Legend
from sim.display.figures.texts import LINE, paragraph, wrapped

NARROW, NARROW_BESIDE = 25.0, 14.0
"""Millimetres that labels, and texts beside them, take at most on a narrow page."""

LEAST_PANEL = 15.0
"""Millimetres that a panel needs beside its labels and numbers."""

LOWEST = 0.85
"""How low rows may be made, where all of them do not fit a page otherwise."""

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
    shrink: float = 1.0


def figure(
    columns: Sequence[Sequence[parts.Block]], title: str, legend: Legend, caption: Sequence[str],
    layout: parts.Layout, width: float = TWO_COLUMNS,
) -> Figure:  # fmt: skip
    """A page of blocks below each other, in one column or several."""
    if at_most(width) < width:
        columns, layout, width = [_narrow(columns)], fitting(layout), at_most(width)
    each = width / len(columns)
    fit = parts.fitted([block for column in columns for block in column], layout, each)
    stacks = [list(_stacked(column, fit)) for column in columns]
    room = form().height - Around.of(width, title, legend, caption).height
    can_part = layout.abreast == 1 and width == TWO_COLUMNS and len(columns[0]) > 1
    half = parts.fitted(columns[0], narrowed(layout), width / 2).panel if can_part else 0.0
    if len(stacks) == 1 and half >= LEAST_PANEL and stacks[0][-1].bottom > room:
        parted = in_two_columns(columns[0], narrowed(layout))
        return figure(parted, title, legend, caption, narrowed(layout), width)
    absent: list[str] = []
    if len(stacks) == 1:
        stacks, absent = _within(room, stacks[0], columns[0], fit, width)
    bottom = max(stack[-1].bottom for stack in stacks)
    page = Page(width, bottom + CAPTION_LINE * len(absent), title, legend, caption)
    page.note(bottom, absent)
    for i, stack in enumerate(stacks):
        first = len(page.figure.axes)
        for stacked in stack:
            _draw(page, stacked, i * each, fit)
        panel.head_columns(page.figure.axes[first], fit)
    return page.figure


def _within(
    room: float, stack: list[Stacked], column: Sequence[parts.Block], fit: parts.Fitted,
    width: float,
) -> tuple[list[list[Stacked]], list[str]]:  # fmt: skip
    """Blocks within a height: lower rows, else fewer rows, with lines that name the others."""
    over, rows = stack[-1].bottom - room, math.fsum(h for each in stack for h in each.heights)
    if over <= 0:
        return [stack], []
    texts = (parts.of_text(row, fit.layout) for each in column for row in each.rows)
    if over < (1 - max(LOWEST, *texts)) * rows:
        return [[*_stacked(column, fit, 1 - over / rows)]], []
    for kept, left_out in _fewer(column):
        fewer, lines = [*_stacked(kept, fit)], paragraph(_absent(left_out), width - 2 * MARGIN)
        if fewer[-1].bottom + CAPTION_LINE * len(lines) <= room:
            break
    return [fewer], lines


def _fewer(column: Sequence[parts.Block]) -> Iterator[tuple[list[parts.Block], list[parts.Block]]]:
    """Ever fewer rows of some blocks, each time with the rows that are left out.

    A block whose panels have titles shows the same rows in every panel, and is kept whole.
    """
    for count in range(len(column) - 1, -1, -1):
        whole, parted, left_out = [*column[:count]], column[count], [*column[count + 1 :]]
        rows = 1 if any(panel.title for panel in parted.panels) else len(parted.rows)
        for at in range(rows - 1, 0, -1):
            yield [*whole, _rows(parted, 0, at)], [_rows(parted, at), *left_out]
        if whole:
            yield whole, [parted, *left_out]


def _rows(block: parts.Block, start: int, end: int | None = None) -> parts.Block:
    """Some rows of a block."""
    panels = [panel._replace(rows=panel.rows[start:end]) for panel in block.panels]
    return block._replace(rows=block.rows[start:end], panels=panels)


def _absent(blocks: Sequence[parts.Block]) -> str:
    """What has no room on the page, by the titles of panels, or the labels of rows without one."""
    labels = (label for block in blocks for label in _labels(block))
    return f"No room, in the CSV file only: {', '.join(dict.fromkeys(labels))}."


def _labels(block: parts.Block) -> list[str]:
    titles = [panel.title for panel in block.panels if panel.title]
    return titles or [row.label for row in block.rows if not row.label.startswith(" ")]


def _narrow(columns: Sequence[Sequence[parts.Block]]) -> list[parts.Block]:
    """Every panel below the one before, each with the labels of its rows."""
    blocks = [block for column in columns for block in column]
    return [block._replace(panels=[panel]) for block in blocks for panel in block.panels]


def fitting(layout: parts.Layout) -> parts.Layout:
    """Labels that leave room for a panel in one column, where that is the form in force."""
    return layout if at_most(TWO_COLUMNS) == TWO_COLUMNS else narrowed(layout)


def narrowed(layout: parts.Layout) -> parts.Layout:
    """Labels that leave room for a panel in one column."""
    return layout._replace(
        abreast=1, scale=NARROW, labels=min(layout.labels, NARROW),
        beside=min(layout.beside, NARROW_BESIDE),
    )  # fmt: skip


def in_two_columns(blocks: Sequence[parts.Block], layout: parts.Layout) -> list[list[parts.Block]]:
    """Blocks in two columns of nearly the same height."""
    fit = parts.fitted(blocks, layout, TWO_COLUMNS / 2)

    def highest(columns: list[list[parts.Block]]) -> float:
        return max([*_stacked(column, fit)][-1].bottom for column in columns)

    splits = [[[*blocks[:i]], [*blocks[i:]]] for i in range(1, len(blocks))]
    return min(splits, key=highest)


def _stacked(
    column: Sequence[parts.Block], fit: parts.Fitted, shrink: float = 1.0
) -> Iterator[Stacked]:
    """The blocks of a column from the top down, their rows lower by a factor."""
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
        scale = LINE * (max(len(_scale(each, fit)) for each in block.panels) - 1)
        bottom = top + above + shrink * math.fsum(heights) + below + scale
        yield Stacked(block, heading, top, above, heights, bottom, shrink)
        top, before = bottom, block.heading


def _scale(drawn: parts.Panel, fit: parts.Fitted) -> list[str]:
    """The name of a scale in lines, below its panel or left of it."""
    return panel.scale(drawn, fit) or [""]


def _draw(page: Page, stacked: Stacked, left: float, fit: parts.Fitted) -> None:
    """The panels of a block, and its heading and labels left of the first."""
    block, ends = stacked.block, list(accumulate(stacked.heights))
    middles = [
        end - (height - row.above) / 2
        for end, height, row in zip(ends, stacked.heights, block.rows, strict=True)
    ]
    for i, drawn in enumerate(block.panels):
        x = left + fit.left + i * (fit.panel + parts.BETWEEN)
        axes = page.axes(x, stacked.top + stacked.above, fit.panel, stacked.shrink * ends[-1])
        axes.set_ylim(ends[-1], 0)
        panel.draw(axes, drawn, middles, fit)
        if fit.layout.are_rows_ruled:
            across = axes.get_yaxis_transform()
            axes.hlines(ends[:-1], 0, 1, color=GRID, linewidth=0.5, zorder=0, transform=across)
        if i == 0:
            panel.label(axes, block, stacked.heading, middles, fit)
