"""Screening by elementary effects: how much a parameter does, and how unevenly."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from sim.display.figures import Drawn, scales
from sim.display.figures.differences import scale_of
from sim.display.figures.intervals.parts import Mark, Panel, Part, Upright, line
from sim.display.figures.style import NEUTRAL, ZERO, ArmStyle, entry, mark
from sim.display.figures.sweeps import by_parameter, shown, words
from sim.display.figures.sweeps.by_parameter import Drawing
from sim.display.figures.sweeps.saved import Swept
from sim.display.numbers import significant
from sim.vocabulary import Arms

ROW, APART = 4.3, 0.8
"""In mm: of a row, and of a mark from the middle of its row."""

SIZE, SPREAD = "mean_absolute_effect", "sd_effect"
EXPLAINED = (
    "An elementary effect is the change of the outcome when one parameter moves by one step, from "
    "one of many starting points; a step passes {step} % of the inner 95 % of its draws. Marks on "
    "lines: the mean of the absolute effects, with its 95 % interval. Crosses: the standard "
    "deviation (SD) of the effects. The larger the SD beside the mean, the more the effect depends "
    "on the parameter’s own value (not linear) or on other parameters (interaction)."
)


def figure(swept: Swept) -> Drawn | None:
    """Mean and SD of the effects of every parameter; None without a screening."""
    numbers = _numbers(swept)
    if numbers.empty:
        return None
    looks = shown.contrasts(swept.sweep, numbers)
    explained = EXPLAINED.format(step=significant(100 * float(numbers["step"].iloc[0]), 2))
    caption = words.of_differences(swept.sweep, "point", numbers, looks, explained)
    drawing = Drawing(SIZE, _panel, _parts, _of_others, {}, ROW)
    look = next(iter(looks.values()))
    look = look if len(looks) == 1 else look._replace(color=NEUTRAL)
    marks = [
        entry("mean absolute effect, 95 % interval", mark(look)),
        entry("SD of effects", _cross(look), "none"),
    ]
    legend = [by_parameter.colors(looks), marks]
    return by_parameter.figure(swept.sweep, numbers, drawing, legend, caption)[0], numbers


def _numbers(swept: Swept) -> pd.DataFrame:
    """One row for each result and parameter, the largest first, with its rank."""
    rows = swept.screening.assign(estimate=swept.screening[SIZE])
    rows = shown.compared(swept.sweep, rows)
    columns = ["parameter", "name", "assumption", "step", "mean_effect", SIZE, SPREAD, "low",
               "high"]  # fmt: skip
    rows = shown.with_names(swept, rows)[[*shown.ONE, *columns]]
    rows = shown.ordered(rows, SIZE, largest_first=True)
    return rows.assign(rank=1 + rows.groupby(["scenario", *Arms._fields, "outcome"]).cumcount())


def _panel(_: pd.DataFrame, drawn: pd.DataFrame) -> Panel:
    """One scale for means and SD, in the unit of the outcome."""
    outcome, unit = drawn[["outcome", "unit"]].iloc[0]
    return Panel(
        rows=(),
        scale=scale_of(outcome, unit),
        limits=scales.limits(drawn[[SIZE, SPREAD, "low", "high"]], zero=True),
        uprights=[Upright(0, ZERO)],
    )


def _parts(row: Any, arm: ArmStyle) -> Iterator[Part]:
    """The mean with its interval, and the SD below."""
    look, nan = line(arm.color), float("nan")
    yield Mark(row.mean_absolute_effect, row.low, row.high, mark(arm), look, -APART)
    yield Mark(row.sd_effect, nan, nan, _cross(arm), {}, APART)


def _cross(arm: ArmStyle) -> dict[str, Any]:
    """How an SD looks; the open mark of a difference would be taken for an assumption."""
    return mark(arm._replace(marker="x"), is_open=True)


def _of_others(most: float, unit: str) -> str:
    """How little the parameters do that are not shown."""
    return f"each of no more than {significant(most)} {unit}" if most else "without any effect"
