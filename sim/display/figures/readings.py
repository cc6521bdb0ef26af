"""The four readings of an annual increase on one page: what they say of arms and differences."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from sim.display.figures.caption import MM_PER_CHARACTER
from sim.display.figures.differences import label_of
from sim.display.figures.page import MARGIN, TWO_COLUMNS, Page
from sim.display.figures.style import ArmStyle, arm_style
from sim.vocabulary import Arms, arms_of, rows_with

OUTCOMES = {
    "spine T-score": "T-score",
    "hip T-score": "T-score",
    "spine above T -2.5": "% of patients",
    "spine change": "% of the entry value",
    "vertebral fractures": "per 100 person-years",
    "all fractures": "per 100 person-years",
}
"""The outcomes shown, in the order of the panels, and what their scales are called."""

ABREAST = 3
LABELS, BETWEEN, RIGHT = 25.0, 5.0, 3.0
PANEL = (TWO_COLUMNS - LABELS - RIGHT - BETWEEN * (ABREAST - 1)) / ABREAST
HEADING, SCALE = 5.0, 10.5
LANE, BETWEEN_ROWS, MOST = 2.7, 1.9, 30.0
"""In mm: of the names of the readings, between panels, at the right edge, and of a panel; heights
of an arm, of the room between readings, and the most that a panel may take."""

GREY = "#e4e4e4"
REFERENCE: dict[str, Any] = {"linewidth": 0.5, "linestyle": (0, (2, 1.5)), "zorder": 1}
EXPLAINED = (
    "Above: the arms at the last visit, fractures over the whole follow-up. Below, as Δ: paired"
    " differences of the arms, the same patients and random numbers, with a line at none.",
    "Marks: estimates; lines: 95 % Monte Carlo intervals, which say how well the simulation knows"
    " its own mean, not what the published patients support; dashed: the scenario's own reading.",
    "Every fracture difference stands on the reading named beside it.",
)


class Band(NamedTuple):
    """Panels of one kind: of the arms, or of their differences, with the look of each."""

    looks: dict[Arms, ArmStyle]
    are_differences: bool

    @property
    def height(self) -> float:
        """Of a panel, in mm."""
        return min(MOST, 4 * (LANE * len(self.looks) + BETWEEN_ROWS))


def figure(summary: pd.DataFrame, own: str, title: str, sentences: Sequence[str] = ()) -> Figure:
    """The main outcomes under every reading, and below them the differences of the arms.

    `summary` is that of `sim.experiments.readings`, `own` the scenario's own reading. The caption
    opens with `sentences`.
    """
    rows = summary[(summary["against"] == "") & summary["outcome"].isin(list(OUTCOMES))]
    readings = list(rows["reading"].unique())
    found = [outcome for outcome in OUTCOMES if outcome in set(rows["outcome"])]
    bands = _bands(arms_of(rows))
    down = -(-len(found) // ABREAST)
    height = sum(down * (HEADING + band.height + SCALE) for band in bands)
    legend = [[_entry(arms, look) for arms, look in band.looks.items()] for band in bands]
    page = Page(TWO_COLUMNS, height, title, legend, _wrapped([*sentences, *EXPLAINED]))
    top = 0.0
    for band in bands:
        for place, outcome in enumerate(found):
            row, column = divmod(place, ABREAST)
            above = top + HEADING + row * (HEADING + band.height + SCALE)
            axes = page.axes(LABELS + column * (PANEL + BETWEEN), above, PANEL, band.height)
            _draw(axes, rows[rows["outcome"] == outcome], readings, own, band)
            _name(axes, outcome, readings if column == 0 else [], own, band)
        top += down * (HEADING + band.height + SCALE)
    return page.figure


def _bands(every: Sequence[Arms]) -> list[Band]:
    """The arms, then their differences, each of which looks like the arm that it is the gain of."""
    styles = arm_style([arms.arm for arms in every if not arms.against_arm])
    alone = {arms: styles[arms.arm] for arms in every if not arms.against_arm}
    differences = {arms: styles[arms.arm] for arms in every if arms.against_arm}
    return [Band(alone, False), *([Band(differences, True)] if differences else [])]


def _draw(axes: Axes, rows: pd.DataFrame, readings: list[str], own: str, band: Band) -> None:
    """One outcome: arms or differences below each other within a reading."""
    shown = list(band.looks)
    rows = rows_with(rows, shown)
    share = 1 / (len(shown) + BETWEEN_ROWS / LANE)
    for row in rows.itertuples():
        arms = Arms(str(row.arm), str(row.against_arm))
        look = band.looks[arms]
        within = (shown.index(arms) - (len(shown) - 1) / 2) * share
        y = readings.index(str(row.reading)) + within
        low, estimate, high = (float(getattr(row, part)) for part in ("low", "estimate", "high"))
        axes.plot((low, high), (y, y), color=look.color, linewidth=1.3, zorder=3)
        axes.plot([estimate], [y], **_mark(look, band.are_differences))
        if row.reading == own:
            axes.axvline(estimate, color=look.color, **REFERENCE)
    if band.are_differences:
        axes.axvline(0, color="#222222", linewidth=0.6, zorder=2)
    for place in range(1, len(readings)):
        axes.axhline(place - 0.5, color=GREY, linewidth=0.5, zorder=0)
    axes.set_ylim(len(readings) - 0.5, -0.5)
    axes.set_xlim(*_limits(rows[["estimate", "low", "high"]].to_numpy(float), band))


def _limits(values: np.ndarray, band: Band) -> tuple[float, float]:
    """The ends of a scale: round all intervals, and round 0 where that is near or means none."""
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)
    if band.are_differences or 0 <= low < high / 2 or high == low:
        low, high = min(low, 0.0), max(high, 0.0)
    room = 0.06 * (high - low) or 1.0
    return low - room, high + room


def _name(axes: Axes, outcome: str, readings: list[str], own: str, band: Band) -> None:
    """What is shown, on which scale, under which readings."""
    names = [f"{name} (own)" if name == own else name for name in readings]
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10], min_n_ticks=3))
    axes.grid(axis="x", color=GREY, linewidth=0.5)
    scale, label = OUTCOMES[outcome], label_of(outcome)
    if band.are_differences:
        scale, label = scale.replace("%", "percentage points"), f"Δ {label[0].lower()}{label[1:]}"
    axes.set_xlabel(scale)
    axes.set_title(label)


def _entry(arms: Arms, look: ArmStyle) -> Line2D:
    """An arm or a difference in the legend."""
    return Line2D([], [], label=arms.label("−"), **_mark(look, bool(arms.against_arm)))


def _mark(look: ArmStyle, is_difference: bool) -> dict[str, Any]:
    """Differences are open marks, so that no one is taken for its arm."""
    return {
        "color": look.color, "linestyle": "-", "linewidth": 1.3, "marker": look.marker,
        "markersize": 4.4, "markeredgewidth": 0.9 if is_difference else 0.5, "zorder": 4,
        "markerfacecolor": "white" if is_difference else look.color,
        "markeredgecolor": look.color if is_difference else "white",
    }  # fmt: skip


def _wrapped(sentences: Sequence[str]) -> list[str]:
    width = int((TWO_COLUMNS - 2 * MARGIN) / MM_PER_CHARACTER)
    lines = (textwrap.wrap(s, width, subsequent_indent="  " * (s[0] == "-")) for s in sentences)
    return [line for wrapped in lines for line in wrapped]
