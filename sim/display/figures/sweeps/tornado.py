"""The tornado: how far each parameter alone moves a difference, the widest first."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Literal

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.patches import Patch

from sim.display.figures import Drawn, scales
from sim.display.figures.differences import scale_of
from sim.display.figures.form import TWO_COLUMNS, at_most
from sim.display.figures.intervals.parts import Bar, Panel, Part, Upright, Word
from sim.display.figures.style import DASHED, INK, NEUTRAL, ArmStyle
from sim.display.figures.sweeps import by_parameter, shown, words
from sim.display.figures.sweeps.axes_of_grid import quantity
from sim.display.figures.sweeps.by_parameter import Choice, Drawing
from sim.display.figures.sweeps.saved import Swept
from sim.display.numbers import number, significant, typeset
from sim.vocabulary import Arms

THICK = 2.2
"""Of a bar, in mm."""

BESIDE = (36.0, 46.0)
"""Millimetres that the values at both ends take at most: beside several panels, and beside one."""

ROOM = (0.04, 0.11)
"""Share of a scale that is left at either end: of several panels, and of one with words at bars."""

NAMES = (("low", "high"), ("first", "last"))
"""What the ends of a parameter are called: of numbers, of words."""

BASE: dict[str, Any] = {"color": INK, "linewidth": 0.7, "zorder": 4}
NONE: dict[str, Any] = {**DASHED, "linewidth": 0.6, "zorder": 1}
HOLLOW: dict[str, Any] = {"facecolor": "white", "hatch": ""}
EXPLAINED = (
    "Bars: the outcome as one parameter moves from the low to the high end of its interval (as "
    "stated, or that of 95 % of its draws; of a grid: from the first value to the last) while all "
    "others are held at the base case, including correlated ones.",
    "Hollow: a change from the base case whose 95 % Monte Carlo interval includes 0",
)
HALVES = (
    "Bars of half the height: both ends lie on the same side of the base case, the low end above."
)
MORE_PATIENTS = (
    "Even the widest bar may be chance in {outcomes}: more patients would show whether any "
    "parameter matters (--patients)."
)
PAIRED = "; the interval takes into account that all points have the same patients."
INDEPENDENT = (
    "; the interval is calculated as if the points were independent (conservative, because they "
    "share their patients)."
)


def figure(swept: Swept) -> Drawn | None:
    """Bars of every parameter round the base case; None where none was moved alone."""
    numbers = shown.ends(swept)
    if numbers.empty:
        return None
    looks = shown.contrasts(swept.sweep, numbers)
    how = EXPLAINED[-1] + (PAIRED if shown.are_paired(swept) else INDEPENDENT)
    sentences = *EXPLAINED[:-1], _on_halves(numbers), how, _advice(numbers), _whose(numbers)
    caption = words.of_differences(swept.sweep, "point", numbers, looks, *sentences)
    is_alone = _is_alone(swept, numbers)
    drawing = Drawing(
        "width", partial(_panel, room=ROOM[is_alone]), partial(_parts, is_named=is_alone),
        _of_others, _values(numbers, is_alone), beside=BESIDE[is_alone],
    )  # fmt: skip
    page, chosen = by_parameter.figure(swept.sweep, numbers, drawing, _legend(looks), caption)
    return page, _listed(numbers, chosen)


def _is_alone(swept: Swept, numbers: pd.DataFrame) -> bool:
    """Whether one panel has the whole width of a page, with room for words at its bars."""
    is_wide = at_most(TWO_COLUMNS) == TWO_COLUMNS
    return is_wide and len(shown.cases(swept.sweep, numbers)) == 1


def _panel(rows: pd.DataFrame, drawn: pd.DataFrame, room: float) -> Panel:
    """The scale of an outcome from 0, so that it shows how large changes are, and the base case."""
    outcome, unit = drawn[["outcome", "unit"]].iloc[0]
    bases = map(float, rows["base"].iloc[:1])
    return Panel(
        rows=(),
        scale=scale_of(outcome, unit),
        limits=scales.limits(drawn[["low", "base", "high"]], zero=True, room=room),
        uprights=[
            Upright(0, NONE), *(Upright(b, BASE, f"base {typeset(number(b))}") for b in bases)
        ],
    )  # fmt: skip


def _is_halved(rows: Any) -> Any:
    """Whether both ends lie on the same side of the base case, in a row or in several."""
    return (rows.low - rows.base) * (rows.high - rows.base) > 0


def _parts(row: Any, arm: ArmStyle, is_named: bool) -> Iterator[Part]:
    """Both halves; where both ends lie on one side of the base, each is thinner.

    Where there is room the ends are named.
    """
    is_thin = _is_halved(row)
    thick = THICK / 2 if is_thin else THICK
    for end, side in (("low", -1), ("high", 1)):
        value, least, most = (getattr(row, name) for name in (end, f"{end}_least", f"{end}_most"))
        look = _fill(end, arm.color) if least * most > 0 else HOLLOW
        edge = {"edgecolor": arm.color, "linewidth": 0.6, "zorder": 3}
        yield Bar(row.base, value, {**look, **edge}, thick, side * (THICK - thick) / 2)
        if is_named and not is_thin and value != row.base:
            name = dict(zip(("low", "high"), _ends(row), strict=True))[end]
            left: Literal["left", "right"] = "left" if value > row.base else "right"
            yield Word(value, f" {name} ", side=left)


def _fill(end: str, color: str) -> dict[str, Any]:
    """Low ends are hatched and high ends full, which any print tells apart."""
    return {"facecolor": color, "hatch": ""} if end == "high" else {**HOLLOW, "hatch": "///////"}


def _ends(row: Any) -> tuple[str, str]:
    """What the ends of a parameter are called: words are not low or high."""
    values = map(quantity, (row.low_value, row.high_value))
    return NAMES[not all(math.isfinite(value) for value, _ in values)]


def _values(rows: pd.DataFrame, is_alone: bool) -> dict[str, str]:
    """The values at both ends of each parameter, each with its name and unit.

    Beside several panels there is room for the values alone, and on a narrow page for one unit.
    """
    is_wide = at_most(TWO_COLUMNS) == TWO_COLUMNS
    texts = {}
    for row in rows.drop_duplicates("parameter").itertuples():
        low, high = (words.amount(value) for value in (row.low_value, row.high_value))
        unit = str(row.value_unit)
        both = [words.with_unit(low, unit if is_wide else ""), words.with_unit(high, unit)]
        named = [f"{name} {text}" for name, text in zip(_ends(row), both, strict=True)]
        texts[str(row.parameter)] = ", ".join(named) if is_alone else " to ".join(both)
    return texts


def _on_halves(rows: pd.DataFrame) -> str:
    """What bars of half the height are, where there are any."""
    return HALVES if _is_halved(rows).any() else ""


def _advice(rows: pd.DataFrame) -> str:
    """Advice for more patients, where even the widest bar of an outcome is hollow."""
    is_chance = (rows["low_least"] * rows["low_most"] <= 0) & (
        rows["high_least"] * rows["high_most"] <= 0
    )
    by_width = rows.assign(is_chance=is_chance & (rows["width"] > 0)).sort_values("width")
    widest = by_width.groupby("outcome", sort=False).tail(1)
    chance = {*widest.loc[widest["is_chance"], "outcome"]}
    unsure = [outcome for outcome in rows["outcome"].unique() if outcome in chance]
    return MORE_PATIENTS.format(outcomes=" and ".join(unsure)) if unsure else ""


def _whose(rows: pd.DataFrame) -> str:
    """Whose values are written, where scenarios differ in them."""
    different = rows.groupby("parameter")[["low_value", "high_value"]].nunique() > 1
    return f"Values: those of {rows['scenario'].iloc[0]}." if different.any(axis=None) else ""


def _of_others(most: float, unit: str) -> str:
    """How little the parameters do that are not shown."""
    return f"each by no more than {significant(most)} {unit}" if most else "without any effect"


def _legend(looks: Mapping[Arms, ArmStyle]) -> list[list[Artist]]:
    """Differences by colour where there are several; halves of bars; marks."""
    color = next(iter(looks.values())).color if len(looks) == 1 else NEUTRAL
    edge: dict[str, Any] = {"edgecolor": color, "linewidth": 0.6}
    ends = [Patch(label=f"{end} end", **_fill(end, color), **edge) for end in ("low", "high")]
    hollow = Patch(label="within Monte Carlo error", **HOLLOW, **edge)
    return [by_parameter.colors(looks), [*ends, hollow]]


def _listed(numbers: pd.DataFrame, chosen: list[Choice]) -> pd.DataFrame:
    """The numbers in the order of the bars, with whether each is drawn."""
    drawn = {(choice.outcome, case.scenario, *case.arms, parameter) for choice in chosen
             for case in choice.cases for parameter in choice.rows}  # fmt: skip
    columns = ("outcome", "scenario", *Arms._fields, "parameter")
    keys = zip(*(numbers[column] for column in columns), strict=True)
    numbers = numbers.assign(drawn=[key in drawn for key in keys])
    return shown.ordered(numbers, "width", largest_first=True)
