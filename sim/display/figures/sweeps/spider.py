"""The spider: a difference along the interval of each parameter, the widest of them named."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim.display.figures import multiples, scales, style
from sim.display.figures.labels import Label, beside
from sim.display.figures.multiples import Size
from sim.display.figures.sweeps import shown, words
from sim.display.figures.sweeps.saved import Swept
from sim.display.figures.texts import wrapped
from sim.vocabulary import Arms

NAMED = 5
"""Parameters that are named: more lines could not be told apart."""

ABREAST, NAMES, LEADER = 2, 38.5, 3.0
SIZE = Size(left=11.5, width=40.5, between=NAMES + 11.5, below=7.0, least=17.0, most=46.0,
            beside=NAMES)  # fmt: skip
ROOM = NAMES - LEADER - 1.0
"""Panels side by side; in mm: names right of a panel, the lines to names, and what these leave."""

LINE = [*shown.ONE, "parameter"]
EXPLAINED = (
    "Lines: the outcome as one parameter moves through its interval (of a grid: from the first "
    "value to the last) while all others are held at the base case, including correlated ones. Low "
    "and high are the stated ends of the interval, or those of 95 % of its draws. Named: the "
    "parameters with the largest effects; grey: the others.",
)


def figure(swept: Swept) -> tuple[Figure, pd.DataFrame] | None:
    """A line for every parameter, a panel for each outcome and case; None without ends."""
    wide = shown.ends(swept)
    if wide.empty:
        return None
    every, looks = shown.cases(swept.sweep, wide), shown.contrasts(swept.sweep, wide)
    panels, heads = words.panels(wide, every)
    cells = multiples.in_rows(len(panels), ABREAST)
    numbers = _lines(swept, wide, multiples.fitted(heads, cells, SIZE)[1])
    caption = words.caption(
        swept.sweep, "point", words.compares(looks), *EXPLAINED, words.about(wide)
    )
    legend = [_legend(looks, numbers)]
    grid = multiples.grid(heads, cells, SIZE, swept.sweep.title, legend, caption)
    for axes, (outcome, case) in zip(grid.panels, panels, strict=True):
        of_panel = shown.of_case(numbers, case, outcome)
        _draw(axes, of_panel, looks[case.arms])
        axes.set_ylim(*scales.limits(numbers.loc[numbers["outcome"] == outcome, "estimate"], False))
        scales.number(axes, "y", 5)
        _name(axes, of_panel, grid.height)
    return grid.page.figure, numbers


def _lines(swept: Swept, wide: pd.DataFrame, height: float) -> pd.DataFrame:
    """A row for each point of each line: `place` is -1 at the low end, 0 at the base, 1 high."""
    wide = _named(wide.sort_values("width", ascending=False, kind="stable"), height)
    found = pd.concat([_at_ends(wide), _between(swept, wide)], ignore_index=True)
    columns = ["name", "assumption", "width", "rank", "named"]
    return shown.ordered(found.merge(wide[[*LINE, *columns]], on=LINE), "rank", "place")


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
    rows = shown.compared(swept.sweep, swept.outcomes)
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


def _draw(axes: Axes, rows: pd.DataFrame, look: style.ArmStyle) -> None:
    """Lines of the others below, then those that are named."""
    for rank in sorted(rows["rank"].unique(), reverse=True):
        line = rows[rows["rank"] == rank]
        own = (
            _look(look, int(rank))
            if line["named"].all()
            else {"color": style.FAINT, "linewidth": 0.6}
        )
        axes.plot(line["place"], line["estimate"], **own)
    axes.axvline(0, zorder=1, **style.ZERO)
    axes.set_xlim(-1.05, 1)
    axes.set_xticks([-1, 0, 1], ["low", "base", "high"])


def _look(look: style.ArmStyle, rank: int) -> dict[str, Any]:
    """In the colour of the arm whose gain it is, each with a line and a mark of its own."""
    i = rank - 1
    own = look._replace(marker=style.SYMBOLS[i % len(style.SYMBOLS)])
    return {
        **style.with_line(style.mark(own, is_open=True, size=4), style.LINES[i % len(style.LINES)]),
        "clip_on": False,
    }


def _name(axes: Axes, rows: pd.DataFrame, height: float) -> None:
    """The names at the right ends of their lines."""
    at_end = rows[rows["named"] & (rows["place"] == 1)]
    names = map(words.named, at_end["name"], at_end["assumption"])
    labels = [
        Label(float(y), wrapped(name, ROOM))
        for y, name in zip(at_end["estimate"], names, strict=True)
    ]
    beside(axes, labels, height, LEADER)


def _legend(looks: dict[Arms, style.ArmStyle], numbers: pd.DataFrame) -> list[Artist]:
    entries: list[Artist] = [
        Line2D([], [], label=arms.label("−"), **_look(look, 1)) for arms, look in looks.items()
    ]
    if not numbers["named"].all():
        entries.append(Line2D([], [], label="other parameters", color=style.FAINT, linewidth=0.6))
    return [*entries, *words.assumed(numbers)]
