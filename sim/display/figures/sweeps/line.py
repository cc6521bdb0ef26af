"""A grid along one axis: arms, and below them their differences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from sim.display.figures import multiples, scales, style
from sim.display.figures.page import TWO_COLUMNS, Page
from sim.display.figures.sweeps import words
from sim.display.figures.sweeps.axes_of_grid import Axis, axes_of, on_grid, quantity
from sim.display.figures.sweeps.saved import Swept
from sim.display.figures.sweeps.shown import arms, contrasts, last, ordered
from sim.display.figures.texts import millimetres, wrapped
from sim.vocabulary import Z95, Arms, rows_with

LEFT, BETWEEN, RIGHT = 10.0, 12.0, 4.0
"""In mm: left of the first panel, between panels, right of the last."""

LEAST, MOST, LINE = 15.0, 42.0, 3.1
TICKS, SHARED = 4.5, 2.5
"""In mm: a panel's height, a line of text, the numbers of a scale; below a panel without them."""

APART = 0.12
"""How far arms stand apart on an axis of words, where marks would cover each other."""

EXPLAINED = (
    "Above: the arms; below, as Δ, with open marks: paired differences, the same virtual patients "
    "and random numbers in both arms. Bands and bars: 95 % Monte Carlo intervals, which show "
    "simulation (Monte Carlo) error only, not the uncertainty of the published data.",
)


class Panel(NamedTuple):
    """An outcome of one scenario: its arms, or their differences."""

    row: int
    column: int
    outcome: str
    scenario: str
    looks: dict[Arms, style.ArmStyle]
    are_differences: bool


def figure(swept: Swept) -> tuple[Figure, pd.DataFrame] | None:
    """Outcomes along the only axis of a grid; None where there is no grid or more axes."""
    grid_axes = axes_of(swept)
    if len(grid_axes) != 1:
        return None
    (axis,) = grid_axes
    numbers = _numbers(swept, axis)
    several = numbers["scenario"].nunique() > 1
    abreast = _abreast(axis, min(4, numbers["scenario"].nunique()) if several else 3)
    width = (TWO_COLUMNS - LEFT - RIGHT - BETWEEN * (abreast - 1)) / abreast
    panels = list(_panels(swept, numbers, abreast))
    heads = [_head(numbers, panel) for panel in panels]
    above = multiples.head_room([below for _, below in heads], width + RIGHT)
    below, down = _below_panel(axis, width), 1 + max(panel.row for panel in panels)
    bands = 1 + any(panel.are_differences for panel in panels)
    around = bands * above + below + SHARED * (bands - 1)
    height = multiples.height(down, around, LEAST * bands, MOST * bands) / bands
    lines = words.caption(swept.sweep, "point", *EXPLAINED, _dashed(axis), words.about(numbers))
    pitch = around + height * bands
    page = Page(TWO_COLUMNS, pitch * down, swept.sweep.title, _legend(swept, numbers), lines)
    for panel, head in zip(panels, heads, strict=True):
        lower = panel.are_differences and bands == 2
        top = panel.row * pitch + above + lower * (height + SHARED + above)
        axes = page.axes(LEFT + panel.column * (width + BETWEEN), top, width, height)
        _draw(axes, _rows_of(numbers, panel), panel, axis)
        _limits(axes, _rows_of(numbers, panel._replace(scenario="")), panel)
        _along(axes, axis, width, lower or bands == 1)
        multiples.head(axes, *head, width + RIGHT, above)
    return page.figure, numbers


def _numbers(swept: Swept, axis: Axis) -> pd.DataFrame:
    """Every arm and difference at every value, with its Monte Carlo interval."""
    rows = ordered(on_grid(last(swept.sweep, swept.outcomes), [axis]))
    half = Z95 * rows["mc_error"]
    place = rows[axis.path].map(axis.values.index)
    rows = rows.assign(low=rows["estimate"] - half, high=rows["estimate"] + half, place=place)
    return ordered(rows, "place")


def _abreast(axis: Axis, most: int) -> int:
    """Panels side by side: as many as leave room for the words below them."""
    parts = [part for tick in _ticks(axis) for part in tick.split(" ")]
    longest = 0 if axis.numbers else max(map(millimetres, parts))
    for abreast in range(most, 1, -1):
        width = (TWO_COLUMNS - LEFT - RIGHT - BETWEEN * (abreast - 1)) / abreast
        if len(axis.values) * (longest + 1.5) <= width:
            return abreast
    return 1


def _panels(swept: Swept, numbers: pd.DataFrame, abreast: int) -> Iterator[Panel]:
    """Outcomes side by side; where there are several scenarios, those, and outcomes below."""
    outcomes, scenarios = numbers["outcome"].unique(), numbers["scenario"].unique()
    own = arms(swept.sweep, numbers)
    differences = {a: look for a, look in contrasts(swept.sweep, numbers).items() if a not in own}
    rows_each = -(-len(scenarios) // abreast)
    for place, outcome in enumerate(outcomes):
        for beside, scenario in enumerate(scenarios):
            row, column = divmod(place if len(scenarios) == 1 else beside, abreast)
            row += place * rows_each * (len(scenarios) > 1)
            for looks in (own, differences):
                is_difference = looks is differences
                if looks:
                    yield Panel(row, column, str(outcome), str(scenario), looks, is_difference)


def _head(numbers: pd.DataFrame, panel: Panel) -> tuple[str, str]:
    rows = _rows_of(numbers, panel._replace(scenario=""))
    before = "Δ " if panel.are_differences else ""
    return words.head(rows, panel.outcome, panel.scenario, panel.column == 0, before)


def _rows_of(numbers: pd.DataFrame, panel: Panel) -> pd.DataFrame:
    """The rows of a panel; of all scenarios where it names none."""
    shown = numbers["scenario"].eq(panel.scenario) | (panel.scenario == "")
    return rows_with(numbers[shown & (numbers["outcome"] == panel.outcome)], panel.looks)


def _draw(axes: Axes, rows: pd.DataFrame, panel: Panel, axis: Axis) -> None:
    """Lines with bands along numbers; marks with bars along words, where nothing lies between."""
    for place, (shown, look) in enumerate(panel.looks.items()):
        course = rows_with(rows, [shown])
        x = course["place"] + APART * (place - (len(panel.looks) - 1) / 2)
        if axis.numbers:
            x = course[axis.path].map(dict(zip(axis.values, axis.numbers, strict=True)))
            axes.fill_between(
                x, course["low"], course["high"], color=look.color, alpha=0.25, linewidth=0
            )
        else:
            axes.vlines(x, course["low"], course["high"], color=look.color, linewidth=1.3)
        line = look.linestyle if axis.numbers else "none"
        own = {**style.with_line(style.mark(look, panel.are_differences, size=4)), "clip_on": False}
        axes.plot(x, course["estimate"], **{**own, "linestyle": line})
    if panel.are_differences:
        axes.axhline(0, zorder=1, **style.ZERO)


def _limits(axes: Axes, rows: pd.DataFrame, panel: Panel) -> None:
    """One scale for an outcome in all scenarios, with none in view where that is near."""
    values = rows[["low", "high"]]
    axes.set_ylim(*scales.limits(values, panel.are_differences or None))
    scales.number(axes, "y", 4)


def _along(axes: Axes, axis: Axis, width: float, is_named: bool) -> None:
    """The values of the axis, named below the lower panel of a pair."""
    if axis.numbers:
        axes.xaxis.set_major_locator(MaxNLocator(5, steps=scales.STEPS))
        base, _ = quantity(axis.base)
        if np.isfinite(base):
            axes.axvline(base, zorder=1, **style.DASHED)
    else:
        axes.set_xlim(-0.5, len(axis.values) - 0.5)
        axes.set_xticks(range(len(axis.values)), _wrapped_ticks(axis, width))
    axes.tick_params(axis="x", labelbottom=is_named)
    if is_named:
        axes.set_xlabel("\n".join(wrapped(axis.label, width + 6)))


def _ticks(axis: Axis) -> list[str]:
    """Values in words, that of the base case marked."""
    is_base = [bool(value == axis.base) for value in axis.values]
    return [tick + " (base)" * own for tick, own in zip(axis.ticks, is_base, strict=True)]


def _wrapped_ticks(axis: Axis, width: float) -> list[str]:
    """Values in words, broken where they would run into each other."""
    room = max(5.0, width / len(axis.values) - 1.0)
    return ["\n".join(wrapped(tick, room)) for tick in _ticks(axis)]


def _below_panel(axis: Axis, width: float) -> float:
    """Millimetres that the values and the name of the axis take."""
    ticks = 1 if axis.numbers else max(t.count("\n") + 1 for t in _wrapped_ticks(axis, width))
    names = len(wrapped(axis.label, width + 6))
    return TICKS + LINE * (ticks - 1 + names) + 1.5


def _dashed(axis: Axis) -> str:
    is_drawn = axis.numbers and np.isfinite(quantity(axis.base)[0])
    return f"Dashed: the base case, {words.amount(axis.base)} {axis.unit}." if is_drawn else ""


def _legend(swept: Swept, numbers: pd.DataFrame) -> list[list[Artist]]:
    own = arms(swept.sweep, numbers)
    looks = {**own, **contrasts(swept.sweep, numbers)}
    entries = [
        (
            arms.label("−"),
            style.with_line(style.mark(look, arms not in own, size=4), look.linestyle),
        )
        for arms, look in looks.items()
    ]
    return [[Line2D([], [], label=label, **entry) for label, entry in entries]]
