"""The tornado: how far each parameter alone moves a difference, the widest first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.patches import Patch

from sim.display.figures import Drawn, scales
from sim.display.figures.differences import scale_of
from sim.display.figures.intervals.parts import Bar, Panel, Part, Upright
from sim.display.figures.style import DASHED, INK, NEUTRAL, ArmStyle
from sim.display.figures.sweeps import by_parameter, shown, words
from sim.display.figures.sweeps.by_parameter import Choice, Drawing
from sim.display.figures.sweeps.saved import Swept
from sim.display.numbers import number, significant, typeset
from sim.vocabulary import Arms

THICK = 2.2
"""Of a bar, in mm."""

BASE: dict[str, Any] = {"color": INK, "linewidth": 0.7, "zorder": 4}
NONE: dict[str, Any] = {**DASHED, "linewidth": 0.6, "zorder": 1}
HOLLOW: dict[str, Any] = {"facecolor": "white", "hatch": ""}
EXPLAINED = (
    "Bars: the outcome as one parameter moves from the low to the high end of its interval (as "
    "stated, or that of 95 % of its draws; of a grid: from the first value to the last) while all "
    "others are held at the base case, including correlated ones; grey: both ends.",
    "Hollow: a change from the base case whose 95 % Monte Carlo interval includes 0",
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
    sentences = *EXPLAINED[:-1], how, _whose(numbers)
    caption = words.of_differences(swept.sweep, "point", numbers, looks, *sentences)
    drawing = Drawing("width", _panel, _parts, _of_others, _values(numbers))
    page, chosen = by_parameter.figure(swept.sweep, numbers, drawing, _legend(looks), caption)
    return page, _listed(numbers, chosen)


def _panel(rows: pd.DataFrame, drawn: pd.DataFrame) -> Panel:
    """The scale of an outcome, the base case on it, and none."""
    outcome, unit = drawn[["outcome", "unit"]].iloc[0]
    bases = map(float, rows["base"].iloc[:1])
    return Panel(
        rows=(),
        scale=scale_of(outcome, unit),
        limits=scales.limits(drawn[["low", "base", "high"]], room=0.04),
        uprights=[
            Upright(0, NONE), *(Upright(b, BASE, f"base {typeset(number(b))}") for b in bases)
        ],
    )  # fmt: skip


def _parts(row: Any, arm: ArmStyle) -> Iterator[Part]:
    """Both halves; where both ends lie on one side of the base, each is thinner."""
    is_thin = (row.low - row.base) * (row.high - row.base) > 0
    thick = THICK / 2 if is_thin else THICK
    for end, side in (("low", -1), ("high", 1)):
        value, least, most = (getattr(row, name) for name in (end, f"{end}_least", f"{end}_most"))
        look = _fill(end, arm.color) if least * most > 0 else HOLLOW
        edge = {"edgecolor": arm.color, "linewidth": 0.6, "zorder": 3}
        yield Bar(row.base, value, {**look, **edge}, thick, side * (THICK - thick) / 2)


def _fill(end: str, color: str) -> dict[str, Any]:
    """Low ends are hatched and high ends full, which any print tells apart."""
    return {"facecolor": color, "hatch": ""} if end == "high" else {**HOLLOW, "hatch": "///////"}


def _values(rows: pd.DataFrame) -> dict[str, str]:
    """The values at both ends of each parameter, with their unit."""
    return {
        str(row.parameter): f"{words.amount(row.low_value)} to "
        + words.with_unit(words.amount(row.high_value), str(row.value_unit))
        for row in rows.drop_duplicates("parameter").itertuples()
    }


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
