"""The data of an interval figure: rows of marks and bars, panels of rows, blocks of panels.

All lengths are in mm.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from sim.display.figures.style import INK

Look = Mapping[str, Any]


class Mark(NamedTuple):
    """An estimate and its interval, either of which may be NaN and is then not drawn.

    `down` is how far below the middle of its row it stands, `printed` are numbers at the right.
    """

    estimate: float
    low: float
    high: float
    symbol: Look
    line: Look
    down: float = 0.0
    printed: tuple[str, ...] = ()
    ink: str = INK


class Bar(NamedTuple):
    """A bar from one value to another, so thick, with its middle below that of its row."""

    start: float
    end: float
    look: Look
    thick: float
    down: float = 0.0


class Fall(NamedTuple):
    """A histogram: the edges of its bins and their heights, standing below the middle of a row."""

    edges: np.ndarray
    heights: np.ndarray
    look: Look
    down: float = 0.0


Part = Mark | Bar | Fall


class Row(NamedTuple):
    """A label, a second text beside it in grey, the least height, and the room above."""

    label: str
    height: float
    beside: str = ""
    ink: str = INK
    above: float = 0.0


class Upright(NamedTuple):
    """A line at a value across all rows, with a text above it."""

    value: float
    look: Look
    text: str = ""


class Panel(NamedTuple):
    """What is drawn in each row, and the scale below; `limits` are the ends of that scale."""

    rows: Sequence[Sequence[Part]]
    scale: str
    limits: tuple[float, float]
    title: str = ""
    subtitle: str = ""
    uprights: Sequence[Upright] = ()
    right: str = ""
    """A text above the right end."""


class Block(NamedTuple):
    """Panels side by side, with the labels of their rows and a heading at the left."""

    rows: Sequence[Row]
    panels: Sequence[Panel]
    heading: str = ""


class Layout(NamedTuple):
    """How wide labels and the texts beside them may be, and where things stand.

    `around` is the room round the text of a row, `abreast` how many panels share the width, where
    a block may have fewer. `sides` says to which side each column of printed numbers is aligned,
    `heads` what stands above them.
    """

    labels: float = 56.0
    beside: float = 29.0
    around: float = 0.9
    abreast: int = 1
    ticks: int = 6
    is_scale_below: bool = False
    are_rows_ruled: bool = False
    sides: tuple[Literal["left", "right"], ...] = ()
    heads: tuple[str, ...] = ()


def line(color: str) -> dict[str, Any]:
    """How a 95 % interval looks."""
    return {"color": color, "linewidth": 1.3, "zorder": 3}


def abreast(panels: Sequence[Panel], rows: Sequence[Row], most: int) -> list[Block]:
    """Panels of the same rows as blocks of so many side by side."""
    return [Block(rows, panels[i : i + most]) for i in range(0, len(panels), most)]


def grouped(
    rows: pd.DataFrame, headings: Sequence[str], by: str
) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Rows by their heading and by the column that tells their scales apart, with both."""
    for heading in headings:
        under = rows[rows["heading"] == heading]
        for scale, same in under.groupby(by, sort=False):
            yield heading, str(scale), same
