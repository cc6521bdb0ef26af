"""The cells of a heat map: how large they are, and where the panels stand."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import pandas as pd

from sim.display.figures import multiples
from sim.display.figures.form import TWO_COLUMNS, at_most
from sim.display.figures.page import MARGIN
from sim.display.figures.sweeps.axes_of_grid import Axis
from sim.display.figures.texts import millimetres, wrapped

LINE, BETWEEN, RIGHT, BAR = 3.1, 6.0, 2.0, 11.0
"""In mm: a line of text, between panels, at the right edge, a scale of colours."""

NUMBER, WIDEST, HIGHEST, LOWEST = 7.5, 22.0, 7.0, 3.4
"""In mm: of a cell, the width that its number takes, and the most and least that it has."""

TICKS = 26.0
"""Millimetres that the values of the upright axis take at most."""


class Panel(NamedTuple):
    """One outcome of one case, at one value of a third axis; `below` stands below its title."""

    outcome: str
    below: str
    has_base: bool
    rows: pd.DataFrame


class Cells(NamedTuple):
    """The cells of every panel of a heat map; lengths in mm.

    `width` and `height` are those of a panel, `left` is that of the first; `above` is the height of
    titles and `total` that of all rows. `places` are the upper left corners of the panels.
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
    left: float
    above: float
    total: float
    places: list[tuple[Panel, float, float]]


def fitted(across: Axis, up: Axis, panels: list[Panel]) -> Cells:
    """Cells as large as fit a page, and with their numbers where these fit a cell."""
    counts = [*Counter(panel.outcome for panel in panels).values()]
    groups = counts if max(counts) > 1 else [len(panels)]
    ticks_up = ["\n".join(wrapped(tick, TICKS)) for tick in up.ticks]
    beside = millimetres("\n".join(ticks_up))
    abreast, cell = _abreast(across, MARGIN + 3 * LINE + beside + 2.0, min(4, max(groups)))
    written = cell >= NUMBER - 1
    cell -= BAR / len(across.values) * (not written)
    width = cell * len(across.values)
    ticks_across = ["\n".join(wrapped(tick, max(5.0, cell - 0.5))) for tick in across.ticks]
    label_across = wrapped(across.label, max(18.0, width + 2))
    lines = max(tick.count("\n") + 1 for tick in ticks_across) + len(label_across)
    above, below = multiples.head_room([p.below for p in panels], width), LINE * lines
    grid = _grid(groups, abreast)
    rows, many = multiples.down(grid), len(up.values)
    height = multiples.height(rows, above + below + 4.0, LOWEST * many, HIGHEST * many)
    label_up = wrapped(up.label, max(18.0, height + 4))
    left = MARGIN + LINE * len(label_up) + beside + 2.0
    pitch, step = above + height + below + 4.0, width + BETWEEN + BAR * (not written)
    places = [
        (panel, left + column * step, row * pitch + above)
        for panel, (row, column) in zip(panels, grid, strict=True)
    ]
    return Cells(
        across, up, written, ticks_across, ticks_up, label_across, label_up, width, height, left,
        above, pitch * rows, places,
    )  # fmt: skip


def _abreast(across: Axis, left: float, most: int) -> tuple[int, float]:
    """Panels side by side, as many as leave room for numbers and words, and a cell's width."""
    longest = 0.5 + millimetres("\n".join(across.ticks).replace(" ", "\n"))
    for abreast in range(most, 0, -1):
        space = at_most(TWO_COLUMNS) - left - RIGHT - BETWEEN * (abreast - 1)
        cell = min(WIDEST, space / abreast / len(across.values))
        if cell >= max(NUMBER, longest):
            break
    return abreast, cell


def _grid(groups: list[int], abreast: int) -> list[tuple[int, int]]:
    """Row and column of every panel; each group of panels begins a row."""
    places: list[tuple[int, int]] = []
    for count in groups:
        first = multiples.down(places) if places else 0
        places += [(first + row, column) for row, column in multiples.in_rows(count, abreast)]
    return places
