"""Small panels of one size in rows, on a page that stays printable however many they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes

from sim.display.figures.form import ONE_COLUMN, TWO_COLUMNS, at_most, form
from sim.display.figures.page import SAMPLE, Around, Page
from sim.display.figures.style import SECOND, Legend
from sim.display.figures.texts import POINTS_PER_MM, millimetres, wrapped

ROOM = 205.0
"""Millimetres that panels take at most."""

TITLE, SUBTITLE_LINE, ABOVE, TITLE_LINE = 4.0, 3.2, 4.5, 3.6
ASCENT = 2.0
"""Millimetres from the line on which letters stand to the top of the highest."""

EDGE = 4.0
"""Millimetres right of the last panel on a narrow page."""

NARROWEST = 20.0
"""Millimetres that a panel is wide where more stand abreast than usual."""

LEAST = 14.0
"""Millimetres that a panel is high, however many there are."""


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
    """Panels of the same height, in mm, and how many stand side by side.

    `spare` is what the last row does not need of the room `below` each row. Panels are `least` high
    where the page has not more room.
    """

    left: float
    between: float
    right: float
    height: float
    below: float
    abreast: int = 2
    spare: float = 0.0
    least: float = LEAST


class Grid(NamedTuple):
    """A page with its panels, how wide and high these are in mm, and how many stand abreast."""

    page: Page
    panels: list[Axes]
    width: float
    height: float
    abreast: int


def grid(
    heads: Sequence[tuple[str, str]], cells: Sequence[tuple[int, int]], size: Size, title: str,
    legend: Legend, caption: Sequence[str], sample: float = SAMPLE,
) -> Grid:  # fmt: skip
    """A panel with a head at each row and column of `cells`."""
    room = room_for(TWO_COLUMNS, title, legend, caption, sample)
    size, cells = reflowed(heads, cells, size, room)
    above, high, rows = fitted(heads, cells, size, room)
    page = Page(TWO_COLUMNS, (above + high + size.below) * rows, title, legend, caption, sample)
    laid_out = _laid_out(page, cells, size, above, high)
    for axes, (name, below) in zip(laid_out.panels, heads, strict=True):
        head(axes, name, below, size.width + size.beside, above)
    return laid_out


def titled(
    titles: Sequence[str], room: Room, title: str, legend: Legend, caption: Sequence[str]
) -> Grid:
    """A panel below each title, so many abreast."""
    width, columns = _page_width(len(titles)), min(len(titles), abreast(room.abreast))
    panel = panel_width(room, len(titles))
    size = Size(room.left, panel, room.between, room.below, room.least, room.height)
    cells = in_rows(len(titles), columns)
    names = [wrapped(name, panel, is_title=True) for name in titles]
    above = ABOVE + TITLE_LINE * (max(map(len, names)) - 1)
    space = room_for(width, title, legend, caption) + room.spare
    high = height(down(cells), above + room.below, room.least, room.height, space)
    panels = (above + high + room.below) * down(cells) - room.spare
    page = Page(width, panels, title, legend, caption)
    laid_out = _laid_out(page, cells, size, above, high)
    for axes, name in zip(laid_out.panels, names, strict=True):
        axes.set_title("\n".join(name))
    return laid_out


def panel_width(room: Room, panels: int) -> float:
    """Millimetres of each of so many panels in the form in force."""
    columns = min(panels, abreast(room.abreast))
    inside = _page_width(panels) - room.left - room.right
    return (inside + room.between) / columns - room.between


def _page_width(panels: int) -> float:
    """One panel alone takes one column of a journal."""
    return at_most(ONE_COLUMN if panels == 1 else TWO_COLUMNS)


def _laid_out(
    page: Page, cells: Sequence[tuple[int, int]], size: Size, above: float, high: float
) -> Grid:
    """A panel of the given mm at each row and column of `cells`, with so much room above it."""
    across, pitch = size.width + size.between, above + high + size.below
    panels = [
        page.axes(size.left + column * across, row * pitch + above, size.width, high)
        for row, column in cells
    ]
    return Grid(page, panels, size.width, high, 1 + max(column for _, column in cells))


def room_for(
    width: float, title: str, legend: Legend, caption: Sequence[str], sample: float = SAMPLE
) -> float:
    """Millimetres that title, legend and caption leave for panels."""
    return min(ROOM, form().height - Around.of(width, title, legend, caption, sample).height)


def reflowed(
    heads: Sequence[tuple[str, str]], cells: Sequence[tuple[int, int]], size: Size, room: float
) -> tuple[Size, Sequence[tuple[int, int]]]:
    """Panels and their places on a page as wide as the form in force, all of them within it."""
    if at_most(TWO_COLUMNS) == TWO_COLUMNS:
        return size, cells
    before = 1 + max(column for _, column in cells)
    for columns in range(abreast(before), max(before, 2) + 1):
        if columns > abreast(before) and not _has_room(heads, _narrow(size, columns)):
            break
        narrow, places = _narrow(size, columns), in_rows(len(cells), columns)
        above, high, rows = fitted(heads, places, narrow, room)
        if rows * (above + high + size.below) <= room + 0.1:
            break
    return narrow, places


def _has_room(heads: Sequence[tuple[str, str]], size: Size) -> bool:
    """Whether panels are wide enough for their titles, and for what they show."""
    title = max(millimetres(name, is_title=True) for name, _ in heads)
    return size.width >= max(NARROWEST, title - min(EDGE, size.between))


def _narrow(size: Size, columns: int) -> Size:
    """So many panels abreast on a narrow page."""
    space = at_most(TWO_COLUMNS) - size.left - max(EDGE, size.beside) + size.between
    return size._replace(width=min(space / columns - size.between, 2 * size.width))


def abreast(most: int) -> int:
    """How many panels stand side by side on a page as wide as the form in force."""
    return max(1, int(most * at_most(TWO_COLUMNS) / TWO_COLUMNS))


def fitted(
    heads: Sequence[tuple[str, str]], cells: Sequence[tuple[int, int]], size: Size,
    room: float = ROOM,
) -> tuple[float, float, int]:  # fmt: skip
    """Millimetres above a panel and of a panel, and how many rows of panels there are."""
    above, rows = head_room([below for _, below in heads], size.width + size.beside), down(cells)
    return above, height(rows, above + size.below, size.least, size.most, room), rows


def in_rows(count: int, abreast: int) -> list[tuple[int, int]]:
    """Row and column of so many panels, one after the other."""
    return [divmod(i, abreast) for i in range(count)]


def down(cells: Sequence[tuple[int, int]]) -> int:
    """How many rows there are."""
    return 1 + max(row for row, _ in cells)


def height(rows: int, around: float, least: float, most: float, room: float = ROOM) -> float:
    """Of a panel, in mm, so that so many rows fit a page."""
    return min(most, max(least, room / rows - around))


def head(axes: Axes, title: str, below: str, width: float, above: float) -> None:
    """A title, and below it in plain letters its scale and what tells it from its neighbours.

    `above` is the room that `head_room` found, so that the heads of a row begin at one height. The
    scale stands here and not beside the axis, where it would be longer than a low panel.
    """
    axes.set_title(title, pad=(above - TITLE) * POINTS_PER_MM)
    lines = wrapped(below, width)
    # One line stands by its foot: its top depends on its letters.
    down, side = (ASCENT, "baseline") if len(lines) == 1 else (0.0, "top")
    axes.annotate(
        "\n".join(lines), (0, 1), xycoords="axes fraction",
        xytext=(0, (above - TITLE - 1.0 - down) * POINTS_PER_MM), textcoords="offset points",
        va=side, color=SECOND, linespacing=1.1,
    )  # fmt: skip


def head_room(every: Sequence[str], width: float) -> float:
    """Millimetres that the longest head takes."""
    return 2.0 + TITLE + SUBTITLE_LINE * max(len(wrapped(below, width)) for below in every)
