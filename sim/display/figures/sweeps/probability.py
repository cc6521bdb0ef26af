"""How often over the draws a difference is at least so large."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from sim.display.figures.differences import label_of
from sim.display.figures.incidence import exact_interval
from sim.display.figures.page import TWO_COLUMNS, Page
from sim.display.figures.style import LINES, SYMBOLS, ArmStyle
from sim.display.figures.sweeps import multiples, words
from sim.display.figures.sweeps.saved import Swept
from sim.display.figures.sweeps.shown import (
    ONE,
    Case,
    cases,
    compared,
    contrasts,
    draws,
    of_case,
)
from sim.vocabulary import Arms

STEPS = 201
"""Places along the axis."""

ABREAST, LEFT, BETWEEN, RIGHT = 3, 11.0, 11.0, 4.0
WIDTH = (TWO_COLUMNS - LEFT - RIGHT - BETWEEN * (ABREAST - 1)) / ABREAST
BELOW, LEAST, MOST = 11.0, 28.0, 50.0
"""Panels side by side; in mm: left of the first, between them, right of the last, of a panel;
below a panel, and its height."""

SAMPLE = 5.0
"""Of a line in the legend, long enough that its mark hides no dot of it."""

INK = "#222222"
EXPLAINED = (
    "Lines: the share of {draws} draws that come to at least what the axis says; areas: exact"
    " (Clopper-Pearson) 95 % intervals of the share, point by point, as if draws were independent"
    " (draws spread evenly are known better). Marks: the base case. The shares hold the Monte Carlo"
    " error of each draw, and no value is a threshold."
)


def figure(swept: Swept) -> tuple[Figure, pd.DataFrame] | None:
    """A panel for each outcome, a line for each scenario; None where nothing was drawn."""
    rows = compared(swept)
    if draws(rows).empty:
        return None
    every, looks = cases(swept.sweep, rows), contrasts(swept.sweep, rows)
    outcomes = [str(outcome) for outcome in rows["outcome"].unique()]
    numbers = pd.concat([_of_outcome(rows, every, outcome) for outcome in outcomes])
    heads = [words.below(rows, outcome) for outcome in outcomes]
    down = -(-len(outcomes) // ABREAST)
    above = multiples.head_room(heads, WIDTH + RIGHT)
    height = multiples.height(down, above + BELOW, LEAST, MOST)
    places = multiples.Rows(LEFT, WIDTH, BETWEEN, height, above, BELOW)
    explained = EXPLAINED.format(draws=words.counted(numbers["draws"]))
    said = [words.compares(looks), explained, words.about(rows)]
    lines = words.caption(swept.sweep, "draw", *said)
    styles = {case: _line(case, every, looks) for case in every}
    legend, deep = [_legend(styles, every)], places.pitch * down
    page = Page(TWO_COLUMNS, deep, swept.sweep.title, legend, lines, SAMPLE)
    for place, (outcome, below) in enumerate(zip(outcomes, heads, strict=True)):
        axes = places.axes(page, *divmod(place, ABREAST))
        for case, style in styles.items():
            _draw(axes, of_case(numbers, case, outcome), style, 0.6 / (1 + len(styles)))
        _name(axes, _counted(outcome, every[0].arms), place % ABREAST == 0)
        multiples.head(axes, label_of(outcome), below, WIDTH + RIGHT, above)
    return page.figure, numbers.reset_index(drop=True)


def is_fewer(outcome: str) -> bool:
    """Whether an outcome is one that treatment is meant to make fewer."""
    return "fracture" in outcome or outcome == "deaths"


def _of_outcome(rows: pd.DataFrame, every: list[Case], outcome: str) -> pd.DataFrame:
    """The curves of all cases, at the same places; `at_least` counts fewer fractures upwards."""
    sign = -1.0 if is_fewer(outcome) and every[0].arms.against_arm else 1.0
    known = rows[rows["outcome"] == outcome]
    shown = sign * known.loc[known["role"].isin(["base"]), "estimate"].to_numpy(float)
    values = np.r_[sign * draws(known)["estimate"].to_numpy(float), shown]
    room = 0.03 * multiples.spread(values.min(), values.max()) or 1.0
    places = np.linspace(values.min() - room, values.max() + room, STEPS)
    return pd.concat([_curve(of_case(rows, case, outcome), sign, places) for case in every])


def _curve(rows: pd.DataFrame, sign: float, places: np.ndarray) -> pd.DataFrame:
    """The share of draws that reach each place, in percent, with its interval; the base last."""
    drawn = sign * draws(rows)["estimate"].to_numpy(float)
    base = sign * rows.loc[rows["role"] == "base", "estimate"].to_numpy(float)
    at = np.r_[places, base]
    reached = (drawn[None, :] >= at[:, None]).sum(axis=1)
    low, high = exact_interval(reached, len(drawn))
    first = {name: rows[name].iloc[0] for name in ONE}
    table = pd.DataFrame({
        "at_least": at, "share": 100 * reached / len(drawn), "low": 100 * low, "high": 100 * high,
    })  # fmt: skip
    return table.assign(**first, draws=len(drawn), is_base=np.arange(len(at)) >= len(places))


def _line(case: Case, every: list[Case], looks: dict[Arms, ArmStyle]) -> dict[str, Any]:
    """The colour of the arm whose gain it is, and a line and mark for each scenario."""
    place = list(dict.fromkeys(c.scenario for c in every)).index(case.scenario)
    return {
        "color": looks[case.arms].color, "linestyle": LINES[place % len(LINES)], "linewidth": 1.3,
        "marker": SYMBOLS[place % len(SYMBOLS)], "markersize": 5, "markeredgewidth": 0.9,
        "markerfacecolor": "white", "markeredgecolor": looks[case.arms].color,
    }  # fmt: skip


def _draw(axes: Axes, rows: pd.DataFrame, style: dict[str, Any], opacity: float) -> None:
    """A curve with its band, and the base case on it."""
    if rows.empty:
        return
    curve, base = rows[~rows["is_base"]], rows[rows["is_base"]]
    axes.fill_between(
        curve["at_least"], curve["low"], curve["high"], color=style["color"], alpha=opacity,
        linewidth=0,
    )  # fmt: skip
    axes.plot(curve["at_least"], curve["share"], zorder=3, **{**style, "marker": ""})
    axes.plot(base["at_least"], base["share"], zorder=4, **{**style, "linestyle": "none"})


def _counted(outcome: str, arms: Arms) -> str:
    """What the level axis counts: neither way is called better."""
    if not arms.against_arm:
        return "at least"
    return "fewer by at least" if is_fewer(outcome) else "higher by at least"


def _name(axes: Axes, counted: str, is_first: bool) -> None:
    """What the axes count; a line at none where it is in view."""
    low, high = axes.get_xlim()
    if low <= 0 <= high:
        axes.axvline(0, color=INK, linewidth=0.6, zorder=1)
    axes.set_xlim(low, high)
    axes.set_ylim(0, 102)
    axes.set_yticks(range(0, 101, 25))
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axes.grid(color="#e4e4e4", linewidth=0.5)
    axes.set_xlabel(counted)
    if is_first:
        axes.set_ylabel("Share of draws (%)")


def _legend(styles: dict[Case, dict[str, Any]], every: list[Case]) -> list[Artist]:
    return [
        Line2D([], [], label=words.heading(case, every) or case.arms.label("−"), **style)
        for case, style in styles.items()
    ]
