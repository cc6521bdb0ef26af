"""What a trial is worth by its size, and what is left of this after its cost."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.display.figures import scales, style
from sim.display.figures.caption import spoken
from sim.display.figures.form import ONE_COLUMN, at_most
from sim.display.figures.page import Page
from sim.display.figures.steps import Floats
from sim.display.figures.texts import millimetres
from sim.display.figures.worth.about import BELOW, LEFT, RIGHT, About, in_units
from sim.economics.information.sample import Trial, optimum
from sim.vocabulary import Z95

HEIGHT, BETWEEN, APART = 34.0, 7.0, 1.5
"""Millimetres: of a panel, between the two, and between sizes that are written."""

EXPLAINED = (
    "Above: the expected value of a trial (EVSI) for each patient who is treated after it; dashed: "
    "the value of knowing every parameter (EVPI). Below: the value for all these patients less the "
    "cost of the trial (ENBS). Bars: 95 % Monte Carlo intervals, from the chance of the draws and "
    "of the regression; straight lines join sizes that were simulated."
)


def figure(trials: Sequence[Trial], evpi: float, draws: int, about: About) -> style.Drawn:
    """EVSI and ENBS by number of patients in the trial, with the EVPI and the best size."""
    width = at_most(ONE_COLUMN)
    caption = [spoken(*about.said, f"{draws:,} draws.", EXPLAINED, _best(trials))]
    page = Page(width, 2 * HEIGHT + BETWEEN + BELOW, about.title, [], caption)
    inside = width - LEFT - RIGHT
    table = pd.DataFrame(trials)
    above = page.axes(LEFT, 0, inside, HEIGHT)
    most = max(evpi, float((table["evsi"] + Z95 * table["evsi_se"]).max()))
    factor, unit = in_units(most, about)
    _draw(above, table, "evsi", factor)
    above.axhline(evpi / factor, zorder=1, **style.DASHED)
    above.set_ylim(0, 1.06 * most / factor)
    above.set_ylabel(f"EVSI, {unit}")
    below = page.axes(LEFT, HEIGHT + BETWEEN, inside, HEIGHT)
    factor, unit = in_units(table["enbs"], about)
    _draw(below, table, "enbs", factor)
    below.axhline(0, zorder=1, **style.ZERO)
    below.set_ylabel(f"ENBS, {unit}")
    below.set_xlabel("patients in the trial")
    sizes = table["patients"].to_numpy(float)
    for axes in (above, below):
        scales.number(axes, "y", 5)
        _number_sizes(axes, sizes, inside)
    above.tick_params(axis="x", labelbottom=False)
    return page.figure, table.assign(evpi=evpi)


def _draw(axes: Axes, table: pd.DataFrame, of: str, factor: float) -> None:
    """Marks at the sizes with their intervals, joined by lines; the look is no arm's."""
    (look,) = style.difference_style(["trial"]).values()
    values, half = table[of] / factor, Z95 * table[f"{of}_se"] / factor
    axes.errorbar(table["patients"], values, half, elinewidth=0.9, **style.course(look))


def _number_sizes(axes: Axes, sizes: Floats, width: float) -> None:
    """The sizes on a logarithmic scale, as many written as stand apart."""
    axes.set_xscale("log")
    low, high = sizes.min() / 1.15, sizes.max() * 1.15
    axes.set_xlim(low, high)
    axes.set_xticks(sizes, [""] * len(sizes), minor=True)
    chosen, edge = [], float("inf")
    for size in sizes[::-1]:
        middle = width * np.log(size / low) / np.log(high / low)
        half = millimetres(f"{size:,.0f}") / 2
        if middle + half + APART <= edge:
            chosen.append(size)
            edge = middle - half
    axes.set_xticks(chosen, [f"{size:,.0f}" for size in chosen])


def _best(trials: Sequence[Trial]) -> str:
    """The size with the highest ENBS, and those that may be as good."""
    best = optimum(trials)
    if best is None:
        return "No trial of these sizes is worth its cost."
    span = f"{best.lowest:,} to {best.highest:,}"
    also = "" if best.lowest == best.highest else f"; sizes of {span} may be as good"
    return f"Highest ENBS: {best.patients:,} patients{also}."
