"""The stock of each drug of a clinic, day by day, with shortages and closures."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from sim.display.figures import arms_alike, bands, line_ends, months, multiples, scales, style
from sim.display.figures.caption import Caption
from sim.display.figures.page import TWO_COLUMNS
from sim.display.figures.saved import Saved
from sim.outcomes.stock import stocks
from sim.scenario.form.clinic import Clinic
from sim.vocabulary import DAYS_PER_MONTH

LEFT, RIGHT, HEIGHT, BELOW = 13.0, 2.0, 46.0, 11.5
OPACITY = 0.3
ROOM_OF_NAMES = 30.0
"""Millimetres that the names of all arms may take beside a panel: else they are in the legend."""

SHORT: dict[str, Any] = {"facecolor": "#f2d9c4", "edgecolor": "none", "linewidth": 0}
CLOSED: dict[str, Any] = {
    "facecolor": "none", "edgecolor": style.NEUTRAL, "hatch": "////", "linewidth": 0,
}  # fmt: skip

EXPLAINED = (
    "The stock of a clinic at the end of each day, in grams, from the day on which its limits "
    "begin: what was there, less whole vials, with the orders of the scenario.",
    "Lines: the median of the clinics. Areas: from the lowest to the highest of them; they are no "
    "confidence intervals.",
)


def figure(saved: Saved, caption: Caption) -> style.Drawn | None:
    """One panel for each drug with a stock; None where no clinic has any."""
    scenario = saved.study.scenario if saved.study is not None else None
    if saved.study is None or scenario is None or scenario.clinic is None:
        return None
    numbers = stocks(saved.tables, saved.study)
    if numbers.empty:
        return None
    numbers.insert(3, "months", numbers["day"] / DAYS_PER_MONTH)
    looks, therapies = caption.looks, [*dict.fromkeys(numbers["therapy"])]
    grid = multiples.grid(
        [(name.capitalize(), "stock at the end of the day") for name in therapies],
        multiples.in_rows(len(therapies), 1), _size(), caption.title,
        _legend(looks, scenario.clinic, therapies),
        caption.paragraphs(*EXPLAINED, about_bone=False),
    )  # fmt: skip
    for axes, therapy in zip(grid.panels, therapies, strict=True):
        own = numbers[numbers["therapy"] == therapy]
        _spans(axes, scenario.clinic, therapy)
        _lines(axes, own, looks, grid)
    return grid.page.figure, numbers


def _lines(axes: Axes, own: pd.DataFrame, looks: style.Looks, grid: multiples.Grid) -> None:
    """The median of each arm, with the area of its clinics."""
    present = {arm: own[own["arm"] == arm] for arm in looks if (own["arm"] == arm).any()}
    arms_alike.say(axes, present, ["months", "median"])
    ends, last = [], float(own["months"].max())
    for arm, course in present.items():
        look = looks[arm]
        grams = course[["lowest", "highest"]] / 1000
        bands.band(axes, course["months"], grams, look, OPACITY / len(present), 0.4)
        axes.plot(course["months"], course["median"] / 1000, color=look.color,
                  linestyle=look.linestyle, linewidth=0.8, zorder=4)  # fmt: skip
        end = course.iloc[-1]
        ends.append(line_ends.End(end["months"], end["median"] / 1000, arm, look.color))
    axes.set_ylim(0, 1.08 * max(0.001, float(own["highest"].max()) / 1000))
    scales.number(axes, "y", 5)
    axes.set_xlim(0, 1.02 * last)
    room = line_ends.room([*present])
    axes.set_xticks(months.ticks(last, grid.width - room))
    axes.set_xlabel("Months since the limits of the clinic began")
    axes.set_ylabel("Stock (g)")
    if line_ends.fit(looks, ROOM_OF_NAMES):
        line_ends.draw(axes, ends, 1.02 * last, grid.width, grid.height)


def _spans(axes: Axes, clinic: Clinic, therapy: str) -> None:
    """Shortages as areas, and closures hatched."""
    for short in clinic.supply[therapy].shortages:
        first, end = (day / DAYS_PER_MONTH for day in (short.days.start, short.days.stop))
        axes.axvspan(first, end, zorder=0, **SHORT)
    for closure in clinic.closed:
        first, end = (day / DAYS_PER_MONTH for day in (closure.days.start, closure.days.stop))
        axes.axvspan(first, end, zorder=0.5, **CLOSED)


def _size() -> multiples.Size:
    return multiples.Size(LEFT, TWO_COLUMNS - LEFT - RIGHT, 0.0, BELOW, multiples.LEAST, HEIGHT)


def _legend(looks: style.Looks, clinic: Clinic, therapies: list[str]) -> style.Legend:
    arms = [] if line_ends.fit(looks, ROOM_OF_NAMES) else style.arms_in_legend(looks)
    is_short = any(clinic.supply[name].shortages for name in therapies)
    more = [style.area_entry("orders delivered in part", **SHORT)] if is_short else []
    if clinic.closed:
        more.append(style.area_entry("closed", **CLOSED))
    return [arms, more]
