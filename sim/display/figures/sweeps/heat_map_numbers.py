"""The numbers in the cells of a heat map: how they are written, and their colours."""

from __future__ import annotations

import math
from collections.abc import Sequence

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.colors import Colormap, ListedColormap, Normalize

from sim.display.figures import scales, style
from sim.display.numbers import fixed, typeset

ONE_SIGN, BOTH_SIGNS = "cividis", "managua"
"""Scales of even steps that the colour-blind read too; that of both signs is darkest at none."""

LIGHT, DARK = "#ffffff", "#111111"


def colors(every: np.ndarray) -> tuple[Colormap, Normalize]:
    """Lighter the further from 0; in two hues where both signs occur, pale where all are equal."""
    low, high = float(every.min()), float(every.max())
    most = max(abs(low), abs(high))
    if not scales.distance(low, high):
        return ListedColormap([style.PALEST]), Normalize(low, high)
    if low < 0 < high:
        return matplotlib.colormaps[BOTH_SIGNS], Normalize(-most, most)
    colors = matplotlib.colormaps[ONE_SIGN]
    return (colors.reversed() if high <= 0 else colors), Normalize(low, high)


def readable(color: Sequence[float]) -> str:
    """Light letters on dark cells and dark letters on light ones."""
    light = np.dot(np.array(color[:3]) ** 2.2, (0.2126, 0.7152, 0.0722))
    return DARK if light > 0.18 else LIGHT


def decimals(rows: pd.DataFrame) -> int:
    """The decimals of all cells of an outcome: as many as tell its numbers apart.

    They end with the first digit of the Monte Carlo error.
    """
    low, high = float(rows["estimate"].min()), float(rows["estimate"].max())
    distance = scales.distance(low, high) or max(abs(low), abs(high)) or 1.0
    error = float(rows["mc_error"].median())
    noise = math.floor(math.log10(error)) if error > 0 else -3
    return int(np.clip(min(np.ceil(np.log10(30 / distance)), -noise), 0, 3))


def texts(numbers: pd.DataFrame) -> list[str]:
    """The number of every cell as it is written."""
    return [
        typeset(fixed(value, decimals(rows)))
        for _, rows in numbers.groupby("outcome")
        for value in rows["estimate"]
    ]
