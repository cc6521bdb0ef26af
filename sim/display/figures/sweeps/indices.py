"""What share of the variance of a difference comes from which parameter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.display.figures import intervals, scales
from sim.display.figures.intervals.parts import Bar, Block, Mark, Panel, Part, Upright
from sim.display.figures.style import INK, NEUTRAL, ZERO, ArmStyle
from sim.display.figures.sweeps import by_parameter, shown, words
from sim.display.figures.sweeps.by_parameter import Choice
from sim.display.figures.sweeps.saved import Swept
from sim.display.numbers import fixed, significant, typeset
from sim.vocabulary import Arms, rows_with

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
    "all parameters; the remainder to 1 is interaction or sampling error.",
)


def figure(swept: Swept) -> tuple[Figure, pd.DataFrame] | None:
    """Bars of both orders for every parameter; None where no indices were computed."""
    numbers = _numbers(swept)
    if numbers.empty:
        return None
    looks, every = shown.contrasts(swept.sweep, numbers), shown.cases(swept.sweep, numbers)
    chosen = by_parameter.choices(numbers, every, "total", least=ROW)
    second = (swept.indices["order"] == "second").any()
    pairs = "The second orders are in indices.csv." if second else ""
    sentences = [words.compares(looks), *EXPLAINED, pairs, words.about(numbers)]
    caption = words.caption(swept.sweep, "draw", *sentences)
    blocks = [_block(numbers, choice, every, looks) for choice in chosen]
    page = intervals.figure(
        [blocks], swept.sweep.title, [_legend(looks, numbers)], caption, by_parameter.layout(every)
    )
    return page, numbers


def _numbers(swept: Swept) -> pd.DataFrame:
    """One row for each result and parameter, with both orders and their intervals."""
    rows = swept.indices
    if rows.empty:
        return rows
    rows = rows_with(rows, shown.contrasts(swept.sweep, rows))
    rows = shown.last(swept.sweep, rows.rename(columns={"value": "estimate"}))
    key = [*shown.ONE, "parameter"]
    table = rows[key].drop_duplicates()
    for order in ORDERS:
        columns = {"estimate": order, "low": f"{order}_low", "high": f"{order}_high"}
        part = rows[rows["order"] == order].rename(columns=columns)
        table = table.merge(part[[*key, *columns.values()]], on=key, how="left")
    return shown.ordered(shown.with_names(swept, table), "total", largest_first=True)


def _block(
    numbers: pd.DataFrame, choice: Choice, every: list[shown.Case], looks: Mapping[Arms, ArmStyle]
) -> Block:
    """An outcome, on one scale in all columns, from none to all or further."""
    rows = numbers[numbers["outcome"] == choice.outcome]
    drawn = rows[rows["parameter"].isin(choice.parameters)]
    limits = scales.limits(drawn[[*ORDERS, *INTERVALS]], zero=True, room=0.03)
    panels = []
    for case in choice.cases:
        of_panel = shown.of_case(rows, case, choice.outcome)
        color = looks[case.arms].color
        sum_of_first = typeset(fixed(of_panel["first"].sum(), 2))
        panels.append(Panel(
            rows=by_parameter.parts(choice, of_panel, partial(_parts, color=color)),
            scale="share of the variance",
            limits=limits,
            subtitle=words.heading(case, every),
            uprights=[Upright(0, {**ZERO, "zorder": 4})],
            right=f"first orders: {sum_of_first}",
        ))  # fmt: skip
    return by_parameter.block(choice, panels, _note(choice, rows))


def _parts(row: Any, color: str) -> Iterator[Part]:
    """Two bars for a parameter, with their intervals."""
    for order, down in zip(ORDERS, (-APART, APART), strict=True):
        look = {**_fill(order, color), "edgecolor": color, "linewidth": 0.6, "zorder": 3}
        low, high = getattr(row, f"{order}_low"), getattr(row, f"{order}_high")
        yield Bar(0, getattr(row, order), look, THICK, down)
        yield Mark(float("nan"), low, high, {}, INTERVAL, down)


def _fill(order: str, color: str) -> dict[str, Any]:
    """First orders are full and totals hatched, which any print tells apart."""
    return {"facecolor": color} if order == "first" else {"facecolor": "white", "hatch": "///////"}


def _note(choice: Choice, rows: pd.DataFrame) -> str:
    """How many parameters are not shown, and how little they do."""
    others = rows[rows["parameter"].isin(choice.others)]
    if others.empty:
        return ""
    count, most = by_parameter.count_of_others(choice), others["total"].max()
    if most <= 0:
        return f"{count}, without any share"
    if most < SMALL:
        return f"{count}, of a total below {SMALL:g}"
    return f"{count}, of a total of no more than {significant(most)}"


def _legend(looks: Mapping[Arms, ArmStyle], rows: pd.DataFrame) -> list[Artist]:
    color = next(iter(looks.values())).color if len(looks) == 1 else NEUTRAL
    edge: dict[str, Any] = {"edgecolor": color, "linewidth": 0.6}
    return [
        *by_parameter.colors(looks),
        *(Patch(label=name, **_fill(order, color), **edge) for order, name in ORDERS.items()),
        Line2D([], [], label="95 % interval", **INTERVAL),
        *words.assumed(rows),
    ]
