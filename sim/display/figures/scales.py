"""The scales of panels: round numbers along them, and ends that leave room round what is drawn."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from sim.display.figures.style import GRID
from sim.display.figures.texts import millimetres
from sim.vocabulary import UNCHANGED

NEAR = 0.5
"""Zero is near where all values lie on one side of it, and the smallest below half the largest."""

UNITS = {"ug/L": "µg/L"}
"""Units that are spelt otherwise in a file."""

ROUND_ONE_VALUE = 1.2
"""Room at either end where all values are one: no number stands at the end, where the numbers of
the panel beside it begin."""

STEPS = [1, 2, 2.5, 5, 10]

PER_NUMBER, APART = 9.5, 1.0
"""The least room of a number along an axis, and the least between two, in mm."""


def number(axes: Axes, which: Literal["x", "y"], most: int, least: int = 3) -> None:
    """Round numbers along an axis, with a line of the grid at each."""
    axis: Axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_major_locator(MaxNLocator(most, steps=STEPS, min_n_ticks=least))
    axes.grid(axis=which, color=GRID, linewidth=0.5)


def number_across(axes: Axes, width: float, most: int, beyond: float = math.inf) -> None:
    """Round numbers along the x-axis of a panel `width` mm wide, as many as stand apart.

    `beyond` is how far right of the panel the last number may reach, in mm.
    """
    _number_apart(axes, width, most)
    low, high = axes.get_xlim()
    ticks = [tick for tick in axes.get_xticks() if low <= tick <= high]
    last = millimetres(axes.xaxis.get_major_formatter().format_ticks(ticks)[-1])
    if len(ticks) > 2 and last / 2 > beyond + (high - ticks[-1]) / (high - low) * width:
        axes.set_xticks(ticks[:-1])


def _number_apart(axes: Axes, width: float, most: int) -> None:
    low, high = axes.get_xlim()
    for count in range(max(2, min(most, int(width / PER_NUMBER))), 1, -1):
        number(axes, "x", count, min(3, count))
        ticks = [tick for tick in axes.get_xticks() if low <= tick <= high]
        widest = max(map(millimetres, axes.xaxis.get_major_formatter().format_ticks(ticks)))
        if len(ticks) < 2 or (ticks[1] - ticks[0]) / (high - low) * width > widest + APART:
            return
    axes.set_xticks(ticks[::2])


def limits(values: ArrayLike, zero: bool | None = None, room: float = 0.06) -> tuple[float, float]:
    """The ends of a scale round the values that are known.

    Zero is in view where `zero` is True, and where it is near if that is None. `room` is the
    share of the scale that is left at either end.
    """
    known = np.asarray(values, float)
    known = known[np.isfinite(known)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)
    is_near = 0 <= low < NEAR * high or NEAR * low < high <= 0 or low == high
    if zero or (zero is None and is_near):
        low, high = min(low, 0.0), max(high, 0.0)
    around = room * distance(low, high) or ROUND_ONE_VALUE
    return low - around, high + around


def distance(low: float, high: float) -> float:
    """How far apart two numbers are; what rounding alone makes is none."""
    return high - low if high - low > UNCHANGED * max(abs(low), abs(high)) else 0.0
