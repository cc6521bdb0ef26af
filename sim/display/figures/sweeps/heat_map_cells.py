"""The cells of a heat map: how large they are, and where the panels stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import pandas as pd

from sim.display.figures import multiples
from sim.display.figures.page import MARGIN, TWO_COLUMNS
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
    third: object
    rows: pd.DataFrame


class Cells(NamedTuple):
    """The cells of every panel of a heat map, and its row and column; lengths in mm."""

    across: Axis
    up: Axis
    panels: list[Panel]
    grid: list[tuple[int, int]]
    cell: float
    high: float
    are_written: bool

    @property
    def width(self) -> float:
        """Of a panel."""
        return self.cell * len(self.across.values)

    @property
    def height(self) -> float:
        """Of a panel."""
        return self.high * len(self.up.values)

    @property
    def ticks_across(self) -> list[str]:
        """The values below the cells, in lines as wide as a cell."""
        return ["\n".join(wrapped(tick, max(5.0, self.cell - 0.5))) for tick in self.across.ticks]

    @property
    def ticks_up(self) -> list[str]:
        """The values beside the cells."""
        return ["\n".join(wrapped(tick, TICKS)) for tick in self.up.ticks]

    @property
    def label_across(self) -> list[str]:
        """The name of the level axis, in lines as wide as a panel."""
        return wrapped(self.across.label, max(18.0, self.width + 2))

    @property
    def label_up(self) -> list[str]:
        """The name of the upright axis, in lines as long as a panel is high."""
        return wrapped(self.up.label, max(18.0, self.height + 4))

    @property
    def left(self) -> float:
        """Of the first panel."""
        return MARGIN + LINE * len(self.label_up) + millimetres("\n".join(self.ticks_up)) + 2.0

    @property
    def above(self) -> float:
        """Of the titles."""
        return multiples.head_room([panel.below for panel in self.panels], self.width)

    @property
    def pitch(self) -> float:
        """From one row of panels to the next."""
        ticks = max(tick.count("\n") + 1 for tick in self.ticks_across)
        return self.above + self.height + LINE * (ticks + len(self.label_across)) + 4.0

    @property
    def total(self) -> float:
        """Of all rows."""
        return self.pitch * multiples.down(self.grid)

    @property
    def places(self) -> Iterator[tuple[Panel, float, float]]:
        """Every panel with the place of its upper left corner."""
        step = self.width + BETWEEN + BAR * (not self.are_written)
        for panel, (row, column) in zip(self.panels, self.grid, strict=True):
            yield panel, self.left + column * step, row * self.pitch + self.above


def fitted(across: Axis, up: Axis, panels: list[Panel]) -> Cells:
    """Cells as large as fit a page, and with their numbers where these fit a cell."""
    counts = [*Counter(panel.outcome for panel in panels).values()]
    groups = counts if max(counts) > 1 else [len(panels)]
    cells = Cells(across, up, panels, [], 0.0, HIGHEST, True)
    longest = 0.5 + millimetres("\n".join(across.ticks).replace(" ", "\n"))
    left = MARGIN + 3 * LINE + millimetres("\n".join(cells.ticks_up)) + 2.0
    for abreast in range(min(4, max(groups)), 0, -1):
        space = TWO_COLUMNS - left - RIGHT - BETWEEN * (abreast - 1)
        cell = min(WIDEST, space / abreast / len(across.values))
        if cell >= max(NUMBER, longest):
            break
    written = cell >= NUMBER - 1
    if not written:
        cell -= BAR / len(across.values)
    cells = cells._replace(grid=_grid(groups, abreast), cell=cell, are_written=written)
    around = cells.pitch - cells.height
    fits = (multiples.ROOM / multiples.down(cells.grid) - around) / len(up.values)
    return cells._replace(high=min(HIGHEST, max(LOWEST, fits)))


def _grid(groups: list[int], abreast: int) -> list[tuple[int, int]]:
    """Row and column of every panel; each group of panels begins a row."""
    places: list[tuple[int, int]] = []
    for count in groups:
        first = multiples.down(places) if places else 0
        places += [(first + row, column) for row, column in multiples.in_rows(count, abreast)]
    return places
