"""The value of knowing each parameter, and groups of them, exactly."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import accumulate
from typing import Any

import pandas as pd

from sim.display.figures import intervals, style
from sim.display.figures.caption import spoken
from sim.display.figures.form import ONE_COLUMN
from sim.display.figures.intervals.parts import (
    Bar,
    Block,
    Layout,
    Mark,
    Panel,
    Part,
    Row,
    Upright,
    least_height,
)
from sim.display.figures.worth.about import About, in_units
from sim.economics.information.partial import TOLD_APART, Value
from sim.economics.ratios import amount
from sim.vocabulary import Z95

MOST, ROOM = 15, 150.0
"""Bars that are drawn, and millimetres that they take at most; the CSV holds all."""

ROW, THICK = 4.2, 2.2
LAYOUT = Layout(labels=38.0, is_scale_below=True, sides=("right",), ticks=4)
LINE: dict[str, Any] = {"color": style.INK, "linewidth": 0.7, "zorder": 5}
ALONE: dict[str, Any] = {"facecolor": style.FAINT}
GROUP: dict[str, Any] = {"facecolor": "white", "hatch": "///////"}

EXPLAINED = (
    "Bars: what the choice between the arms gains on average if a parameter, or a group of them, "
    "is known before it (EVPPI). Lines: 95 % intervals, from the chance of the draws and of the "
    "regression; numbers: the values and half of these intervals. Dashed: the value of knowing "
    "every parameter (EVPI)."
)


def figure(
    values: Sequence[Value], groups: Collection[str], evpi: float, draws: int, about: About
) -> style.Drawn | None:
    """Bars from the largest down, groups hatched; None where no value is told from 0.

    `groups` names the values of groups of parameters, `evpi` is the value of perfect information.
    """
    if not any(value.value > TOLD_APART * value.se for value in values):
        return None
    ordered = sorted(values, key=lambda value: -value.value)
    count = _fitting([value.name for value in ordered])
    shown, others = ordered[:count], ordered[count:]
    less = f"Not shown: {len(others)} values of no more than {_most(others, about)}."
    caption = [spoken(*about.said, f"{draws:,} draws.", EXPLAINED, less if others else "")]
    ends = [evpi, *(value.value + Z95 * value.se for value in shown)]
    factor, unit = in_units(ends, about)
    panel = Panel(
        rows=[[*_parts(value, value.name in groups, factor)] for value in shown],
        scale=f"{unit} per patient",
        limits=(0.0, 1.05 * max(ends) / factor),
        uprights=[Upright(0, style.ZERO), Upright(evpi / factor, style.DASHED, "EVPI")],
    )
    block = Block([Row(value.name, ROW) for value in shown], [panel])
    legend = [[_entry("one parameter", ALONE), _entry("a group", GROUP)]] if groups else []
    drawn = intervals.figure([[block]], about.title, legend, caption, LAYOUT, ONE_COLUMN)
    return drawn, _numbers(ordered, groups, evpi)


def _fitting(names: Sequence[str]) -> int:
    """How many bars have room: long names take several lines."""
    layout = intervals.fitting(LAYOUT)
    ends = accumulate(least_height(Row(name, ROW), layout) for name in names[:MOST])
    return max(1, sum(end <= ROOM for end in ends))


def _parts(value: Value, is_group: bool, factor: float) -> Iterator[Part]:
    """The bar of a value, its interval cut at 0, and its number."""
    look = {**(GROUP if is_group else ALONE), "edgecolor": style.INK, "linewidth": 0.5}
    worth, half = value.value / factor, Z95 * value.se / factor
    yield Bar(0.0, worth, {**look, "zorder": 2}, THICK)
    printed = (f"{amount(worth)} ± {amount(half)}",)
    yield Mark(float("nan"), max(0.0, worth - half), worth + half, {}, LINE, printed=printed)


def _entry(label: str, fill: dict[str, Any]) -> Any:
    return style.area_entry(label, edgecolor=style.INK, linewidth=0.5, **fill)


def _most(others: Sequence[Value], about: About) -> str:
    most = max((value.value for value in others), default=0.0)
    return f"{amount(most)} {about.money}"


def _numbers(values: Sequence[Value], groups: Collection[str], evpi: float) -> pd.DataFrame:
    table = pd.DataFrame(values)
    said = [" ".join(value.warnings) for value in values]
    are_groups = [value.name in groups for value in values]
    return table.assign(warnings=said, is_group=are_groups, evpi=evpi)
