"""What share of the variance of a difference comes from which parameter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.display.figures import Drawn, scales
from sim.display.figures.intervals.parts import Bar, Mark, Panel, Part, Upright
from sim.display.figures.style import INK, NEUTRAL, ZERO, ArmStyle
from sim.display.figures.sweeps import by_parameter, shown, words
from sim.display.figures.sweeps.by_parameter import Drawing
from sim.display.figures.sweeps.saved import Swept
from sim.display.numbers import fixed, significant, typeset
from sim.vocabulary import Arms

THICK, APART, ROW = 1.5, 0.8, 4.3
"""In mm: of a bar, of its middle from that of the row, and of a row."""

SMALL = 0.001
"""A share of the variance that is not worth its digits."""

ORDERS = {"first": "first order", "total": "total"}
INTERVALS = [f"{order}_{end}" for order in ORDERS for end in ("low", "high")]
INTERVAL: dict[str, Any] = {"color": INK, "linewidth": 0.7, "zorder": 5}
EXPLAINED = (
    "First order: the share of the variance over the draws that would disappear if the parameter "
    "were known. Total: the share that would remain if all other parameters were known, "
    "interactions included. Lines: 95 % intervals. Above a panel: the sum of the first orders of "
    "all parameters; the remainder to 100 % is interaction or sampling error. Shares below 0, and "
    "totals below first orders, are sampling error.",
)


def figure(swept: Swept) -> Drawn | None:
    """Bars of both orders for every parameter; None where no indices were computed."""
    numbers = _numbers(swept)
    if numbers.empty:
        return None
    looks = shown.contrasts(swept.sweep, numbers)
    second = (swept.indices["order"] == "second").any()
    pairs = "The second orders are in indices.csv." if second else ""
    caption = words.of_differences(swept.sweep, "draw", numbers, looks, *EXPLAINED, pairs)
    drawing = Drawing("total", _panel, _parts, _of_others, {}, ROW)
    legend = [_legend(looks)]
    return by_parameter.figure(swept.sweep, numbers, drawing, legend, caption)[0], numbers


def _numbers(swept: Swept) -> pd.DataFrame:
    """One row for each result and parameter, with both orders and their intervals."""
    rows = swept.indices.rename(columns={"value": "estimate"})
    rows = shown.compared(swept.sweep, rows)
    key = [*shown.ONE, "parameter"]
    table = rows[key].drop_duplicates()
    for order in ORDERS:
        columns = {"estimate": order, "low": f"{order}_low", "high": f"{order}_high"}
        part = rows[rows["order"] == order].rename(columns=columns)
        table = table.merge(part[[*key, *columns.values()]], on=key, how="left")
    return shown.ordered(shown.with_names(swept, table), "total", largest_first=True)


def _panel(rows: pd.DataFrame, drawn: pd.DataFrame) -> Panel:
    """A scale from none to all or further, and above it the sum of the first orders."""
    return Panel(
        rows=(),
        scale="share of the variance, %",
        limits=scales.limits(100 * drawn[[*ORDERS, *INTERVALS]], zero=True, room=0.03),
        uprights=[Upright(0, {**ZERO, "zorder": 4})],
        right=f"first orders: {typeset(fixed(100 * rows['first'].sum(), 0))} %",
    )


def _parts(row: Any, arm: ArmStyle) -> Iterator[Part]:
    """Two bars for a parameter, with their intervals."""
    for order, down in zip(ORDERS, (-APART, APART), strict=True):
        look = {**_fill(order, arm.color), "edgecolor": arm.color, "linewidth": 0.6, "zorder": 3}
        names = (order, f"{order}_low", f"{order}_high")
        share, low, high = (100 * getattr(row, name) for name in names)
        yield Bar(0, share, look, THICK, down)
        yield Mark(float("nan"), low, high, {}, INTERVAL, down)


def _fill(order: str, color: str) -> dict[str, Any]:
    """First orders are full and totals hatched, which any print tells apart."""
    return {"facecolor": color} if order == "first" else {"facecolor": "white", "hatch": "///////"}


def _of_others(most: float, _: str) -> str:
    """How little the parameters do that are not shown."""
    if most <= 0:
        return "without any share"
    if most < SMALL:
        return f"of a total below {100 * SMALL:g} %"
    return f"of a total of no more than {significant(100 * most)} %"


def _legend(looks: Mapping[Arms, ArmStyle]) -> list[Artist]:
    color = next(iter(looks.values())).color if len(looks) == 1 else NEUTRAL
    edge: dict[str, Any] = {"edgecolor": color, "linewidth": 0.6}
    return [
        *by_parameter.colors(looks),
        *(Patch(label=name, **_fill(order, color), **edge) for order, name in ORDERS.items()),
        Line2D([], [], label="95 % interval", **INTERVAL),
    ]
