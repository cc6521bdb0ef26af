"""A grid along one axis: arms, and below them their differences."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from sim.display.figures import Drawn, months, multiples, scales, style
from sim.display.figures.form import TWO_COLUMNS, at_most
from sim.display.figures.page import Page
from sim.display.figures.sweeps import shown, words
from sim.display.figures.sweeps.axes_of_grid import Axis, axes_of, on_grid, quantity
from sim.display.figures.sweeps.probability import is_fewer
from sim.display.figures.sweeps.saved import Swept
from sim.display.figures.texts import millimetres, wrapped
from sim.display.figures.uncertain import MONTE_CARLO
from sim.vocabulary import Arms, rows_with

LEFT, BETWEEN, RIGHT = 10.0, 12.0, 4.0
"""In mm: left of the first panel, between panels, right of the last."""

LEAST, MOST, LINE = 11.0, 42.0, 3.1
TICKS, SHARED = 4.5, 2.5
"""In mm: a panel's height, a line of text, the numbers of a scale; below a panel without them."""

APART = 0.12
"""How far arms stand apart on an axis of words, where marks would cover each other."""

EXPLAINED = (
    "Above: the arms; below, as Δ, in ink: paired differences, the same virtual patients "
    "and random numbers in both arms. {drawn}: 95 % Monte Carlo intervals, which show simulation "
    "(Monte Carlo) error only, not the uncertainty of the published data."
)


class Panel(NamedTuple):
    """An outcome of one scenario: its arms, or their differences.

    `of_outcome` are the rows of these in all scenarios, which share a scale.
    """

    row: int
    column: int
    scenario: str
    looks: dict[Arms, style.ArmStyle]
    are_differences: bool
    of_outcome: pd.DataFrame


def figure(swept: Swept) -> Drawn | None:
    """Outcomes along the only axis of a grid; None where there is no grid or more axes."""
    grid_axes = axes_of(swept)
    if len(grid_axes) != 1:
        return None
    (axis,) = grid_axes
    numbers = on_grid(shown.last(swept.sweep, swept.outcomes), [axis])
    numbers = numbers.assign(place=numbers[axis.path].map(axis.values.index))
    numbers = shown.ordered(numbers, "place")
    scenarios = numbers["scenario"].nunique()
    abreast, width = _fitted(axis, multiples.abreast(min(4, scenarios) if scenarios > 1 else 3))
    panels = list(_panels(swept, numbers, abreast))
    heads = [_head(panel) for panel in panels]
    above = multiples.head_room([below for _, below in heads], width + RIGHT)
    bands, down = 1 + any(p.are_differences for p in panels), 1 + max(p.row for p in panels)
    ticks = 1 if axis.numbers else max(t.count("\n") + 1 for t in _ticks(axis, width))
    below = TICKS + LINE * (ticks - 1 + len(wrapped(axis.label, width + 6))) + 1.5
    around = bands * above + below + SHARED * (bands - 1)
    dashed = f"Dashed: the base case, {words.amount(axis.base)} {axis.unit}."
    explained = EXPLAINED.format(drawn="Bands" if axis.numbers else "Bars")
    lines = words.caption(
        swept.sweep, "point", explained, dashed if np.isfinite(_base(axis)) else "",
        words.at_month(numbers),
    )  # fmt: skip
    title, legend = swept.sweep.title, _legend(swept, numbers)
    room = multiples.room_for(TWO_COLUMNS, title, legend, lines)
    height = multiples.height(down, around, LEAST * bands, MOST * bands, room) / bands
    pitch = around + height * bands
    page = Page(TWO_COLUMNS, pitch * down, title, legend, lines)
    for panel, head in zip(panels, heads, strict=True):
        lower = panel.are_differences and bands == 2
        top = panel.row * pitch + above + lower * (height + SHARED + above)
        axes = page.axes(LEFT + panel.column * (width + BETWEEN), top, width, height)
        _draw(axes, panel, axis)
        _along(axes, axis, width, lower or bands == 1)
        multiples.head(axes, *head, width + RIGHT, above)
    return page.figure, numbers


def _fitted(axis: Axis, most: int) -> tuple[int, float]:
    """Panels side by side, as many as leave room for the words below them, and their width."""
    words_below = "\n".join(_ticks(axis)).replace(" ", "\n")
    longest = 0 if axis.numbers else millimetres(words_below)
    for abreast in range(most, 0, -1):
        width = (at_most(TWO_COLUMNS) - LEFT - RIGHT - BETWEEN * (abreast - 1)) / abreast
        if len(axis.values) * (longest + 1.5) <= width:
            break
    return abreast, width


def _panels(swept: Swept, numbers: pd.DataFrame, abreast: int) -> Iterator[Panel]:
    """Outcomes side by side; where there are several scenarios, those, and outcomes below."""
    outcomes, scenarios = numbers["outcome"].unique(), numbers["scenario"].unique()
    own = shown.arms(swept.sweep, numbers)
    looks = shown.contrasts(swept.sweep, numbers)
    differences = {arms: look for arms, look in looks.items() if arms not in own}
    rows_each = -(-len(scenarios) // abreast)
    for place, outcome in enumerate(outcomes):
        of_outcome = numbers[numbers["outcome"] == outcome]
        for beside, scenario in enumerate(scenarios):
            row, column = divmod(place if len(scenarios) == 1 else beside, abreast)
            row += place * rows_each * (len(scenarios) > 1)
            for some in filter(None, (own, differences)):
                rows = rows_with(of_outcome, some)
                yield Panel(row, column, str(scenario), some, some is differences, rows)


def _head(panel: Panel) -> tuple[str, str]:
    rows, before = panel.of_outcome, "Δ " if panel.are_differences else ""
    return words.head(rows, rows["outcome"].iloc[0], panel.scenario, panel.column == 0, before)


def _draw(axes: Axes, panel: Panel, axis: Axis) -> None:
    """Lines with bands along numbers; marks with bars along words, where nothing lies between.

    One scale for an outcome in all scenarios, from 0 for differences and for events, and where 0
    is near.
    """
    rows = panel.of_outcome[panel.of_outcome["scenario"] == panel.scenario]
    for place, (arms, look) in enumerate(panel.looks.items()):
        course = rows_with(rows, [arms])
        ends = course["low"], course["high"]
        mark = style.with_line(style.mark(look, size=4), "none")
        if axis.numbers:
            x = course[axis.path].map(dict(zip(axis.values, axis.numbers, strict=True)))
            axes.fill_between(x, *ends, color=look.color, alpha=0.25, linewidth=0)
            mark["linestyle"] = look.linestyle
        else:
            x = course["place"] + APART * (place - (len(panel.looks) - 1) / 2)
            axes.vlines(x, *ends, color=look.color, linewidth=1.3)
        axes.plot(x, course["estimate"], **mark, clip_on=False)
    if panel.are_differences:
        axes.axhline(0, zorder=1, **style.ZERO)
    outcome = panel.of_outcome["outcome"].iloc[0]
    has_zero = panel.are_differences or is_fewer(outcome) or None
    axes.set_ylim(*scales.limits(panel.of_outcome[["low", "high"]], has_zero))
    scales.number(axes, "y", 4)


def _along(axes: Axes, axis: Axis, width: float, is_named: bool) -> None:
    """The values of the axis, named below the lower panel of a pair."""
    if axis.numbers:
        last = axis.numbers[-1]
        if axis.is_in_months and axis.numbers[0] >= 0 and len(at := months.ticks(last, width)) > 2:
            axes.set_xlim(-0.03 * last, 1.03 * last)
            axes.set_xticks(at)
        else:
            axes.xaxis.set_major_locator(MaxNLocator(5, steps=scales.STEPS))
        if np.isfinite(_base(axis)):
            axes.axvline(_base(axis), zorder=1, **style.DASHED)
    else:
        axes.set_xlim(-0.5, len(axis.values) - 0.5)
        axes.set_xticks(range(len(axis.values)), _ticks(axis, width))
    axes.tick_params(axis="x", labelbottom=is_named)
    if is_named:
        axes.set_xlabel("\n".join(wrapped(axis.label, width + 6)))


def _base(axis: Axis) -> float:
    """The base case on an axis of numbers; NaN where it has none there."""
    return quantity(axis.base)[0] if axis.numbers else math.nan


def _ticks(axis: Axis, width: float = math.inf) -> list[str]:
    """Values in words, that of the base case marked, broken where they would meet below a panel."""
    room = max(5.0, width / len(axis.values) - 1.0)
    base = [" (base)" * bool(value == axis.base) for value in axis.values]
    return ["\n".join(wrapped(t + own, room)) for t, own in zip(axis.ticks, base, strict=True)]


def _legend(swept: Swept, numbers: pd.DataFrame) -> list[list[Artist]]:
    own = shown.arms(swept.sweep, numbers)
    looks = {**own, **shown.contrasts(swept.sweep, numbers)}
    marks = [
        style.entry(arms.label("−"), style.mark(look, size=4), look.linestyle)
        for arms, look in looks.items()
    ]
    return [marks, [style.area_entry(MONTE_CARLO, facecolor=style.BAND)]]
