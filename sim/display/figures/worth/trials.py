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
    "The expected value of a trial (EVSI) for each patient who is treated after it; dashed: "
    "the value of knowing every parameter (EVPI)."
)
MONEY = "Below: the value for all these patients less the cost of the trial (ENBS)."
BARS = (
    "Bars: 95 % Monte Carlo intervals, from the chance of the draws and of the regression; "
    "straight lines join sizes that were simulated."
)


def figure(trials: Sequence[Trial], evpi: float, draws: int, about: About) -> style.Drawn:
    """EVSI and ENBS by patients per arm of the trial, with the EVPI and the best size.

    Where no ENBS is known, EVSI alone.
    """
    width, table = at_most(ONE_COLUMN), pd.DataFrame(trials)
    has_money = bool(table["enbs"].notna().all())
    said = (EXPLAINED, MONEY, BARS, _best(trials)) if has_money else (EXPLAINED, BARS)
    caption = [spoken(*about.said, f"{draws:,} draws.", *said)]
    height = HEIGHT + has_money * (HEIGHT + BETWEEN)
    page = Page(width, height + BELOW, about.title, [], caption)
    inside = width - LEFT - RIGHT
    above = page.axes(LEFT, 0, inside, HEIGHT)
    most = max(evpi, float((table["evsi"] + Z95 * table["evsi_se"]).max()))
    factor, unit = in_units(most, about)
    _draw(above, table, "evsi", factor)
    above.axhline(evpi / factor, zorder=1, **style.DASHED)
    above.set_ylim(0, 1.06 * most / factor)
    above.set_ylabel(f"EVSI, {unit}")
    panels = [above, *([_money(page, inside, table, about)] if has_money else [])]
    for axes in panels:
        scales.number(axes, "y", 5)
        _number_sizes(axes, table["patients"].to_numpy(float), inside)
        axes.tick_params(axis="x", labelbottom=axes is panels[-1])
    panels[-1].set_xlabel("patients per arm of the trial")
    return page.figure, table.assign(evpi=evpi)


def _money(page: Page, inside: float, table: pd.DataFrame, about: About) -> Axes:
    """The panel of what is left of the value to all patients after the cost of the trial."""
    below = page.axes(LEFT, HEIGHT + BETWEEN, inside, HEIGHT)
    reach = table["enbs"].abs() + Z95 * table["enbs_se"]
    factor, unit = in_units(reach, about)
    _draw(below, table, "enbs", factor)
    below.axhline(0, zorder=1, **style.ZERO)
    below.set_ylabel(f"ENBS, {unit}")
    return below


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
    return f"Highest ENBS: {best.patients:,} patients per arm{also}."
