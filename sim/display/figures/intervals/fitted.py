"""How wide the columns of an interval figure are, and how high its rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sim.display.figures.intervals.parts import Block, Layout, Mark, Row
from sim.display.figures.page import MARGIN
from sim.display.figures.texts import height, millimetres, wrapped

BETWEEN, GAP, EDGE = 5.0, 2.5, 3.0
"""Between panels, beside labels and printed numbers, at the right edge, in mm."""

BEFORE_SCALE = 6.0
"""From a panel to the name of its scale at the left, in mm."""


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


def fitted(blocks: Sequence[Block], layout: Layout, width: float) -> Fitted:
    """Labels and numbers as wide as they are, and panels as wide as the rest allows."""
    rows = [row for block in blocks for row in block.rows]
    labels = max(_widest(wrapped(row.label, layout.labels)) for row in rows)
    beside = max(_widest(wrapped(row.beside, layout.beside)) for row in rows)
    if not layout.is_scale_below:
        scale = max(millimetres(block.panels[0].scale) for block in blocks)
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
    lines = (wrapped(row.label, layout.labels), wrapped(row.beside, layout.beside))
    return row.above + max(row.height, layout.around + height(max(lines, key=len)))


def _widest(lines: Sequence[str]) -> float:
    return max(map(millimetres, lines), default=0.0)
