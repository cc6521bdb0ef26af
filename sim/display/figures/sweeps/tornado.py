"""The tornado: how far each parameter alone moves a difference, the widest first."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from sim.display.figures.page import TWO_COLUMNS, Page
from sim.display.figures.style import ArmStyle
from sim.display.figures.sweeps import bars, words
from sim.display.figures.sweeps.bars import Block, Lane
from sim.display.figures.sweeps.multiples import POINTS_PER_MM, spread
from sim.display.figures.sweeps.saved import Swept
from sim.display.figures.sweeps.shown import (
    are_paired,
    cases,
    contrasts,
    ends,
    of_case,
    ordered,
)
from sim.display.figures.sweeps.widths import millimetres
from sim.vocabulary import Arms

THICK, BESIDE, EDGE = 2.2, 1.0, 2.0
"""In mm: of a bar, from a bar to the value beside it, and at the edges of a panel."""

INK, GREY = "#222222", "#666666"
BASE: dict[str, Any] = {"color": INK, "linewidth": 0.7, "zorder": 4}
NONE: dict[str, Any] = {
    "color": INK, "linewidth": 0.6, "linestyle": (0, (2, 1.5)), "zorder": 1,
}  # fmt: skip
HOLLOW: dict[str, Any] = {"facecolor": "white", "hatch": ""}
EXPLAINED = (
    "Bars: the outcome as one parameter goes from the low to the high end of its interval (as"
    " stated, or that of 95 % of its draws; of a grid: from the first value to the last) and all"
    " others stay, also those that it is drawn together with; values at the ends.",
    "Hollow: a change from the base case of no more than twice its Monte Carlo error",
)
PAIRED = ", which counts that the patients are the same."
INDEPENDENT = " were the points independent; they share their patients, and are known better."


def figure(swept: Swept) -> tuple[Figure, pd.DataFrame] | None:
    """Bars of every parameter round the base case; None where none was moved alone."""
    numbers = ends(swept)
    if numbers.empty:
        return None
    looks, every = contrasts(swept.sweep, numbers), cases(swept.sweep, numbers)
    values = {} if len(every) == 1 else _values(numbers)
    found = bars.blocks(numbers, every, "width", values)
    how = EXPLAINED[-1] + (PAIRED if are_paired(swept) else INDEPENDENT)
    said = [words.compares(looks), *EXPLAINED[:-1], how, _whose(numbers), words.about(numbers)]
    lines = words.caption(swept.sweep, "point", *said)
    height = sum(block.pitch for block in found)
    page = Page(TWO_COLUMNS, height, swept.sweep.title, _legend(looks, numbers), lines)
    top = 0.0
    for block in found:
        rows = numbers[numbers["outcome"] == block.outcome]
        for case, axes in bars.panels(page, block, top, _note(block, rows)):
            axes.set_xlim(*_limits(block, rows, not values))
            _draw(axes, block, of_case(rows, case, block.outcome), looks[case.arms], not values)
        top += block.pitch
    return page.figure, _listed(numbers, found)


def _draw(axes: Axes, block: Block, rows: pd.DataFrame, look: ArmStyle, beside: bool) -> None:
    """One column: bars, the base case, and none; `beside` writes the values at the ends."""
    if rows.empty:
        return
    base, unit = rows["base"].iloc[0], rows["unit"].iloc[0]
    known = {str(row.parameter): row for row in rows.itertuples()}
    pairs = [(lane, known[lane.parameter]) for lane in block.lanes if lane.parameter in known]
    for end, side in (("low", -1), ("high", 1)):
        _halves(axes, pairs, end, side, look.color)
    for lane, row in pairs if beside else ():
        _values_beside(axes, lane, row)
    axes.axvline(base, **BASE)
    axes.axvline(0, **NONE)
    bars.say_above(axes, base, f"base {words.number(base)}")
    if axes.get_title(loc="left"):
        bars.say_scale(axes, words.scale(block.outcome, unit))


def _halves(axes: Axes, pairs: list[tuple[Lane, Any]], end: str, side: int, color: str) -> None:
    """All halves at one end; where both ends lie on one side of the base, each half is thinner."""
    changes = [getattr(row, end) - row.base for _, row in pairs]
    errors = [getattr(row, f"{end}_error") for _, row in pairs]
    thin = [(row.low - row.base) * (row.high - row.base) > 0 for _, row in pairs]
    looks = [
        _fill(end, color) if abs(change) > 2 * error else HOLLOW
        for change, error in zip(changes, errors, strict=True)
    ]
    thicks = [THICK / 2 if is_thin else THICK for is_thin in thin]
    middles = [
        lane.y + side * (THICK - thick) / 2 for (lane, _), thick in zip(pairs, thicks, strict=True)
    ]
    axes.barh(
        middles, changes, thicks, [row.base for _, row in pairs],
        color=[look["facecolor"] for look in looks], hatch=[look["hatch"] for look in looks],
        edgecolor=color, linewidth=0.6, zorder=3,
    )  # fmt: skip


def _fill(end: str, color: str) -> dict[str, Any]:
    """Low ends are hatched and high ends full, which any print tells apart."""
    return {"facecolor": color, "hatch": ""} if end == "high" else {**HOLLOW, "hatch": "///////"}


def _values_beside(axes: Axes, lane: Lane, row: Any) -> None:
    """The parameter's values at the ends of its bar, the unit with the one at the right."""
    ends, away = (row.low, row.base, row.high), BESIDE * POINTS_PER_MM
    left, right = _sides(row)
    for x, text, side, shift in (
        (min(ends), left, "right", -away), (max(ends), right, "left", away),
    ):  # fmt: skip
        axes.annotate(
            text, (x, lane.y), xytext=(shift, 0), textcoords="offset points", ha=side, va="center",
            color=GREY, bbox=bars.WHITE,
        )  # fmt: skip


def _sides(row: Any) -> tuple[str, str]:
    """The values left and right of a bar."""
    low, high = (words.amount(value) for value in (row.low_value, row.high_value))
    left, right = (low, high) if row.low <= row.high else (high, low)
    return left, words.with_unit(right, row.value_unit)


def _limits(block: Block, rows: pd.DataFrame, beside: bool) -> tuple[float, float]:
    """The ends of a scale, the same in all columns, with room for the values beside the bars.

    How wide a text is on the scale depends on the scale, so that the ends are approached.
    """
    shown = rows[rows["parameter"].isin([lane.parameter for lane in block.lanes])]
    texts = _room(shown) if beside else np.zeros((len(shown), 2))
    ends = shown[["low", "base", "high"]].to_numpy(float)
    starts, stops = ends.min(axis=1), ends.max(axis=1)
    low, high = float(starts.min()), float(stops.max())
    if 0 < low < high / 2 or low / 2 < high < 0:
        starts, stops, texts = np.r_[starts, 0], np.r_[stops, 0], np.r_[texts, np.zeros((1, 2))]
    if not spread(low, high):
        stops = stops + (abs(low) or 1.0)
    high = float(stops.max())
    for _ in range(30):
        each = (high - low) / block.width
        low = float((starts - each * (texts[:, 0] + EDGE)).min())
        high = float((stops + each * (texts[:, 1] + EDGE)).max())
    return low, high


def _room(rows: pd.DataFrame) -> np.ndarray:
    """Millimetres that the values take left and right of each bar."""
    sides = [_sides(row) for row in rows.itertuples()]
    return np.array([[millimetres(text) + BESIDE for text in both] for both in sides])


def _values(rows: pd.DataFrame) -> dict[str, str]:
    """The values at both ends with their unit, where the columns leave no room for them."""
    return {
        str(row.parameter): f"{words.amount(row.low_value)} to "
        + words.with_unit(words.amount(row.high_value), str(row.value_unit))
        for row in rows.drop_duplicates("parameter").itertuples()
    }


def _whose(rows: pd.DataFrame) -> str:
    """Whose values are written, where scenarios differ in them."""
    different = rows.groupby("parameter")[["low_value", "high_value"]].nunique() > 1
    return f"Values: those of {rows['scenario'].iloc[0]}." if different.any(axis=None) else ""


def _note(block: Block, rows: pd.DataFrame) -> str:
    """How many parameters are not shown, and how little they do."""
    others = rows[rows["parameter"].isin(block.others)]
    if others.empty:
        return ""
    count = "1 other" if len(block.others) == 1 else f"{len(block.others)} others"
    most = others["width"].max()
    if most == 0:
        return f"{count}, without any effect"
    return f"{count}, each by no more than {words.number(most)} {others['unit'].iloc[0]}"


def _legend(looks: dict[Arms, ArmStyle], rows: pd.DataFrame) -> list[list[Artist]]:
    """Differences by colour where there are several; halves of bars; marks."""
    color = next(iter(looks.values())).color if len(looks) == 1 else "#8a8a8a"
    edge: dict[str, Any] = {"edgecolor": color, "linewidth": 0.6}
    differences: list[Artist] = [
        Patch(facecolor=look.color, label=arms.label("−")) for arms, look in looks.items()
    ]
    halves: list[Artist] = [
        Patch(label="low end", **_fill("low", color), **edge),
        Patch(label="high end", **_fill("high", color), **edge),
        Patch(label="within Monte Carlo error", **HOLLOW, **edge),
    ]
    if rows["assumption"].any():
        halves.append(words.assumed())
    return [differences, halves]


def _listed(numbers: pd.DataFrame, found: list[Block]) -> pd.DataFrame:
    """The numbers in the order of the bars, with whether each is drawn."""
    shown = {
        (block.outcome, case.scenario, *case.arms, lane.parameter)
        for block in found
        for case in block.cases
        for lane in block.lanes
    }
    keys = zip(
        *(numbers[c] for c in ("outcome", "scenario", *Arms._fields, "parameter")), strict=True
    )
    numbers = numbers.assign(drawn=[key in shown for key in keys])
    return ordered(numbers, "width", largest_first=True)
