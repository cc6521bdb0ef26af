"""The axis of time that figures share: months, and the end of the evidence."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from sim.display.figures.caption import Caption
from sim.display.figures.style import BAND, area_entry
from sim.display.numbers import significant
from sim.vocabulary import DAYS_PER_MONTH

STEPS = (1, 3, 6, 12, 24, 60, 120)
ROOM = 9.0
"""Millimetres from tick to tick that a label, or a count below it, needs."""

BEYOND: dict[str, Any] = {
    "facecolor": "none", "edgecolor": BAND, "hatch": "////", "linewidth": 0,
}  # fmt: skip
"""Hatched, because grey areas are bands: the two are told apart in any print."""


def ticks(months: float, width: float) -> list[int]:
    """Round months from 0 to the last, as close as a panel of `width` mm can label them."""
    step = next((step for step in STEPS if months / step * ROOM <= width), STEPS[-1])
    return list(range(0, int(months + 0.1) + 1, step))


def days(months: list[int]) -> npt.NDArray[np.int64]:
    """The whole days on which the months are full."""
    return np.round(np.array(months) * DAYS_PER_MONTH).astype(int)


def draw_months(
    axes: Axes, caption: Caption, at: list[int], last: float, since: str = "entry", late: float = 0
) -> None:
    """Label the axis from 0 to the month `last`, and hatch what lies past the evidence.

    `since` is what time counts from, `late` how many months after entry that is.
    """
    end = 1.02 * last
    axes.set_xlim(-0.02 * last, end)
    axes.set_xticks(at)
    axes.set_xlabel(f"Months since {since}")
    if caption.evidence_months is not None and caption.evidence_months - late < last:
        axes.axvspan(max(0, caption.evidence_months - late), end, zorder=0, **BEYOND)


def legend(caption: Caption) -> list[Artist]:
    """What the hatched area is, where there is one."""
    is_hatched = caption.evidence_months is not None
    return [area_entry("beyond the evidence", **BEYOND)] if is_hatched else []


def explained(caption: Caption) -> list[str]:
    """Where the evidence ends, for the caption."""
    if caption.evidence_months is None:
        return []
    last = significant(caption.evidence_months)
    return [f"Hatched: extrapolation beyond the last evidence (month {last})."]
