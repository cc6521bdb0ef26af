"""The spider: a difference along the interval of each parameter, the widest of them named."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from sim.display.figures.differences import label_of
from sim.display.figures.page import TWO_COLUMNS, Page
from sim.display.figures.style import LINES, SYMBOLS, ArmStyle
from sim.display.figures.sweeps import multiples, words
from sim.display.figures.sweeps.labels import Label, beside
from sim.display.figures.sweeps.saved import Swept
from sim.display.figures.sweeps.shown import (
    ONE,
    cases,
    compared,
    contrasts,
    ends,
    of_case,
    ordered,
)
from sim.display.figures.sweeps.widths import wrapped
from sim.vocabulary import Arms

NAMED = 5
"""Parameters that are named: more lines could not be told apart."""

ABREAST, LEFT, WIDTH, NAMES = 2, 11.5, 40.5, 38.5
"""Panels side by side; in mm: left of a panel, its width, and the names right of it."""

BELOW, LEAST, MOST = 7.0, 17.0, 46.0
LEADER = 3.0
ROOM = NAMES - LEADER - 1.0
"""In mm: below a panel, its height; the lines to names, and what they leave for a name."""

LINE = [*ONE, "parameter"]
INK, OTHERS = "#222222", "#bdbdbd"
EXPLAINED = (
    "Lines: the outcome as one parameter goes through its interval (of a grid: from the first"
    " value to the last) and all others stay as in the base case, also those that it is drawn"
    " together with; low and high are the ends of its interval, as stated, or that of 95 % of its"
    " draws. Named: those that move the outcome most; grey: the others.",
)


def figure(swept: Swept) -> tuple[Figure, pd.DataFrame] | None:
    """A line for every parameter, a panel for each outcome and case; None without ends."""
    wide = ends(swept)
    if wide.empty:
        return None
    every, looks = cases(swept.sweep, wide), contrasts(swept.sweep, wide)
    panels = [(o, case) for o in wide["outcome"].unique() for case in every]
    heads = [words.below(wide, outcome, words.heading(case, every)) for outcome, case in panels]
    above, down = multiples.head_room(heads, WIDTH + NAMES), -(-len(panels) // ABREAST)
    height = multiples.height(down, above + BELOW, LEAST, MOST)
    numbers = _lines(swept, wide, height)
    rows = multiples.Rows(LEFT, WIDTH, NAMES + LEFT, height, above, BELOW)
    said = [words.compares(looks), *EXPLAINED, words.about(wide)]
    lines = words.caption(swept.sweep, "point", *said)
    page = Page(TWO_COLUMNS, rows.pitch * down, swept.sweep.title, [_legend(looks, numbers)], lines)
    for place, ((outcome, case), below) in enumerate(zip(panels, heads, strict=True)):
        axes = rows.axes(page, *divmod(place, ABREAST))
        of_panel = of_case(numbers, case, outcome)
        _draw(axes, of_panel, looks[case.arms])
        _limits(axes, numbers[numbers["outcome"] == outcome])
        _name(axes, of_panel, height)
        multiples.head(axes, label_of(outcome), below, WIDTH + NAMES, above)
    return page.figure, numbers


def _lines(swept: Swept, wide: pd.DataFrame, height: float) -> pd.DataFrame:
    """A row for each point of each line: `place` is -1 at the low end, 0 at the base, 1 high."""
    wide = _named(wide.sort_values("width", ascending=False, kind="stable"), height)
    found = pd.concat([_at_ends(wide), _between(swept, wide)], ignore_index=True)
    columns = ["name", "assumption", "width", "rank", "named"]
    return ordered(found.merge(wide[[*LINE, *columns]], on=LINE), "rank", "place")


def _named(wide: pd.DataFrame, height: float) -> pd.DataFrame:
    """The place of each parameter by width, and whether its name fits beside its panel."""
    panel = ["scenario", *Arms._fields, "outcome"]
    names = map(words.named, wide["name"], wide["assumption"])
    wide = wide.assign(mm=[Label(0, wrapped(name, ROOM)).height for name in names])
    rank, used = 1 + wide.groupby(panel).cumcount(), wide.groupby(panel)["mm"].cumsum()
    named = (rank <= NAMED) & ((used <= height + 2) | (rank == 1)) & (wide["width"] > 0)
    return wide.drop(columns="mm").assign(rank=rank, named=named)


def _at_ends(wide: pd.DataFrame) -> pd.DataFrame:
    """The low end, the base case and the high end of every line."""
    parts = []
    for role, place in (("low", -1.0), ("base", 0.0), ("high", 1.0)):
        columns = {f"{role}_value": "value", role: "estimate", f"{role}_mc": "mc_error"}
        part = wide[[*LINE, *columns]].rename(columns=columns)
        parts.append(part.assign(place=place, value=part["value"].astype(object)))
    return pd.concat(parts)


def _between(swept: Swept, wide: pd.DataFrame) -> pd.DataFrame:
    """The steps between base case and ends, where there are any."""
    rows = compared(swept)
    rows = rows[rows["role"] == "level"].rename(columns={"of": "parameter"})
    values = [row[row["parameter"]] for _, row in rows.iterrows()]
    rows = rows.assign(value=np.array(values, dtype=object))
    rows = rows[[*LINE, "value", "estimate", "mc_error"]].merge(wide, on=LINE)
    names = ("value", "base_value", "low_value", "high_value")
    value, base, low, high = (pd.to_numeric(rows[n], errors="coerce") for n in names)
    is_low = (value - base) * (low - base) > 0
    place = ((value - base) / (high - base)).mask(is_low, -(value - base) / (low - base))
    rows = rows.assign(place=place)[[*LINE, "value", "estimate", "mc_error", "place"]]
    return rows[place.notna()]


def _draw(axes: Axes, rows: pd.DataFrame, look: ArmStyle) -> None:
    """Lines of the others below, then those that are named."""
    for rank in sorted(rows["rank"].unique(), reverse=True):
        line = rows[rows["rank"] == rank]
        own = _look(look, int(rank)) if line["named"].all() else {"color": OTHERS, "linewidth": 0.6}
        axes.plot(line["place"], line["estimate"], **own)
    axes.axvline(0, color=INK, linewidth=0.6, zorder=1)
    axes.set_xlim(-1.05, 1)
    axes.set_xticks([-1, 0, 1], ["low", "base", "high"])


def _look(look: ArmStyle, rank: int) -> dict[str, Any]:
    """In the colour of the arm whose gain it is, each with a line and a mark of its own."""
    place = rank - 1
    return {
        "color": look.color, "linestyle": LINES[place % len(LINES)], "linewidth": 1.3,
        "marker": SYMBOLS[place % len(SYMBOLS)], "markersize": 4, "markerfacecolor": "white",
        "markeredgecolor": look.color, "markeredgewidth": 0.9, "zorder": 3, "clip_on": False,
    }  # fmt: skip


def _limits(axes: Axes, rows: pd.DataFrame) -> None:
    """One scale for all panels of an outcome."""
    low, high = float(rows["estimate"].min()), float(rows["estimate"].max())
    room = 0.06 * multiples.spread(low, high) or 1.0
    axes.set_ylim(low - room, high + room)
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10], min_n_ticks=3))
    axes.grid(axis="y", color="#e4e4e4", linewidth=0.5)


def _name(axes: Axes, rows: pd.DataFrame, height: float) -> None:
    """The names at the right ends of their lines."""
    at_end = rows[rows["named"] & (rows["place"] == 1)]
    names = map(words.named, at_end["name"], at_end["assumption"])
    labels = [
        Label(float(y), wrapped(name, ROOM))
        for y, name in zip(at_end["estimate"], names, strict=True)
    ]
    beside(axes, labels, height, LEADER)


def _legend(looks: dict[Arms, ArmStyle], numbers: pd.DataFrame) -> list[Artist]:
    entries: list[Artist] = [
        Line2D([], [], label=arms.label("−"), **_look(look, 1)) for arms, look in looks.items()
    ]
    if not numbers["named"].all():
        entries.append(Line2D([], [], label="other parameters", color=OTHERS, linewidth=0.6))
    return [*entries, words.assumed()] if numbers["assumption"].any() else entries
