"""Screening by elementary effects: how much a parameter does, and how unevenly."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim.display.figures import multiples, scales
from sim.display.figures.labels import number_points
from sim.display.figures.multiples import Size
from sim.display.figures.style import DASHED, OTHERS, ArmStyle, mark
from sim.display.figures.sweeps import shown, words
from sim.display.figures.sweeps.saved import Swept
from sim.display.figures.texts import LINE, wrapped
from sim.vocabulary import Arms, rows_with

NAMED = 12
"""Parameters that are named at most; fewer where a panel is low."""

ABREAST, NAMES, LAST = 2, 38.0, 3.5
SIZE = Size(left=12.0, width=40.0, between=NAMES + 13.0, below=7.0, least=18.0, most=52.0,
            beside=NAMES)  # fmt: skip
"""Panels side by side; in mm: the names right of a panel, and the room below all panels."""

EXPLAINED = (
    "An elementary effect is the change of the outcome when one parameter moves through its "
    "interval, from one of many starting points. To the right: parameters with larger effects; "
    "upwards: parameters whose effect depends on the starting point, on their own value or on "
    "other parameters; dashed: spread as large as the mean. Horizontal lines: 95 % intervals of "
    "the mean. Numbered: the largest effects; grey: the others.",
)


def figure(swept: Swept) -> tuple[Figure, pd.DataFrame] | None:
    """A point for each parameter, a panel for each outcome and case; None without a screening."""
    numbers = _numbers(swept)
    if numbers.empty:
        return None
    every, looks = shown.cases(swept.sweep, numbers), shown.contrasts(swept.sweep, numbers)
    panels, heads = words.panels(numbers, every)
    cells = multiples.in_rows(len(panels), ABREAST)
    sentences = [words.compares(looks), *EXPLAINED, words.about(numbers)]
    caption, legend = words.caption(swept.sweep, "point", *sentences), [_legend(looks, numbers)]
    grid = multiples.grid(heads, cells, SIZE, swept.sweep.title, legend, caption, last=LAST)
    for i, (axes, (outcome, case)) in enumerate(zip(grid.panels, panels, strict=True)):
        _scale(axes, numbers[numbers["outcome"] == outcome])
        axes.set_ylabel("SD of effects" if i % ABREAST == 0 else "")
        axes.set_xlabel("mean absolute effect" if i + ABREAST >= len(panels) else "")
        _draw(axes, shown.of_case(numbers, case, outcome), looks[case.arms], grid.height)
    return grid.page.figure, numbers


def _numbers(swept: Swept) -> pd.DataFrame:
    """One row for each result and parameter, the largest first, with its rank."""
    rows = swept.screening
    if rows.empty:
        return rows
    rows = rows_with(rows, shown.contrasts(swept.sweep, rows))
    size = "mean_absolute_effect"
    rows = shown.last(swept.sweep, rows.assign(estimate=rows[size])).drop(columns="estimate")
    columns = ["parameter", "name", "assumption", "mean_effect", size, "sd_effect", "low", "high"]
    rows = rows.rename(columns={"low": "from", "high": "to"})
    rows = shown.with_names(swept, rows).rename(columns={"from": "low", "to": "high"})
    rows = shown.ordered(rows[[*shown.ONE, *columns]], size, largest_first=True)
    return rows.assign(rank=1 + rows.groupby(["scenario", *Arms._fields, "outcome"]).cumcount())


def _scale(axes: Axes, rows: pd.DataFrame) -> None:
    """One scale for all panels of an outcome, from none."""
    right = float(np.nanmax([rows["mean_absolute_effect"].max(), rows["high"].max()]))
    top = float(rows["sd_effect"].max())
    axes.set_xlim(0, 1.08 * right or 1.0)
    axes.set_ylim(0, 1.12 * top or 1.0)
    scales.number(axes, "x", 4, 2)
    scales.number(axes, "y", 4, 2)
    axes.axline((0, 0), slope=1, zorder=1, **DASHED)


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
    number_points(axes, points, [number for _, (number, *_) in key], (SIZE.width, height))
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
    """An open mark where the parameter is named, else a small full one."""
    own = mark(look._replace(color=color), is_open=True, size=4.4 if is_named else 3)
    return {**own, "markerfacecolor": "white" if is_named else color, "clip_on": False}


def _legend(looks: dict[Arms, ArmStyle], numbers: pd.DataFrame) -> list[Artist]:
    entries: list[Artist] = [
        Line2D([], [], label=arms.label("−"), **_mark(look, look.color, True))
        for arms, look in looks.items()
    ]
    if numbers["rank"].max() > 1:
        look = next(iter(looks.values()))
        entries.append(Line2D([], [], label="other parameters", **_mark(look, OTHERS, False)))
    return [*entries, *words.assumed(numbers)]
