"""The spider: a difference along the interval of each parameter, the widest of them named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from sim.display.figures import Drawn, multiples, scales, style
from sim.display.figures.differences import label_of
from sim.display.figures.form import TWO_COLUMNS
from sim.display.figures.multiples import Size
from sim.display.figures.style import FAINT, LINES, SECOND, SYMBOLS, ArmStyle
from sim.display.figures.sweeps import shown, words
from sim.display.figures.sweeps.saved import Swept
from sim.display.figures.texts import LINE, POINTS_PER_MM, wrapped
from sim.vocabulary import Arms

NAMED = 5
"""Parameters that are named: more lines could not be told apart."""

ABREAST, NAMES, LEADER = 2, 38.5, 3.0
SIZE = Size(left=11.5, width=40.5, between=NAMES + 11.5, below=7.0, least=17.0, most=46.0,
            beside=NAMES)  # fmt: skip
ROOM = NAMES - LEADER - 1.0
"""Panels side by side; in mm: names right of a panel, the lines to names, and what these leave."""

MOST = 4
"""Panels below each other that a page holds."""

OTHERS: dict[str, Any] = {"color": FAINT, "linewidth": 0.6}
KEY = [*shown.ONE, "parameter"]
EXPLAINED = (
    "Lines: the outcome as one parameter moves through its interval (of a grid: from the first "
    "value to the last; a value outside it stands outside) while all others are held at the base "
    "case, including correlated ones. Low and high are the stated ends of the interval, or those "
    "of 95 % of its draws. Named: the parameters with the largest effects; grey: the others.",
)


def figure(swept: Swept) -> Drawn | None:
    """A line for every parameter, a panel for each outcome and case; None without ends."""
    wide = shown.ends(swept)
    if wide.empty:
        return None
    every, looks = shown.cases(swept.sweep, wide), shown.contrasts(swept.sweep, wide)
    panels = [(str(outcome), case) for outcome in wide["outcome"].unique() for case in every]
    most = MOST * multiples.abreast(ABREAST)
    left_out = f"Panels in the CSV file only: {len(panels) - most}." * (len(panels) > most)
    panels = panels[:most]
    heads = [(label_of(o), words.below(wide, o, words.heading(case, every))) for o, case in panels]
    cells = multiples.in_rows(len(panels), ABREAST)
    caption = words.of_differences(swept.sweep, "point", wide, looks, *EXPLAINED, left_out)
    room = multiples.room_for(TWO_COLUMNS, swept.sweep.title, [[_other()]], caption)
    size, places = multiples.reflowed(heads, cells, SIZE, room)
    numbers = _lines(swept, wide, multiples.fitted(heads, places, size, room)[1])
    lines = _styles(numbers)
    legend = [_legend(numbers)]
    grid = multiples.grid(heads, cells, SIZE, swept.sweep.title, legend, caption)
    for axes, (outcome, case) in zip(grid.panels, panels, strict=True):
        of_panel = shown.of_case(numbers, case, outcome)
        _draw(axes, of_panel, lines)
        axes.set_ylim(*scales.limits(numbers.loc[numbers["outcome"] == outcome, "estimate"], False))
        scales.number(axes, "y", 5)
        _name(axes, of_panel, grid.height)
    return grid.page.figure, numbers


def _lines(swept: Swept, wide: pd.DataFrame, height: float) -> pd.DataFrame:
    """A row for each point of each line: `place` is -1 at the low end, 0 at the base, 1 high."""
    wide = _named(wide.sort_values("width", ascending=False, kind="stable"), height)
    points = pd.concat([*_at_ends(wide), _between(swept, wide)], ignore_index=True)
    columns = ["name", "assumption", "width", "rank", "named"]
    return shown.ordered(points.merge(wide[[*KEY, *columns]], on=KEY), "rank", "place")


def _named(wide: pd.DataFrame, height: float) -> pd.DataFrame:
    """The place of each parameter by width, and whether its name fits beside its panel."""
    panel = ["scenario", *Arms._fields, "outcome"]
    names = map(words.named, wide["name"], wide["assumption"])
    wide = wide.assign(mm=[Label(0, wrapped(name, ROOM)).height for name in names])
    rank, used = 1 + wide.groupby(panel).cumcount(), wide.groupby(panel)["mm"].cumsum()
    named = (rank <= NAMED) & ((used <= height + 2) | (rank == 1)) & (wide["width"] > 0)
    return wide.drop(columns="mm").assign(rank=rank, named=named)


def _at_ends(wide: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """The low end, the base case and the high end of every line."""
    for role, place in (("low", -1.0), ("base", 0.0), ("high", 1.0)):
        names = {"value": "value", "mc": "mc_error", "from": "low", "to": "high"}
        columns = {f"{role}_{own}": name for own, name in names.items()}
        part = wide[[*KEY, role, *columns]].rename(columns={role: "estimate", **columns})
        yield part.assign(value=part["value"].astype(object), place=place)


def _between(swept: Swept, wide: pd.DataFrame) -> pd.DataFrame:
    """The steps between base case and ends, where there are any."""
    rows = shown.compared(swept.sweep, swept.outcomes)
    rows = rows[rows["role"] == "level"].rename(columns={"of": "parameter"})
    values = [row[row["parameter"]] for _, row in rows.iterrows()]
    rows = rows.assign(value=np.array(values, dtype=object))
    ends = rows[["low", "high"]].set_axis(["from", "to"], axis=1)
    rows = rows[[*KEY, "value", "estimate", "mc_error"]].join(ends).merge(wide, on=KEY)
    names = ("value", "base_value", "low_value", "high_value")
    value, base, low, high = (pd.to_numeric(rows[n], errors="coerce") for n in names)
    is_low = (value - base) * (low - base) > 0
    place = ((value - base) / (high - base)).mask(is_low, -(value - base) / (low - base))
    rows = rows.assign(place=place)[[*KEY, "value", "estimate", "mc_error", "from", "to", "place"]]
    return rows[place.notna()].rename(columns={"from": "low", "to": "high"})


def _styles(numbers: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """The line of each named parameter, the same in all panels."""
    named = numbers.loc[numbers["named"], "parameter"].unique()
    return {
        parameter: {
            **style.course(ArmStyle(
                style.color(i % style.NOT_AN_ARM), LINES[i % len(LINES)],
                SYMBOLS[(i + i // len(LINES)) % len(SYMBOLS)],
            )), "clip_on": False,
        }
        for i, parameter in enumerate(named)
    }  # fmt: skip


def _draw(axes: Axes, rows: pd.DataFrame, lines: Mapping[str, dict[str, Any]]) -> None:
    """Lines of the others below, then those that are named, the widest on top."""
    for rank in sorted(rows["rank"].unique(), reverse=True):
        line = rows[rows["rank"] == rank].assign(x=_along)
        line = line.sort_values("x", kind="stable")
        look = lines[line["parameter"].iloc[0]] if line["named"].all() else OTHERS
        axes.plot(line["x"], line["estimate"], **look)
    axes.set_xticks([0, 0.5, 1], ["low", "middle", "high"])


def _along(line: pd.DataFrame) -> pd.Series[float]:
    """How far each value is from the low end (0) to the high end (1); words at equal steps."""
    value = pd.to_numeric(line["value"], errors="coerce")
    low, high = (value[line["place"] == end].mean() for end in (-1, 1))
    known = value.notna().all() and low != high
    return (value - low) / (high - low) if known else (line["place"] + 1) / 2


def _name(axes: Axes, rows: pd.DataFrame, height: float) -> None:
    """The names at the right ends of their lines."""
    at_end = rows[rows["named"] & (rows["place"] == 1)]
    names = map(words.named, at_end["name"], at_end["assumption"])
    ends = zip(at_end["estimate"], names, strict=True)
    beside(axes, [Label(float(y), wrapped(name, ROOM)) for y, name in ends], height, LEADER)


def _legend(numbers: pd.DataFrame) -> list[Artist]:
    return [] if numbers["named"].all() else [_other()]


def _other() -> Artist:
    return Line2D([], [], label="other parameters", **OTHERS)


class Label(NamedTuple):
    """A name in lines, and the value at the right edge of a panel that it belongs to."""

    y: float
    lines: list[str]

    @property
    def height(self) -> float:
        """In mm, with the room around it."""
        return LINE * len(self.lines) + 0.6


def beside(axes: Axes, labels: Sequence[Label], height: float, gap: float) -> None:
    """Names right of a panel of `height` mm, moved apart, each with a thin line to its place."""
    low, high = axes.get_ylim()
    order = sorted(labels, key=lambda label: -label.y)
    wanted = [(high - label.y) / (high - low) * height for label in order]
    for label, want, at in zip(order, wanted, apart(wanted, order, height), strict=True):
        axes.annotate(
            "\n".join(label.lines), (1, 1 - want / height), xycoords="axes fraction",
            xytext=(gap * POINTS_PER_MM, (want - at) * POINTS_PER_MM), textcoords="offset points",
            va="center", linespacing=1.1, annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": SECOND, "linewidth": 0.4, "shrinkA": 0.5,
                        "shrinkB": 0, "relpos": (0, 0.5)},
        )  # fmt: skip


def apart(wanted: Sequence[float], labels: Sequence[Label], height: float) -> list[float]:
    """Where the centres of labels go: near the place wanted, in its order, and apart.

    They are pushed down from the top, and up again where the last would pass the lower edge.
    """
    halves = [label.height / 2 for label in labels]
    places, below = [], -1.0
    for want, half in zip(wanted, halves, strict=True):
        places.append(max(want, below + half))
        below = places[-1] + half
    above = max(height, 2 * sum(halves)) + 1.0
    for place in reversed(range(len(places))):
        places[place] = min(places[place], above - halves[place])
        above = places[place] - halves[place]
    return [float(place) for place in places]
