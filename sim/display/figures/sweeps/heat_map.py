"""A grid along two axes and more: a difference in every cell, as a number and as a colour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.patheffects import withStroke

from sim.display.figures import multiples, scales
from sim.display.figures.differences import label_of
from sim.display.figures.page import TWO_COLUMNS, Page
from sim.display.figures.sweeps import shown, words
from sim.display.figures.sweeps.axes_of_grid import Axis, axes_of, on_grid
from sim.display.figures.sweeps.heat_map_cells import Cells, Panel, fitted
from sim.display.figures.sweeps.saved import Swept
from sim.display.numbers import fixed, typeset
from sim.vocabulary import Z95

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


def figure(swept: Swept) -> tuple[Figure, pd.DataFrame] | None:
    """A panel for each outcome, case and value of a third axis; None with fewer axes than two."""
    grid_axes = axes_of(swept)
    if len(grid_axes) < 2:
        return None
    numbers = _numbers(swept, grid_axes)
    if numbers.empty:
        return None
    panels = _panels(numbers, shown.cases(swept.sweep, numbers), grid_axes[2:3])
    cells = fitted(grid_axes[0], grid_axes[1], panels)
    sentences = [*EXPLAINED, *_held(grid_axes[3:]), *cells.said, words.about(numbers)]
    lines = words.caption(swept.sweep, "point", *sentences)
    legend = _legend(swept, numbers, grid_axes)
    page = Page(TWO_COLUMNS, cells.total, swept.sweep.title, [legend], lines)
    for panel, left, top in cells.places:
        axes = page.axes(left, top, cells.width, cells.height)
        of_outcome = numbers[numbers["outcome"] == panel.outcome]["estimate"].to_numpy(float)
        _draw(axes, panel, cells, of_outcome)
        _name(axes, panel, cells, left == cells.left)
        _frame(axes, panel, grid_axes[:3], cells)
    return page.figure, numbers


def _numbers(swept: Swept, grid_axes: list[Axis]) -> pd.DataFrame:
    """The differences at every point of the axes shown, with their Monte Carlo intervals."""
    rows = on_grid(shown.compared(swept.sweep, swept.outcomes), grid_axes)
    for axis in grid_axes[3:]:
        rows = rows[rows[axis.path] == axis.usual]
    half = Z95 * rows["mc_error"]
    rows = rows.assign(low=rows["estimate"] - half, high=rows["estimate"] + half)
    return shown.ordered(rows)


def _panels(numbers: pd.DataFrame, every: list[shown.Case], third: list[Axis]) -> list[Panel]:
    """Outcomes; within each the cases, and within these the values of the third axis."""
    panels = []
    for outcome in map(str, numbers["outcome"].unique()):
        for case in every:
            rows, heading = shown.of_case(numbers, case, outcome), words.heading(case, every)
            if not third:
                panels.append(Panel(outcome, words.below(numbers, outcome, heading), None, rows))
            for axis in third:
                for value in axis.values:
                    below = words.below(numbers, outcome, heading, axis.at(value))
                    panels.append(Panel(outcome, below, value, rows[rows[axis.path] == value]))
    return panels


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
    shape = (len(cells.up.values), len(cells.across.values))
    values, is_clear = np.full(shape, np.nan), np.zeros(shape, bool)
    places = zip(panel.rows[cells.up.path], panel.rows[cells.across.path], strict=True)
    intervals = panel.rows[["estimate", "low", "high"]].to_numpy(float)
    for (up, across), (estimate, low, high) in zip(places, intervals, strict=True):
        at = cells.up.values.index(up), cells.across.values.index(across)
        values[at], is_clear[at] = estimate, low * high > 0
    return values, is_clear


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
    """Title, and the values of both axes: those of the upright one at the first panel of a row."""
    axes.set_xticks(range(len(cells.across.values)), cells.ticks_across)
    axes.set_yticks(range(len(cells.up.values)), cells.ticks_up if is_first else [])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_xlabel("\n".join(cells.label_across))
    if is_first:
        axes.set_ylabel("\n".join(cells.label_up))
    multiples.head(axes, label_of(panel.outcome), panel.below, cells.width, cells.above)


def _frame(axes: Axes, panel: Panel, axes_shown: list[Axis], cells: Cells) -> None:
    """A frame round the base case, where it is a point of the panel."""
    is_there = all(axis.has_base for axis in axes_shown)
    if is_there and (len(axes_shown) < 3 or panel.third == axes_shown[2].base):
        x, y = (axis.values.index(axis.base) for axis in (cells.across, cells.up))
        axes.add_patch(Rectangle((x - 0.5, y - 0.5), 1, 1, **FRAME, zorder=5, clip_on=False))


def _held(held: list[Axis]) -> list[str]:
    """At which value further axes are shown."""
    return [f"Further axes, each held at one value: {'; '.join(a.at(a.usual) for a in held)}."
            ] if held else []  # fmt: skip


def _legend(swept: Swept, numbers: pd.DataFrame, grid_axes: list[Axis]) -> list[Artist]:
    looks = shown.contrasts(swept.sweep, numbers)
    entries: list[Artist] = [
        Line2D([], [], label=arms.label("−"), **look._asdict()) for arms, look in looks.items()
    ]
    is_framed = all(axis.has_base for axis in grid_axes)
    return [*entries, *([Patch(label="base case", **FRAME)] if is_framed else [])]
