"""What a patient has cost so far in each arm, over the years since entry."""

from __future__ import annotations

import pandas as pd

from sim.display.figures import scales, style
from sim.display.figures.worth.about import About, in_units, panel
from sim.economics.pricing import COST, UNDISCOUNTED

EXPLAINED = (
    "Lines: mean cost per patient from entry until the end of each year, undiscounted; those who "
    "have died go on with what they had cost. Bands: 95 % Monte Carlo intervals, without the "
    "uncertainty of prices and effects. The CSV file has discounted costs and differences too."
)


def figure(table: pd.DataFrame, about: About) -> style.Drawn:
    """A line for each arm from 0 at entry, with its interval at the end of each year."""
    shown = table[(table["outcome"] == f"{COST}{UNDISCOUNTED}") & (table["against_arm"] == "")]
    entries = style.arms_in_legend(about.looks)
    page, axes, width = panel(about, [entries], (EXPLAINED,))
    factor, unit = in_units(shown["high"], about)
    for arm, look in about.looks.items():
        rows = shown[shown["arm"] == arm]
        years = [0.0, *rows["years"]]
        low, mean, high = ([0.0, *(rows[name] / factor)] for name in ("low", "estimate", "high"))
        axes.fill_between(years, low, high, color=look.color, alpha=0.2, linewidth=0)
        marks = max(1, len(years) // 10)
        axes.plot(years, mean, markevery=marks, clip_on=False, **style.course(look, size=3.6))
    axes.set_xlim(0, float(shown["years"].max()))
    axes.set_ylim(0, 1.05 * float(shown["high"].max()) / factor or 1.0)
    scales.number_across(axes, width, 6)
    scales.number(axes, "y", 5)
    axes.set_xlabel("years since entry")
    axes.set_ylabel(f"cost per patient, {unit}")
    return page.figure, table
