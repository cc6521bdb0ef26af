"""The tornado: how far each parameter alone moves a difference, the widest first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from sim.display.figures import intervals, scales
from sim.display.figures.intervals.parts import Bar, Block, Panel, Part, Upright
from sim.display.figures.style import DASHED, INK, NEUTRAL, ArmStyle
from sim.display.figures.sweeps import by_parameter, shown, words
from sim.display.figures.sweeps.by_parameter import Choice
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
    "Hollow: a change from the base case of no more than twice its Monte Carlo error",
)
PAIRED = ", which takes into account that all points have the same patients."
INDEPENDENT = (
    ", calculated as if the points were independent (conservative, because they share their "
    "patients)."
)


def figure(swept: Swept) -> tuple[Figure, pd.DataFrame] | None:
    """Bars of every parameter round the base case; None where none was moved alone."""
    numbers = shown.ends(swept)
    if numbers.empty:
        return None
    looks, every = shown.contrasts(swept.sweep, numbers), shown.cases(swept.sweep, numbers)
    chosen = by_parameter.choices(numbers, every, "width", _values(numbers))
    how = EXPLAINED[-1] + (PAIRED if shown.are_paired(swept) else INDEPENDENT)
    sentences = [words.compares(looks), *EXPLAINED[:-1], how, _whose(numbers), words.about(numbers)]
    page = intervals.figure(
        [[_block(numbers, choice, every, looks) for choice in chosen]], swept.sweep.title,
        _legend(looks, numbers), words.caption(swept.sweep, "point", *sentences),
        by_parameter.layout(every),
    )  # fmt: skip
    return page, _listed(numbers, chosen)


def _block(
    numbers: pd.DataFrame, choice: Choice, every: list[shown.Case], looks: Mapping[Arms, ArmStyle]
) -> Block:
    """An outcome, on one scale in all columns."""
    rows = numbers[numbers["outcome"] == choice.outcome]
    drawn = rows[rows["parameter"].isin(choice.parameters)]
    limits = scales.limits(drawn[["low", "base", "high"]], room=0.04)
    panels = []
    for case in choice.cases:
        of_panel = shown.of_case(rows, case, choice.outcome)
        parts = partial(_parts, color=looks[case.arms].color)
        panels.append(Panel(
            rows=by_parameter.parts(choice, of_panel, parts),
            scale=words.scale(choice.outcome, rows["unit"].iloc[0]),
            limits=limits,
            subtitle=words.heading(case, every),
            uprights=_uprights(of_panel),
        ))  # fmt: skip
    return by_parameter.block(choice, panels, _note(choice, rows))


def _uprights(rows: pd.DataFrame) -> list[Upright]:
    """The base case, and none."""
    bases = [float(base) for base in rows["base"].iloc[:1]]
    texts = [f"base {typeset(number(base))}" for base in bases]
    return [Upright(0, NONE), *(Upright(b, BASE, t) for b, t in zip(bases, texts, strict=True))]


def _parts(row: Any, color: str) -> Iterator[Part]:
    """Both halves; where both ends lie on one side of the base, each is thinner."""
    is_thin = (row.low - row.base) * (row.high - row.base) > 0
    thick = THICK / 2 if is_thin else THICK
    for end, error, side in (("low", row.low_error, -1), ("high", row.high_error, 1)):
        value = getattr(row, end)
        look = _fill(end, color) if abs(value - row.base) > 2 * error else HOLLOW
        edge = {"edgecolor": color, "linewidth": 0.6, "zorder": 3}
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


def _note(choice: Choice, rows: pd.DataFrame) -> str:
    """How many parameters are not shown, and how little they do."""
    others = rows[rows["parameter"].isin(choice.others)]
    if others.empty:
        return ""
    count, most = by_parameter.count_of_others(choice), others["width"].max()
    if most == 0:
        return f"{count}, without any effect"
    return f"{count}, each by no more than {significant(most)} {others['unit'].iloc[0]}"


def _legend(looks: Mapping[Arms, ArmStyle], rows: pd.DataFrame) -> list[list[Artist]]:
    """Differences by colour where there are several; halves of bars; marks."""
    color = next(iter(looks.values())).color if len(looks) == 1 else NEUTRAL
    edge: dict[str, Any] = {"edgecolor": color, "linewidth": 0.6}
    halves: list[Artist] = [
        Patch(label="low end", **_fill("low", color), **edge),
        Patch(label="high end", **_fill("high", color), **edge),
        Patch(label="within Monte Carlo error", **HOLLOW, **edge),
    ]
    return [by_parameter.colors(looks), [*halves, *words.assumed(rows)]]


def _listed(numbers: pd.DataFrame, chosen: list[Choice]) -> pd.DataFrame:
    """The numbers in the order of the bars, with whether each is drawn."""
    drawn = {(choice.outcome, case.scenario, *case.arms, parameter) for choice in chosen
             for case in choice.cases for parameter in choice.parameters}  # fmt: skip
    columns = ("outcome", "scenario", *Arms._fields, "parameter")
    keys = zip(*(numbers[column] for column in columns), strict=True)
    numbers = numbers.assign(drawn=[key in drawn for key in keys])
    return shown.ordered(numbers, "width", largest_first=True)
