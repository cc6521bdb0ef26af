"""The costs of each arm of a run: all of them, and by what they pay for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
from matplotlib.patheffects import withStroke

from sim.display.figures import intervals, style, uncertain
from sim.display.figures.caption import Caption
from sim.display.figures.form import ONE_COLUMN
from sim.display.figures.intervals.parts import Bar, Block, Layout, Mark, Panel, Part, Row
from sim.display.figures.saved import Saved
from sim.display.figures.worth.about import About, in_units
from sim.economics.pricing import COST, UNDISCOUNTED
from sim.economics.ratios import amount
from sim.economics.valued import of_everyone

ALL, OF = "all costs", f"{COST} of "

LANE, BETWEEN, THICK = 3.6, 2.0, 2.5
"""Millimetres: of an arm, between rows, and of a bar."""

LAYOUT = Layout(labels=30.0, is_scale_below=True, sides=("right",), ticks=4, are_rows_ruled=True)

EXPLAINED = (
    "Bars: mean discounted cost per patient over the whole follow-up; lines: 95 % Monte Carlo "
    "intervals, without the uncertainty of prices and effects; numbers: the means in {money}."
)


def figure(saved: Saved, caption: Caption) -> style.Drawn | None:
    """A bar for each arm in each row; None for a scenario without economics."""
    if saved.worth is None or saved.study is None or saved.study.scenario.economics is None:
        return None
    numbers, money = costs(of_everyone(saved.worth)), saved.study.scenario.economics
    drawn = numbers[numbers["discounted"]]
    looks = caption.looks
    about = About(caption.title, caption.arms, f"{money.currency} of {money.price_year}")
    factor, unit = in_units(drawn["high"], about)
    parts = list(dict.fromkeys(drawn["part"]))
    panel = Panel(
        rows=[[*_parts(drawn[drawn["part"] == part], looks, factor)] for part in parts],
        scale=f"{unit} per patient",
        limits=(0.0, 1.05 * float(drawn["high"].max()) / factor or 1.0),
    )
    height = LANE * len(looks) + BETWEEN
    block = Block([Row(part, height) for part in parts], [panel])
    legend = [
        [style.area_entry(arm, **_face(look)) for arm, look in looks.items()],
        [style.line_entry(uncertain.MONTE_CARLO, **_line())],
    ]
    words = caption.paragraphs(EXPLAINED.format(money=money.currency), about_bone=False)
    page = intervals.figure([[block]], caption.title, legend, words, LAYOUT, ONE_COLUMN)
    return page, numbers


def costs(worth: pd.DataFrame) -> pd.DataFrame:
    """The costs of each arm, all and by part, discounted and not, one row each."""
    is_plain = worth["outcome"].str.endswith(UNDISCOUNTED)
    named = worth["outcome"].str.removesuffix(UNDISCOUNTED)
    is_cost = (named == COST) | named.str.startswith(OF)
    part = named.str.removeprefix(OF).replace(COST, ALL)
    rows = worth.assign(part=part, discounted=~is_plain)[is_cost & (worth["against_arm"] == "")]
    names = ["arm", "part", "discounted", "unit", "estimate", "mc_error", "low", "high"]
    return rows[names].reset_index(drop=True)


def _parts(rows: pd.DataFrame, looks: style.Looks, factor: float) -> Iterator[Part]:
    """The bar of each arm with its interval and its number, below each other."""
    lanes = list(looks)
    for row in rows.to_dict("records"):
        look, down = looks[row["arm"]], LANE * (lanes.index(row["arm"]) - (len(lanes) - 1) / 2)
        mean, low, high = (float(row[name]) / factor for name in ("estimate", "low", "high"))
        yield Bar(0.0, mean, {**_face(look), "zorder": 2}, THICK, down)
        printed = (amount(float(row["estimate"])),)
        yield Mark(float("nan"), low, high, {}, _line(), down, printed)


def _face(look: style.ArmStyle) -> dict[str, Any]:
    """The bar of an arm: filled or hollow, as its mark is."""
    return {"facecolor": look.face, "edgecolor": look.color, "linewidth": 0.9}


def _line() -> dict[str, Any]:
    """An interval in ink, with a white edge that shows on dark bars."""
    edge = [withStroke(linewidth=2.2, foreground="white")]
    return {"color": style.INK, "linewidth": 0.9, "zorder": 5, "path_effects": edge}
