"""Small panels of one size in rows, on a page that stays printable however many they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.display.figures.page import ONE_COLUMN, SAMPLE, TWO_COLUMNS, Page
from sim.display.figures.style import SECOND
from sim.display.figures.texts import POINTS_PER_MM, wrapped

ROOM = 205.0
"""Millimetres for panels on a page of A4, less its margins, title and caption."""

TITLE, SUBTITLE_LINE, ABOVE = 4.0, 3.2, 4.5


class Size(NamedTuple):
    """Panels side by side, in mm: from the left edge, a panel, between panels, below each.

    A panel is `least` to `most` high; its head may be `beside` wider than the panel.
    """

    left: float
    width: float
    between: float
    below: float
    least: float
    most: float
    beside: float = 0.0


class Room(NamedTuple):
    """Panels of the same height, in mm, and how many stand side by side."""

    left: float
    between: float
    right: float
    height: float
    below: float
    abreast: int = 2


class Grid(NamedTuple):
    """A page with a panel for each head, and how high these are in mm."""

    page: Page
    panels: list[Axes]
    height: float


def grid(
    heads: Sequence[tuple[str, str]],
    cells: Sequence[tuple[int, int]],
    size: Size,
    title: str,
    legend: Sequence[Sequence[Artist]],
    caption: Sequence[str],
    sample: float = SAMPLE,
) -> Grid:
    """A panel with a head at each row and column of `cells`."""
    above, high, rows = fitted(heads, cells, size)
    pitch = above + high + size.below
    page = Page(TWO_COLUMNS, pitch * rows, title, legend, caption, sample)
    panels = []
    for (row, column), (name, below) in zip(cells, heads, strict=True):
        left = size.left + column * (size.width + size.between)
        axes = page.axes(left, row * pitch + above, size.width, high)
        head(axes, name, below, size.width + size.beside, above)
        panels.append(axes)
    return Grid(page, panels, high)


class Titled(NamedTuple):
    """A figure with a panel for each title, and how wide these are in mm."""

    figure: Figure
    panels: list[Axes]
    width: float


def titled(
    titles: Sequence[str], room: Room, title: str, legend: Sequence[Sequence[Artist]],
    caption: Sequence[str],
) -> Titled:  # fmt: skip
    """A panel below each title, so many abreast; one panel alone takes one column of a journal."""
    width = ONE_COLUMN if len(titles) == 1 else TWO_COLUMNS
    columns = min(len(titles), room.abreast)
    panel = (width - room.left - room.right + room.between) / columns - room.between
    pitch = ABOVE + room.height + room.below
    page = Page(width, pitch * -(-len(titles) // columns), title, legend, caption)
    panels = []
    for (row, column), name in zip(in_rows(len(titles), columns), titles, strict=True):
        left = room.left + column * (panel + room.between)
        panels.append(page.axes(left, ABOVE + row * pitch, panel, room.height))
        panels[-1].set_title(name)
    return Titled(page.figure, panels, panel)


def fitted(
    heads: Sequence[tuple[str, str]], cells: Sequence[tuple[int, int]], size: Size
) -> tuple[float, float, int]:
    """Millimetres above a panel and of a panel, and how many rows of panels there are."""
    above, rows = head_room([below for _, below in heads], size.width + size.beside), down(cells)
    return above, height(rows, above + size.below, size.least, size.most), rows


def in_rows(count: int, abreast: int) -> list[tuple[int, int]]:
    """Row and column of so many panels, one after the other."""
    return [divmod(i, abreast) for i in range(count)]


def down(cells: Sequence[tuple[int, int]]) -> int:
    """How many rows there are."""
    return 1 + max(row for row, _ in cells)


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
        color=SECOND, linespacing=1.1,
    )  # fmt: skip


def head_room(every: Sequence[str], width: float) -> float:
    """Millimetres that the longest head takes."""
    return 2.0 + TITLE + SUBTITLE_LINE * max(len(wrapped(below, width)) for below in every)
