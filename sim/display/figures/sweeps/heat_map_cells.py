"""The cells of a heat map: how large they are, and where the panels stand."""

from __future__ import annotations

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
    """The cells of every panel of a heat map; lengths in mm."""

    across: Axis
    up: Axis
    panels: list[Panel]
    abreast: int
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
        return _ticks_up(self.up)

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
        return MARGIN + LINE * len(self.label_up) + _width_of_ticks(self.up) + 2.0

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
        return self.pitch * (1 + max(row for row, _ in self._grid))

    @property
    def places(self) -> Iterator[tuple[Panel, float, float]]:
        """Every panel with the place of its upper left corner."""
        step = self.width + BETWEEN + BAR * (not self.are_written)
        for panel, (row, column) in zip(self.panels, self._grid, strict=True):
            yield panel, self.left + column * step, row * self.pitch + self.above

    @property
    def said(self) -> list[str]:
        """What a caption must add."""
        return [] if self.are_written else ["The CSV file holds the numbers of the cells."]

    @property
    def _grid(self) -> list[tuple[int, int]]:
        return _grid(self.panels, self.abreast)


def fitted(across: Axis, up: Axis, panels: list[Panel]) -> Cells:
    """Cells as large as fit a page, and with their numbers where these fit a cell."""
    several = len(panels) > len({panel.outcome for panel in panels})
    most = max(sum(p.outcome == o.outcome for p in panels) for o in panels) if several else 4
    left = MARGIN + 3 * LINE + _width_of_ticks(up) + 2.0
    for abreast in range(min(4, most, len(panels)), 0, -1):
        space = TWO_COLUMNS - left - RIGHT - BETWEEN * (abreast - 1)
        cell = min(WIDEST, space / abreast / len(across.values))
        if cell >= max(NUMBER, _least(across)):
            break
    written = cell >= NUMBER - 1
    if not written:
        cell -= BAR / len(across.values)
    cells = Cells(across, up, panels, abreast, cell, HIGHEST, written)
    rows = 1 + max(row for row, _ in _grid(panels, abreast))
    fits = (multiples.ROOM / rows - (cells.pitch - cells.height)) / len(up.values)
    return cells._replace(high=min(HIGHEST, max(LOWEST, fits)))


def _grid(panels: list[Panel], abreast: int) -> list[tuple[int, int]]:
    """Row and column of every panel; an outcome with several panels begins a row."""
    several = len(panels) > len({panel.outcome for panel in panels})
    places: list[tuple[int, int]] = []
    before = ""
    for panel in panels:
        row, column = (places[-1][0], places[-1][1] + 1) if places else (0, 0)
        if places and (column == abreast or (several and panel.outcome != before)):
            row, column = row + 1, 0
        places.append((row, column))
        before = panel.outcome
    return places


def _least(across: Axis) -> float:
    """Millimetres that the longest word below a cell takes."""
    return 0.5 + max(millimetres(part) for tick in across.ticks for part in tick.split(" "))


def _ticks_up(up: Axis) -> list[str]:
    return ["\n".join(wrapped(tick, TICKS)) for tick in up.ticks]


def _width_of_ticks(up: Axis) -> float:
    return max(millimetres(line) for tick in _ticks_up(up) for line in tick.split("\n"))
