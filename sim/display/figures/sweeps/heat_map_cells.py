"""The cells of a heat map: how large they are, and where the panels stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import accumulate, pairwise
from typing import NamedTuple

import pandas as pd

from sim.display.figures import multiples
from sim.display.figures.form import TWO_COLUMNS, at_most
from sim.display.figures.page import MARGIN
from sim.display.figures.sweeps.axes_of_grid import Axis
from sim.display.figures.texts import millimetres, wrapped

LINE, RIGHT, BAR, AFTER = 3.1, 1.0, 10.5, 4.0
"""In mm: a line of text, at the right edge, a scale of colours, below a row of panels."""

BETWEEN, AFTER_BAR = 5.0, 2.0
"""Between panels, in mm, and where a scale of colours stands between them."""

AROUND, WIDEST, HIGHEST, LOWEST = 0.8, 22.0, 7.0, 3.2
"""In mm: of a cell, the room around its number, and the most and least that it has."""

TICKS = 26.0
"""Millimetres that the values of the upright axis take at most."""


class Panel(NamedTuple):
    """One outcome of one case, at one value of a third axis.

    `title` is empty beside and below a panel that has it; `below` stands below the title.
    """

    outcome: str
    title: str
    below: str
    has_base: bool
    rows: pd.DataFrame


class Place(NamedTuple):
    """Where a panel stands: its upper left corner, and the room above it, in mm.

    `row_has_title` is whether a panel of its row has a title, `is_first` whether it begins the row,
    `is_last` whether none stands below it, and `has_bar` whether the scale of colours of its
    outcome stands beside it.
    """

    panel: Panel
    left: float
    top: float
    above: float
    row_has_title: bool
    is_first: bool
    is_last: bool
    has_bar: bool


class Cells(NamedTuple):
    """The cells of every panel of a heat map; lengths in mm.

    `width` and `height` are those of a panel, `total` is the height of all rows.
    """

    across: Axis
    up: Axis
    are_written: bool
    ticks_across: list[str]
    ticks_up: list[str]
    label_across: list[str]
    label_up: list[str]
    width: float
    height: float
    total: float
    places: list[Place]


def fitted(across: Axis, up: Axis, panels: list[Panel], number: float, room: float) -> Cells:
    """Cells as large as fit a page, and with their numbers where these fit a cell.

    `number` is how wide the widest number is, `room` how high all rows may be, in mm.
    """
    counts = [*Counter(panel.outcome for panel in panels).values()]
    is_shared = max(counts) > 1
    step = BETWEEN if is_shared else AFTER_BAR + BAR
    ticks_up = ["\n".join(wrapped(tick, TICKS)) for tick in up.ticks]
    beside = millimetres("\n".join(ticks_up)) + 2.0
    space = at_most(TWO_COLUMNS) - MARGIN - 3 * LINE - beside - RIGHT - BAR + step
    groups = counts if is_shared else [len(panels)]
    abreast, cell = _abreast(across, number + AROUND, space, step, min(4, max(groups)))
    width, rows = cell * len(across.values), _rows(panels, groups, abreast)
    ticks_across = ["\n".join(wrapped(tick, max(5.0, cell - 0.5))) for tick in across.ticks]
    label_across = wrapped(across.label, max(18.0, width + 2))
    ticks = LINE * max(tick.count("\n") + 1 for tick in ticks_across) + AFTER
    above = [_above(row, width) for row in rows]
    below = [ticks + LINE * len(label_across) * _has_last(rows, i) for i in range(len(rows))]
    many, around = len(up.values), (sum(above) + sum(below)) / len(rows)
    height = multiples.height(len(rows), around, LOWEST * many, HIGHEST * many, room)
    label_up = wrapped(up.label, max(18.0, height + 4))
    tops = [*accumulate((a + height + b for a, b in zip(above, below, strict=True)), initial=0.0)]
    corner = Corner(MARGIN + LINE * len(label_up) + beside, width + step, is_shared)
    return Cells(
        across, up, cell >= number + AROUND - 0.1, ticks_across, ticks_up, label_across, label_up,
        width, height, tops[-1], [*_places(rows, corner, tops, above)],
    )  # fmt: skip


class Corner(NamedTuple):
    """Left of the first panel, from panel to panel, and whether a row is of one outcome."""

    left: float
    step: float
    is_shared: bool


def _places(
    rows: list[list[Panel]], corner: Corner, tops: list[float], above: list[float]
) -> Iterator[Place]:
    """Where each panel stands; an outcome has one scale of colours a row."""
    for (i, row), top, head in zip(enumerate(rows), tops, above, strict=False):
        for column, panel in enumerate(row):
            is_end = column == len(row) - 1
            yield Place(
                panel, corner.left + column * corner.step, top + head, head,
                any(each.title for each in row), column == 0,
                _is_last(rows, i, column), is_end or not corner.is_shared,
            )  # fmt: skip


def _above(row: list[Panel], width: float) -> float:
    """Millimetres above a row, whose title stands above its first panel if it has one."""
    room = multiples.head_room([panel.below for panel in row], width)
    return room - multiples.TITLE * (not any(panel.title for panel in row))


def _is_last(rows: list[list[Panel]], row: int, column: int) -> bool:
    """Whether no panel stands below one."""
    return all(column >= len(below) for below in rows[row + 1 :])


def _has_last(rows: list[list[Panel]], row: int) -> bool:
    return any(_is_last(rows, row, column) for column in range(len(rows[row])))


def _abreast(
    across: Axis, number: float, space: float, step: float, most: int
) -> tuple[int, float]:
    """Panels side by side, as many as leave room for numbers and words, and a cell's width."""
    longest = 0.5 + millimetres("\n".join(across.ticks).replace(" ", "\n"))
    for abreast in range(most, 0, -1):
        cell = min(WIDEST, (space / abreast - step) / len(across.values))
        if cell >= max(number, longest):
            break
    return abreast, cell


def _rows(panels: list[Panel], groups: list[int], abreast: int) -> list[list[Panel]]:
    """The panels in rows; each group begins a row."""
    ends = [*accumulate(groups, initial=0)]
    return [
        panels[i : min(i + abreast, last)]
        for first, last in pairwise(ends)
        for i in range(first, last, abreast)
    ]
