"""A grid along two axes and more: a difference in every cell, as a number and as a colour."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.patches import Patch, Rectangle
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator

from sim.display.figures import Drawn, multiples, scales, style
from sim.display.figures.differences import label_of
from sim.display.figures.page import TWO_COLUMNS, Page
from sim.display.figures.sweeps import heat_map_numbers, shown, words
from sim.display.figures.sweeps.axes_of_grid import Axis, axes_of, on_grid
from sim.display.figures.sweeps.heat_map_cells import Cells, Panel, Place, fitted
from sim.display.figures.sweeps.saved import Swept
from sim.display.figures.texts import millimetres
from sim.display.numbers import fixed, typeset

FRAME: dict[str, Any] = {
    "facecolor": "none", "edgecolor": "#111111", "linewidth": 1.0,
    "path_effects": [withStroke(linewidth=2.8, foreground="white")],
}  # fmt: skip
"""Dark within light, to be seen on any cell."""

EXPLAINED = (
    "Cells: paired differences, the same virtual patients and random numbers in both arms, with no "
    "more decimals than the first digit of their Monte Carlo error. "
    "Italics: the 95 % Monte Carlo interval includes 0. Small differences between cells may be "
    "chance. Lighter cells lie further from 0, on one scale of colours for all panels of an "
    "outcome.",
)


def figure(swept: Swept) -> Drawn | None:
    """A panel for each outcome, case and value of a third axis; None with fewer axes than two."""
    grid_axes = axes_of(swept)
    if len(grid_axes) < 2:
        return None
    numbers = _numbers(swept, grid_axes)
    if numbers.empty:
        return None
    panels = _panels(numbers, shown.cases(swept.sweep, numbers), grid_axes[:3])
    legend, texts = _legend(swept, numbers, grid_axes), heat_map_numbers.texts(numbers)
    title, lines = swept.sweep.title, _caption(swept, numbers, grid_axes)
    room = multiples.room_for(TWO_COLUMNS, title, [legend], lines)
    widest = max(map(millimetres, texts))
    cells = fitted(grid_axes[0], grid_axes[1], list(panels), widest, room)
    if not cells.are_written:
        lines = _caption(swept, numbers, grid_axes, "The CSV file holds the numbers of the cells.")
    page = Page(TWO_COLUMNS, cells.total, title, [legend], lines)
    for place in cells.places:
        axes = page.axes(place.left, place.top, cells.width, cells.height)
        _draw(axes, place, cells, numbers[numbers["outcome"] == place.panel.outcome])
        _name(axes, place, cells)
    return page.figure, numbers


def _caption(
    swept: Swept, numbers: pd.DataFrame, grid_axes: list[Axis], in_csv: str = ""
) -> list[str]:
    """What the cells are, and at which value each further axis is held."""
    held = "; ".join(axis.at(axis.usual) for axis in grid_axes[3:])
    held = f"Further axes, each held at one value: {held}." if held else ""
    return words.caption(swept.sweep, "point", *EXPLAINED, held, in_csv, words.at_month(numbers))


def _numbers(swept: Swept, grid_axes: list[Axis]) -> pd.DataFrame:
    """The differences at every point of the axes shown, with their Monte Carlo intervals."""
    rows = on_grid(shown.compared(swept.sweep, swept.outcomes), grid_axes)
    for axis in grid_axes[3:]:
        rows = rows[rows[axis.path] == axis.usual]
    return shown.ordered(rows)


def _panels(numbers: pd.DataFrame, every: list[shown.Case], axes: list[Axis]) -> Iterator[Panel]:
    """Outcomes; within each the cases, and within these the values of a third axis."""
    has_base = all(axis.has_base for axis in axes)
    third = axes[2:]
    values = third[0].values if third else [None]
    for outcome in map(str, numbers["outcome"].unique()):
        title, scale = label_of(outcome), words.below(numbers, outcome)
        for case, value in itertools.product(every, values):
            rows = shown.of_case(numbers, case, outcome)
            parts = [scale, words.heading(case, every), *(axis.at(value) for axis in third)]
            below = "; ".join(filter(None, parts))
            rows = rows[rows[third[0].path] == value] if third else rows
            is_base = has_base and (not third or bool(value == third[0].base))
            yield Panel(outcome, title, below, is_base, rows)
            title = scale = ""


def _draw(axes: Axes, place: Place, cells: Cells, of_outcome: pd.DataFrame) -> None:
    """The cells of a panel, and a scale beside it; all numbers of an outcome share its colours."""
    every = of_outcome["estimate"].to_numpy(float)
    values, is_clear = _table(place.panel, cells)
    colors, scale = heat_map_numbers.colors(every)
    edges = [np.arange(size + 1) - 0.5 for size in reversed(values.shape)]
    mesh = axes.pcolormesh(
        *edges, np.ma.masked_invalid(values), cmap=colors, norm=scale, edgecolors="white",
        linewidth=0.5,
    )  # fmt: skip
    decimals = heat_map_numbers.decimals(of_outcome)
    for (y, x), value in np.ndenumerate(values):
        if cells.are_written and np.isfinite(value):
            axes.text(
                x, y, typeset(fixed(value, decimals)), ha="center", va="center",
                color=heat_map_numbers.readable(colors(scale(value))),
                style="normal" if is_clear[y, x] else "italic",
            )  # fmt: skip
    if place.has_bar and scales.distance(float(every.min()), float(every.max())):
        _bar(axes, mesh, cells)


def _bar(axes: Axes, mesh: QuadMesh, cells: Cells) -> None:
    """The scale of colours right of a panel."""
    bar = axes.inset_axes((1 + 1.2 / cells.width, 0, 1.6 / cells.width, 1))
    scale = axes.figure.colorbar(mesh, cax=bar, ticks=MaxNLocator(4, steps=scales.STEPS))
    scale.outline.set_visible(False)
    bar.tick_params(length=1.5, width=0.5, pad=1)


def _table(panel: Panel, cells: Cells) -> tuple[np.ndarray, np.ndarray]:
    """The estimates by upright and level axis, and whether each interval excludes none."""
    axes = (cells.up, cells.across)
    rows = panel.rows.set_index([axis.path for axis in axes])[["estimate", "low", "high"]]
    rows = rows.reindex(pd.MultiIndex.from_product([axis.values for axis in axes]))
    shape = [len(axis.values) for axis in axes]
    values, low, high = rows.to_numpy(float).T.reshape(3, *shape)
    return values, low * high > 0


def _name(axes: Axes, place: Place, cells: Cells) -> None:
    """Title, values of both axes (the upright one's at the first panel of a row), and a frame.

    The frame is round the base case, where it is a point of the panel.
    """
    panel = place.panel
    axes.set_xticks(range(len(cells.across.values)), cells.ticks_across)
    axes.set_yticks(range(len(cells.up.values)), cells.ticks_up if place.is_first else [])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_xlabel("\n".join(cells.label_across) if place.is_last else "")
    axes.set_ylabel("\n".join(cells.label_up) if place.is_first else "")
    above = place.above + multiples.TITLE * (not place.row_has_title)
    multiples.head(axes, panel.title, panel.below, cells.width, above)
    if panel.has_base:
        x, y = (axis.values.index(axis.base) for axis in (cells.across, cells.up))
        axes.add_patch(Rectangle((x - 0.5, y - 0.5), 1, 1, **FRAME, zorder=5, clip_on=False))


def _legend(swept: Swept, numbers: pd.DataFrame, grid_axes: list[Axis]) -> list[Artist]:
    """Whose difference the cells are, where it is one, and the frame of the base case."""
    looks = shown.contrasts(swept.sweep, numbers)
    names = [arms.label("−") for arms in looks]
    cell = [Patch(label=f"each cell: {names[0]}", facecolor=style.FAINT)] * (len(names) == 1)
    frames = [Patch(label="base case", **FRAME)] * all(axis.has_base for axis in grid_axes)
    return [*cell, *frames]
