"""A grid along two axes and more: a difference in every cell, as a number and as a colour."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, Normalize
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.patheffects import withStroke

from sim.display.figures import Drawn, multiples, scales, style
from sim.display.figures.differences import label_of
from sim.display.figures.page import TWO_COLUMNS, Page
from sim.display.figures.sweeps import shown, words
from sim.display.figures.sweeps.axes_of_grid import Axis, axes_of, on_grid
from sim.display.figures.sweeps.heat_map_cells import Cells, Panel, fitted
from sim.display.figures.sweeps.saved import Swept
from sim.display.numbers import fixed, typeset

ONE_SIGN, BOTH_SIGNS = "cividis", "managua"
"""Scales of even steps that the colour-blind read too; that of both signs is darkest at none."""

LIGHT, DARK = "#ffffff", "#111111"
FRAME: dict[str, Any] = {
    "facecolor": "none", "edgecolor": "#111111", "linewidth": 1.0,
    "path_effects": [withStroke(linewidth=2.8, foreground="white")],
}  # fmt: skip
"""Dark within light, to be seen on any cell."""

EXPLAINED = (
    "Cells: paired differences, the same virtual patients and random numbers in both arms. "
    "Italics: the 95 % Monte Carlo interval includes 0. Small differences between cells may be "
    "chance. The lighter a cell, the larger the difference, on one scale for all panels of an "
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
    cells = fitted(grid_axes[0], grid_axes[1], list(panels))
    held = "; ".join(axis.at(axis.usual) for axis in grid_axes[3:])
    lines = words.caption(
        swept.sweep, "point", *EXPLAINED,
        f"Further axes, each held at one value: {held}." if held else "",
        "" if cells.are_written else "The CSV file holds the numbers of the cells.",
        words.at_month(numbers),
    )  # fmt: skip
    legend = _legend(swept, numbers, grid_axes)
    page = Page(TWO_COLUMNS, cells.total, swept.sweep.title, [legend], lines)
    for panel, left, top in cells.places:
        axes = page.axes(left, top, cells.width, cells.height)
        of_outcome = numbers[numbers["outcome"] == panel.outcome]["estimate"].to_numpy(float)
        _draw(axes, panel, cells, of_outcome)
        _name(axes, panel, cells, left == cells.left)
    return page.figure, numbers


def _numbers(swept: Swept, grid_axes: list[Axis]) -> pd.DataFrame:
    """The differences at every point of the axes shown, with their Monte Carlo intervals."""
    rows = on_grid(shown.compared(swept.sweep, swept.outcomes), grid_axes)
    for axis in grid_axes[3:]:
        rows = rows[rows[axis.path] == axis.usual]
    return shown.ordered(rows)


def _panels(numbers: pd.DataFrame, every: list[shown.Case], axes: list[Axis]) -> Iterator[Panel]:
    """Outcomes; within each the cases, and within these the values of a third axis."""
    has_base = all(axis.has_base for axis in axes)
    for outcome, case in itertools.product(map(str, numbers["outcome"].unique()), every):
        rows, heading = shown.of_case(numbers, case, outcome), words.heading(case, every)
        if len(axes) < 3:
            yield Panel(outcome, words.below(numbers, outcome, heading), has_base, rows)
        for axis in axes[2:]:
            for value in axis.values:
                below = words.below(numbers, outcome, heading, axis.at(value))
                is_base = has_base and bool(value == axis.base)
                yield Panel(outcome, below, is_base, rows[rows[axis.path] == value])


def _colors(every: np.ndarray) -> tuple[Colormap, Normalize]:
    """Lighter as the difference is larger, whatever its sign; in two hues where both occur."""
    low, high = float(every.min()), float(every.max())
    most = max(abs(low), abs(high))
    if low < 0 < high:
        return matplotlib.colormaps[BOTH_SIGNS], Normalize(-most, most)
    colors = matplotlib.colormaps[ONE_SIGN]
    return (colors.reversed() if high <= 0 else colors), Normalize(low, high)


def _draw(axes: Axes, panel: Panel, cells: Cells, every: np.ndarray) -> None:
    """The cells of a panel; `every` are the numbers that share its colours."""
    values, is_clear = _table(panel, cells)
    colors, scale = _colors(every)
    edges = [np.arange(size + 1) - 0.5 for size in reversed(values.shape)]
    mesh = axes.pcolormesh(
        *edges, np.ma.masked_invalid(values), cmap=colors, norm=scale, edgecolors="white",
        linewidth=0.5,
    )  # fmt: skip
    decimals = _decimals(every)
    for (y, x), value in np.ndenumerate(values):
        if cells.are_written and np.isfinite(value):
            axes.text(
                x, y, typeset(fixed(value, decimals)), ha="center", va="center",
                color=_readable(colors(scale(value))),
                style="normal" if is_clear[y, x] else "italic",
            )  # fmt: skip
    if not cells.are_written:
        bar = axes.inset_axes((1 + 1.5 / cells.width, 0, 2 / cells.width, 1))
        axes.figure.colorbar(mesh, cax=bar).outline.set_visible(False)


def _table(panel: Panel, cells: Cells) -> tuple[np.ndarray, np.ndarray]:
    """The estimates by upright and level axis, and whether each interval excludes none."""
    axes = (cells.up, cells.across)
    rows = panel.rows.set_index([axis.path for axis in axes])[["estimate", "low", "high"]]
    rows = rows.reindex(pd.MultiIndex.from_product([axis.values for axis in axes]))
    shape = [len(axis.values) for axis in axes]
    values, low, high = rows.to_numpy(float).T.reshape(3, *shape)
    return values, low * high > 0


def _readable(color: Sequence[float]) -> str:
    """Light letters on dark cells and dark letters on light ones."""
    light = np.dot(np.array(color[:3]) ** 2.2, (0.2126, 0.7152, 0.0722))
    return DARK if light > 0.18 else LIGHT


def _decimals(values: np.ndarray) -> int:
    """As many as tell the numbers of an outcome apart, the same in all its cells."""
    low, high = float(values.min()), float(values.max())
    distance = scales.distance(low, high) or max(abs(low), abs(high)) or 1.0
    return int(np.clip(np.ceil(np.log10(30 / distance)), 0, 3))


def _name(axes: Axes, panel: Panel, cells: Cells, is_first: bool) -> None:
    """Title, values of both axes (the upright one's at the first panel of a row), and a frame.

    The frame is round the base case, where it is a point of the panel.
    """
    axes.set_xticks(range(len(cells.across.values)), cells.ticks_across)
    axes.set_yticks(range(len(cells.up.values)), cells.ticks_up if is_first else [])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_xlabel("\n".join(cells.label_across))
    if is_first:
        axes.set_ylabel("\n".join(cells.label_up))
    multiples.head(axes, label_of(panel.outcome), panel.below, cells.width, cells.above)
    if panel.has_base:
        x, y = (axis.values.index(axis.base) for axis in (cells.across, cells.up))
        axes.add_patch(Rectangle((x - 0.5, y - 0.5), 1, 1, **FRAME, zorder=5, clip_on=False))


def _legend(swept: Swept, numbers: pd.DataFrame, grid_axes: list[Axis]) -> list[Artist]:
    looks = shown.contrasts(swept.sweep, numbers).items()
    lines = [Line2D([], [], label=arms.label("−"), **style.course(look)) for arms, look in looks]
    frames = [Patch(label="base case", **FRAME)] * all(axis.has_base for axis in grid_axes)
    return [*lines, *frames]
