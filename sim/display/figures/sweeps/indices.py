"""What share of the variance of a difference comes from which parameter."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.display.figures.page import TWO_COLUMNS, Page
from sim.display.figures.style import ArmStyle
from sim.display.figures.sweeps import bars, words
from sim.display.figures.sweeps.bars import Block
from sim.display.figures.sweeps.saved import Swept
from sim.display.figures.sweeps.shown import (
    ONE,
    cases,
    contrasts,
    last,
    of_case,
    ordered,
    with_names,
)
from sim.vocabulary import Arms, rows_with

THICK, APART = 1.5, 0.8
"""In mm: of a bar, and of its middle from that of the lane."""

INK = "#222222"
SMALL = 0.001
"""A share of the variance that is not worth its digits."""

ORDERS = ("first", "total")
NAMES = {"first": "first order", "total": "total"}
EXPLAINED = (
    "First order: the share of the variance over the draws that would go if the parameter were"
    " known; total: the share that would stay if all others were known, that is with everything it"
    " does together with others. Lines: 95 % intervals. Above a panel: the sum of the first orders"
    " of all parameters; what it lacks to 1 comes from parameters acting together, or from chance.",
)


def figure(swept: Swept) -> tuple[Figure, pd.DataFrame] | None:
    """Bars of both orders for every parameter; None where no indices were computed."""
    numbers = _numbers(swept)
    if numbers.empty:
        return None
    looks, every = contrasts(swept.sweep, numbers), cases(swept.sweep, numbers)
    found = bars.blocks(numbers, every, "total", least=4.3)
    second = (swept.indices["order"] == "second").any()
    said = [*EXPLAINED, "Second orders stand in indices.csv." if second else ""]
    lines = words.caption(swept.sweep, "draw", words.compares(looks), *said, words.about(numbers))
    height = sum(block.pitch for block in found)
    page = Page(TWO_COLUMNS, height, swept.sweep.title, [_legend(looks, numbers)], lines)
    top = 0.0
    for block in found:
        rows = numbers[numbers["outcome"] == block.outcome]
        for case, axes in bars.panels(page, block, top, _note(block, rows)):
            axes.set_xlim(*_limits(block, rows))
            _draw(axes, block, of_case(rows, case, block.outcome), looks[case.arms])
        top += block.pitch
    return page.figure, numbers


def _numbers(swept: Swept) -> pd.DataFrame:
    """One row for each result and parameter, with both orders and their intervals."""
    rows = swept.indices
    if rows.empty:
        return rows
    rows = rows_with(rows, contrasts(swept.sweep, rows))
    rows = last(swept.sweep, rows.rename(columns={"value": "estimate"}))
    key = [*ONE, "parameter"]
    table = rows[key].drop_duplicates()
    for order in ORDERS:
        columns = {"estimate": order, "low": f"{order}_low", "high": f"{order}_high"}
        part = rows[rows["order"] == order].rename(columns=columns)
        table = table.merge(part[[*key, *columns.values()]], on=key, how="left")
    return ordered(with_names(swept, table), "total", largest_first=True)


def _draw(axes: Axes, block: Block, rows: pd.DataFrame, look: ArmStyle) -> None:
    """One column: two bars a parameter, and the sum of the first orders above."""
    if rows.empty:
        return
    lanes = {lane.parameter: lane.y for lane in block.lanes}
    shown = rows[rows["parameter"].isin(list(lanes))]
    for order, shift in zip(ORDERS, (-APART, APART), strict=True):
        y = shown["parameter"].map(lanes) + shift
        fill = _fill(order, look.color)
        axes.barh(y, shown[order], THICK, edgecolor=look.color, linewidth=0.6, zorder=3, **fill)
        low, high = shown[f"{order}_low"], shown[f"{order}_high"]
        axes.hlines(y, low, high, color=INK, linewidth=0.7, zorder=5)
    axes.axvline(0, color=INK, linewidth=0.6, zorder=4)
    bars.say_above(axes, axes.get_xlim()[1], f"first orders: {rows['first'].sum():.2f}")
    if axes.get_title(loc="left"):
        bars.say_scale(axes, "share of the variance")


def _fill(order: str, color: str) -> dict[str, Any]:
    """First orders are full and totals hatched, which any print tells apart."""
    return {"facecolor": color} if order == "first" else {"facecolor": "white", "hatch": "///////"}


def _limits(block: Block, rows: pd.DataFrame) -> tuple[float, float]:
    """From none to all, and further where an interval goes further."""
    shown = rows[rows["parameter"].isin([lane.parameter for lane in block.lanes])]
    values = shown[[*ORDERS, *(f"{o}_{end}" for o in ORDERS for end in ("low", "high"))]]
    known = values.to_numpy(float)
    known = known[np.isfinite(known)]
    low, high = min(0.0, float(known.min())), max(0.0, float(known.max()))
    room = 0.03 * (high - low) or 0.1
    return low - room * (low < 0), high + room


def _note(block: Block, rows: pd.DataFrame) -> str:
    """How many parameters are not shown, and how little they do."""
    others = rows[rows["parameter"].isin(block.others)]
    if others.empty:
        return ""
    count = "1 other" if len(block.others) == 1 else f"{len(block.others)} others"
    most = others["total"].max()
    if most <= 0:
        return f"{count}, without any share"
    if most < SMALL:
        return f"{count}, of a total below {SMALL:g}"
    return f"{count}, of a total of no more than {words.number(most)}"


def _legend(looks: dict[Arms, ArmStyle], rows: pd.DataFrame) -> list[Artist]:
    color = next(iter(looks.values())).color if len(looks) == 1 else "#8a8a8a"
    edge: dict[str, Any] = {"edgecolor": color, "linewidth": 0.6}
    entries: list[Artist] = [
        *(Patch(facecolor=look.color, label=a.label("−")) for a, look in looks.items()),
        *(Patch(label=NAMES[order], **_fill(order, color), **edge) for order in ORDERS),
        Line2D([], [], color=INK, linewidth=0.7, label="95 % interval"),
    ]
    return [*entries, words.assumed()] if rows["assumption"].any() else entries
