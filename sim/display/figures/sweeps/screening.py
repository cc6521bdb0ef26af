"""Screening by elementary effects: how much a parameter does, and how unevenly."""

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
from sim.display.figures.style import ArmStyle
from sim.display.figures.sweeps import multiples, words
from sim.display.figures.sweeps.labels import LINE, number_points
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
from sim.display.figures.sweeps.widths import wrapped
from sim.vocabulary import Arms, rows_with

NAMED = 12
"""Parameters that are named at most; fewer where a panel is low."""

ABREAST, LEFT, WIDTH, NAMES, RIGHT = 2, 12.0, 40.0, 38.0, 2.0
BELOW, LAST, LEAST, MOST = 7.0, 3.5, 18.0, 52.0
"""Panels side by side; in mm: left of a panel, its width, the names right of it, and beyond these;
below a panel, below the last besides, and a panel's height."""

INK, OTHERS = "#222222", "#9c9ca1"
EVEN: dict[str, Any] = {"color": INK, "linewidth": 0.6, "linestyle": (0, (2, 1.5)), "zorder": 1}
EXPLAINED = (
    "An elementary effect is what moving one parameter through its interval does, from one of many"
    " places. To the right: parameters that do more; upwards: those whose effect depends on the"
    " place, so on itself or on others; dashed: spread as large as the mean. Level lines: 95 %"
    " intervals of the mean. Numbered: those that do most; grey: the others.",
)


def figure(swept: Swept) -> tuple[Figure, pd.DataFrame] | None:
    """A point for each parameter, a panel for each outcome and case; None without a screening."""
    numbers = _numbers(swept)
    if numbers.empty:
        return None
    every, looks = cases(swept.sweep, numbers), contrasts(swept.sweep, numbers)
    panels = [(o, case) for o in map(str, numbers["outcome"].unique()) for case in every]
    heads = [words.below(numbers, outcome, words.heading(case, every)) for outcome, case in panels]
    down = -(-len(panels) // ABREAST)
    above = multiples.head_room(heads, WIDTH + NAMES)
    height = multiples.height(down, above + BELOW, LEAST, MOST)
    rows = multiples.Rows(LEFT, WIDTH, NAMES + RIGHT + LEFT - 1.0, height, above, BELOW)
    said = [words.compares(looks), *EXPLAINED, words.about(numbers)]
    lines = words.caption(swept.sweep, "point", *said)
    legend = _legend(looks, numbers)
    page = Page(TWO_COLUMNS, rows.pitch * down + LAST, swept.sweep.title, [legend], lines)
    for place, ((outcome, case), below) in enumerate(zip(panels, heads, strict=True)):
        axes = rows.axes(page, *divmod(place, ABREAST))
        of_outcome = numbers[numbers["outcome"] == outcome]
        _scale(axes, of_outcome)
        if place % ABREAST == 0:
            axes.set_ylabel("SD of effects")
        if place + ABREAST >= len(panels):
            axes.set_xlabel("mean absolute effect")
        _draw(axes, of_case(numbers, case, outcome), looks[case.arms], height)
        multiples.head(axes, label_of(outcome), below, WIDTH + NAMES, above)
    return page.figure, numbers


def _numbers(swept: Swept) -> pd.DataFrame:
    """One row for each result and parameter, the largest first, with its rank."""
    rows = swept.screening
    if rows.empty:
        return rows
    rows = rows_with(rows, contrasts(swept.sweep, rows))
    size = "mean_absolute_effect"
    rows = last(swept.sweep, rows.assign(estimate=rows[size])).drop(columns="estimate")
    columns = ["parameter", "name", "assumption", "mean_effect", size, "sd_effect", "low", "high"]
    rows = rows.rename(columns={"low": "from", "high": "to"})
    rows = with_names(swept, rows).rename(columns={"from": "low", "to": "high"})
    rows = ordered(rows[[*ONE, *columns]], size, largest_first=True)
    return rows.assign(rank=1 + rows.groupby(["scenario", *Arms._fields, "outcome"]).cumcount())


def _scale(axes: Axes, rows: pd.DataFrame) -> None:
    """One scale for all panels of an outcome, from none."""
    right = float(np.nanmax([rows["mean_absolute_effect"].max(), rows["high"].max()]))
    top = float(rows["sd_effect"].max())
    axes.set_xlim(0, 1.08 * right or 1.0)
    axes.set_ylim(0, 1.12 * top or 1.0)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    axes.grid(color="#e4e4e4", linewidth=0.5)
    axes.axline((0, 0), slope=1, **EVEN)


def _draw(axes: Axes, rows: pd.DataFrame, look: ArmStyle, height: float) -> None:
    """Points with their intervals; those that do most in colour, numbered, with a key."""
    key = _key(rows, height)
    named = rows["rank"] <= len(key)
    for part, is_named in ((rows[~named], False), (rows[named], True)):
        color = look.color if is_named else OTHERS
        axes.hlines(part["sd_effect"], part["low"], part["high"], color=color, linewidth=0.8)
        mark = _mark(look, color, is_named)
        axes.plot(part["mean_absolute_effect"], part["sd_effect"], **mark)
    points = rows[["mean_absolute_effect", "sd_effect"]].to_numpy(float)
    number_points(axes, points, [number for _, (number, *_) in key], (WIDTH, height))
    for y, (number, *name) in key:
        for text, at, side, weight in (
            (number, 16, "right", "bold"), ("\n".join(name), 19, "left", "normal"),
        ):  # fmt: skip
            axes.annotate(
                text, (1, 1 - y / height), xycoords="axes fraction", xytext=(at, 0), ha=side,
                textcoords="offset points", va="top", weight=weight, linespacing=1.1,
                annotation_clip=False,
            )  # fmt: skip


def _key(rows: pd.DataFrame, height: float) -> list[tuple[float, list[str]]]:
    """Numbers and names of those that do most, as many as fit beside the panel."""
    key: list[tuple[float, list[str]]] = []
    y = 0.0
    doing = rows[(rows["mean_absolute_effect"] > 0) & (rows["rank"] <= NAMED)]
    names = map(words.named, doing["name"], doing["assumption"])
    for rank, name in enumerate(names, start=1):
        lines = wrapped(name, NAMES - 7.0)
        if key and y + LINE * len(lines) > height + 4:
            break
        key.append((y, [str(rank), *lines]))
        y += LINE * len(lines) + 1.0
    return key


def _mark(look: ArmStyle, color: str, is_named: bool) -> dict[str, Any]:
    return {
        "marker": look.marker, "linestyle": "none", "markersize": 4.4 if is_named else 3,
        "markerfacecolor": "white" if is_named else color, "markeredgecolor": color,
        "markeredgewidth": 0.9, "zorder": 4 if is_named else 3, "clip_on": False,
    }  # fmt: skip


def _legend(looks: dict[Arms, ArmStyle], numbers: pd.DataFrame) -> list[Artist]:
    entries: list[Artist] = [
        Line2D([], [], label=arms.label("−"), **_mark(look, look.color, True))
        for arms, look in looks.items()
    ]
    if numbers["rank"].max() > 1:
        look = next(iter(looks.values()))
        entries.append(Line2D([], [], label="other parameters", **_mark(look, OTHERS, False)))
    return [*entries, words.assumed()] if numbers["assumption"].any() else entries
