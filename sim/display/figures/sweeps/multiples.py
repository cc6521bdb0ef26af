"""Small panels of one size in rows, on a page that stays printable however many they are."""

from __future__ import annotations

from typing import NamedTuple

from matplotlib.axes import Axes

from sim.display.figures.page import Page
from sim.display.figures.sweeps.widths import wrapped
from sim.vocabulary import UNCHANGED

ROOM = 205.0
"""Millimetres for panels on a page of A4, less its margins, title and caption."""

POINTS_PER_MM = 72 / 25.4
TITLE, SUBTITLE_LINE = 4.0, 3.2
GREY = "#666666"


class Rows(NamedTuple):
    """Panels side by side, in mm: from the left edge, a panel, and the room around each."""

    left: float
    width: float
    between: float
    height: float
    above: float
    below: float

    @property
    def pitch(self) -> float:
        """From one row to the next."""
        return self.above + self.height + self.below

    def axes(self, page: Page, row: int, column: int) -> Axes:
        """A panel by its place."""
        left = self.left + column * (self.width + self.between)
        return page.axes(left, row * self.pitch + self.above, self.width, self.height)


def height(rows: int, around: float, least: float, most: float) -> float:
    """Of a panel, in mm, so that so many rows fit a page."""
    return min(most, max(least, ROOM / rows - around))


def head(axes: Axes, title: str, below: str, width: float, above: float) -> None:
    """A title, and below it in plain letters its scale and what tells it from its neighbours.

    `above` is the room that `head_room` found, so that the heads of a row begin at one height. The
    scale stands here and not beside the axis, where it would be longer than a low panel.
    """
    axes.set_title(title, pad=(above - TITLE) * POINTS_PER_MM)
    axes.annotate(
        "\n".join(wrapped(below, width)), (0, 1), xycoords="axes fraction",
        xytext=(0, (above - TITLE - 1.0) * POINTS_PER_MM), textcoords="offset points", va="top",
        color=GREY, linespacing=1.1,
    )  # fmt: skip


def head_room(every: list[str], width: float) -> float:
    """Millimetres that the longest head takes."""
    return 2.0 + TITLE + SUBTITLE_LINE * max(len(wrapped(below, width)) for below in every)


def spread(low: float, high: float) -> float:
    """How far apart two numbers are; what rounding alone makes is none."""
    return high - low if high - low > UNCHANGED * max(abs(low), abs(high)) else 0.0
