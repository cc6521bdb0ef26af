"""The forest of paired differences between arms, with how well the simulation knows each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from sim.display.figures.caption import Caption
from sim.display.figures.differences import Panel, pairs_of, panels, rows_of
from sim.display.figures.page import MARGIN, TWO_COLUMNS, Page
from sim.display.figures.saved import Saved
from sim.display.figures.style import ArmStyle, arm_style
from sim.vocabulary import EVERYONE, Arms, arms_of

LABELS, NUMBERS = 52.0, 34.0
PANEL = TWO_COLUMNS - LABELS - NUMBERS
"""Widths in mm: of the labels, of the printed numbers, and of a panel between them."""

OUTCOME, LANE, HEADING, SCALE = 1.4, 3.2, 5.5, 6.5
"""Heights in mm: room round an outcome, a difference in it, a heading, the scale of a panel."""

LEFT, RIGHT = -(LABELS - MARGIN) / PANEL, 1 + (NUMBERS - MARGIN) / PANEL
"""Edges of the page, where labels begin and numbers end, in widths of a panel."""

INDENT = "    "
INK, GREY = "#222222", "#666666"

EXPLAINED = (
    "Marks: paired differences, the same virtual patients and random numbers in both arms.",
    "Lines: 95 % Monte Carlo intervals. They say how well the simulation knows its own mean, and"
    " more virtual patients narrow them; they do not say what the published patients support.",
    "Fracture differences stand on the reading of the annual increase.",
)


class Lane(NamedTuple):
    """One difference, and how far below the top of its panel it is drawn, in mm."""

    y: float
    row: Any
    is_first: bool
    """Whether it is the first difference of its outcome and carries the label."""


def figure(saved: Saved, caption: Caption) -> tuple[Figure, pd.DataFrame] | None:
    """Every outcome's paired difference at its last time; None where there is one arm."""
    rows = rows_of(saved.summary, caption.arms)
    if rows.empty:
        return None
    looks = _looks(rows, caption.arms)
    found = list(panels(rows))
    lines = caption.lines(TWO_COLUMNS, *EXPLAINED, *_when(rows))
    handles = [Line2D([], [], label=arms.label("−"), **_mark(look)) for arms, look in looks.items()]
    headings = len({panel.heading for panel in found})
    height = HEADING * headings + sum(_height(panel) + SCALE for panel in found)
    page = Page(TWO_COLUMNS, height, caption.title, [handles], lines)
    top, heading = 0.0, ""
    for panel in found:
        is_first = panel.heading != heading
        top += HEADING * is_first
        axes = page.axes(LABELS, top, PANEL, _height(panel))
        _draw(axes, panel, looks)
        if is_first:
            axes.set_title(panel.heading, x=LEFT)
        top, heading = top + _height(panel) + SCALE, panel.heading
    page.figure.axes[0].annotate(
        "difference [95 % interval]", (RIGHT, 1), xycoords="axes fraction", xytext=(0, 4),
        textcoords="offset points", ha="right", va="bottom", color=GREY,
    )  # fmt: skip
    return page.figure, pd.concat([panel.rows for panel in found], ignore_index=True)


def _looks(rows: pd.DataFrame, arms: tuple[str, ...]) -> dict[Arms, ArmStyle]:
    """Each difference looks like the arm that it is the gain of."""
    styles = arm_style(arms)
    return {pair: styles[pair.arm] for pair in pairs_of(arms) if pair in arms_of(rows)}


def _lanes(panel: Panel) -> Iterator[Lane]:
    """The rows of a panel from top to bottom; an outcome's differences stand close together."""
    y, before = 0.0, ""
    for row in panel.rows.itertuples():
        outcome = f"{row.outcome} {row.subgroup}"
        if outcome != before and row.subgroup == EVERYONE:
            y += OUTCOME if before else OUTCOME / 2
        yield Lane(y + LANE / 2, row, outcome != before)
        y, before = y + LANE, outcome


def _height(panel: Panel) -> float:
    return max(lane.y for lane in _lanes(panel)) + (LANE + OUTCOME) / 2


def _draw(axes: Axes, panel: Panel, looks: dict[Arms, ArmStyle]) -> None:
    """The differences of one scale, with a line at none and the numbers at the right."""
    axes.axvline(0, color=INK, linewidth=0.6, zorder=2)
    for y, row, is_first in _lanes(panel):
        look, is_part = looks[Arms(row.arm, row.against_arm)], row.subgroup != EVERYONE
        if np.isfinite([row.low, row.high]).all():
            axes.plot((row.low, row.high), (y, y), color=look.color, linewidth=1.3, zorder=3)
        axes.plot([row.estimate], [y], **_mark(look, 3.2 if is_part else 4.4))
        ink = GREY if is_part else INK
        _say(axes, RIGHT, y, _in_figures(row), ink, "right")
        if is_first:
            _say(axes, LEFT, y, INDENT + row.subgroup if is_part else row.label, ink, "left")
    _scale(axes, panel)


def _scale(axes: Axes, panel: Panel) -> None:
    axes.set_ylim(_height(panel), 0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xlim(*_limits(panel.rows))
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10], min_n_ticks=3))
    axes.grid(axis="x", color="#e4e4e4", linewidth=0.5)
    axes.annotate(
        panel.scale, (0, 0), xycoords="axes fraction", xytext=(-9, -4.5),
        textcoords="offset points", ha="right", va="top", color=GREY,
    )  # fmt: skip


def _limits(rows: pd.DataFrame) -> tuple[float, float]:
    """The ends of a scale: round all intervals, and round 0."""
    values = rows[["estimate", "low", "high"]].to_numpy(float)
    known = [0.0, *values[np.isfinite(values)].tolist()]
    low, high = min(known), max(known)
    room = 0.06 * (high - low)
    return (low - room, high + room) if room else (-1.1, 1.1)


def _say(axes: Axes, x: float, y: float, text: str, color: str, side: str) -> None:
    axes.text(x, y, text, ha=side, va="center", color=color, transform=axes.get_yaxis_transform())


def _in_figures(row: Any) -> str:
    """Estimate and interval as printed at the right."""
    if not np.isfinite(row.estimate):
        return "–"
    return f"{_number(row.estimate)} [{_number(row.low)}, {_number(row.high)}]"


def _number(value: float) -> str:
    """Three significant digits, and no more than two decimals."""
    if not np.isfinite(value):
        return "–"
    digits = 0 if abs(value) >= 100 or value == 0 else 1 if abs(value) >= 10 else 2
    return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "−")


def _when(rows: pd.DataFrame) -> list[str]:
    """The month that the differences stand for, and those at another."""
    months = rows["time"].mode()[0]
    others = rows[rows["time"] != months].drop_duplicates("outcome")
    apart = ", ".join(f"{row.label} at month {row.time:g}" for row in others.itertuples())
    return [f"At month {months:g}" + (f"; {apart}." if apart else ".")]


def _mark(look: ArmStyle, size: float = 4.4) -> dict[str, Any]:
    return {
        "color": look.color, "linestyle": "-", "linewidth": 1.3, "marker": look.marker,
        "markersize": size, "markeredgecolor": "white", "markeredgewidth": 0.5, "zorder": 4,
    }  # fmt: skip
