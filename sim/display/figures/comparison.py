"""Several scenarios on one page: a panel an outcome, a row a scenario, a mark an arm."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

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

OUTCOMES = {
    "spine change": "% of the entry value",
    "hip change": "% of the entry value",
    "spine above T -2.5": "% of patients",
    "ctx change": "% of the entry value",
    "balp change": "% of the entry value",
    "tryptase change": "% of the entry value",
    "vertebral fractures": "per 100 person-years",
    "all fractures": "per 100 person-years",
    "deaths": "% of patients",
}
"""The outcomes shown, in the order of the panels, and what their scales are called."""

ABREAST = 3
LABELS, BETWEEN, RIGHT = 36.0, 5.0, 3.0
PANEL = (TWO_COLUMNS - LABELS - RIGHT - BETWEEN * (ABREAST - 1)) / ABREAST
"""Widths in mm: of the scenarios' names, between panels, at the right edge, and of a panel."""

LABEL_CHARACTERS = 27
HEADING, SCALE = 5.0, 10.5
LANE, BETWEEN_ROWS, MOST = 2.7, 1.9, 50.0
"""Heights in mm: of an arm, of the room between scenarios, and the most that a panel may take."""

REFERENCE: dict[str, Any] = {"linewidth": 0.5, "linestyle": (0, (2, 1.5)), "zorder": 1}


def figure(
    summary: pd.DataFrame, title: str, sentences: Sequence[str] = ()
) -> tuple[Figure, pd.DataFrame] | None:
    """The main outcomes of every scenario and arm, with Monte Carlo intervals.

    `summary` is that of a comparison (`sim.experiments.comparisons`); its rows of differences are
    left out. The caption opens with `sentences`. None where no outcome of the figure is in the
    summary.
    """
    rows = summary[(summary["against"] == "") & summary["outcome"].isin(list(OUTCOMES))]
    if rows.empty:
        return None
    looks = arm_style(list(rows["arm"].unique()))
    scenarios = list(rows["scenario"].unique())
    found = [outcome for outcome in OUTCOMES if outcome in set(rows["outcome"])]
    height = min(MOST, len(scenarios) * (LANE * len(looks) + BETWEEN_ROWS))
    lines = _wrapped([*sentences, *_explained(rows, scenarios)])
    legend = [[Line2D([], [], label=arm, **_mark(look)) for arm, look in looks.items()]]
    down = HEADING + height + SCALE
    page = Page(TWO_COLUMNS, down * -(-len(found) // ABREAST), title, legend, lines)
    for place, outcome in enumerate(found):
        row, column = divmod(place, ABREAST)
        left = LABELS + column * (PANEL + BETWEEN)
        axes = page.axes(left, HEADING + row * down, PANEL, height)
        _draw(axes, rows[rows["outcome"] == outcome], scenarios, looks)
        _name(axes, outcome, scenarios if column == 0 else [])
    return page.figure, rows.reset_index(drop=True)


def _draw(axes: Axes, rows: pd.DataFrame, scenarios: list[str], looks: dict[str, ArmStyle]) -> None:
    """One outcome: arms below each other within a scenario, a line at the first scenario's."""
    share = 1 / (len(looks) + BETWEEN_ROWS / LANE)
    for y, row in _places(rows, scenarios, list(looks), share):
        look = looks[row.arm]
        if np.isfinite([row.low, row.high]).all():
            axes.plot((row.low, row.high), (y, y), color=look.color, linewidth=1.3, zorder=3)
        axes.plot([row.estimate], [y], **_mark(look))
        if row.scenario == scenarios[0]:
            axes.axvline(row.estimate, color=look.color, **REFERENCE)
    for place in range(1, len(scenarios)):
        axes.axhline(place - 0.5, color="#e4e4e4", linewidth=0.5, zorder=0)
    axes.set_ylim(len(scenarios) - 0.5, -0.5)
    values = rows[["estimate", "low", "high"]].to_numpy(float)
    axes.set_xlim(*_limits(values[np.isfinite(values)]))


def _places(
    rows: pd.DataFrame, scenarios: list[str], arms: list[str], share: float
) -> Iterator[tuple[float, Any]]:
    """Each row with its height: the scenario's place, and the arm's within it."""
    for row in rows.itertuples():
        within = (arms.index(str(row.arm)) - (len(arms) - 1) / 2) * share
        yield scenarios.index(str(row.scenario)) + within, row


def _limits(values: np.ndarray) -> tuple[float, float]:
    """The ends of a scale: round all intervals, from 0 where that is near."""
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 0.0)
    if 0 <= low < high / 2 or high == low:
        low = min(low, 0.0)
    if low / 2 < high <= 0:
        high = 0.0
    room = 0.06 * (high - low) or 1.0
    return low - room, high + room


def _name(axes: Axes, outcome: str, scenarios: list[str]) -> None:
    names = ["\n".join(textwrap.wrap(name, LABEL_CHARACTERS)) for name in scenarios]
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10], min_n_ticks=3))
    axes.grid(axis="x", color="#e4e4e4", linewidth=0.5)
    axes.set_xlabel(OUTCOMES[outcome])
    axes.set_title(label_of(outcome))


def _explained(rows: pd.DataFrame, scenarios: list[str]) -> list[str]:
    """What marks and lines are, and when the outcomes were measured."""
    last = rows.groupby("scenario")["time"].max().reindex(scenarios)
    usual = last.mode()[0]
    other = "".join(
        f", month {month:g} in {name}" for name, month in last.items() if month != usual
    )
    return [
        f"Outcomes at month {usual:g}{other}.",
        f"Marks: estimates; lines: 95 % Monte Carlo intervals; dashed: {scenarios[0]}.",
        "An interval says how well the simulation knows its own mean, not what the published"
        " patients support. Scenarios share their random numbers: paired differences are known"
        " better than the intervals of the single scenarios suggest.",
        "Fracture differences stand on the reading of the annual increase.",
    ]


def _wrapped(sentences: Sequence[str]) -> list[str]:
    width = int((TWO_COLUMNS - 2 * MARGIN) / MM_PER_CHARACTER)
    return textwrap.wrap(" ".join(sentences), width)


def _mark(look: ArmStyle) -> dict[str, Any]:
    return {
        "color": look.color, "linestyle": "-", "linewidth": 1.3, "marker": look.marker,
        "markersize": 4.4, "markeredgecolor": "white", "markeredgewidth": 0.5, "zorder": 4,
    }  # fmt: skip
