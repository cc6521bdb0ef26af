"""Two days of a clinic with chairs: visits in their chairs, waiting, the nurse, closing time."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from sim.display.figures import multiples, style
from sim.display.figures.caption import Caption
from sim.display.figures.page import TWO_COLUMNS
from sim.display.figures.saved import Saved
from sim.outcomes.clinic_day import WHICH, days_of_clinic

LEFT, BETWEEN, RIGHT, BELOW = 13.0, 12.0, 3.0, 11.5
CHAIR, FEWEST, MOST = 6.0, 24.0, 90.0
"""Millimetres of a chair; of a panel, at least and at most."""

SEATED: dict[str, Any] = {"facecolor": style.BAND, "edgecolor": style.INK, "linewidth": 0.5}
NURSE: dict[str, Any] = {"facecolor": style.INK, "edgecolor": style.INK, "linewidth": 0.5}
WAITS: dict[str, Any] = {"color": style.INK, "linewidth": 0.9, "linestyle": (0, (1, 1.2))}
CLOSING: dict[str, Any] = {"color": style.SECOND, "linewidth": 1.0}

HOUR = 60

EXPLAINED = (
    "Visits of the first clinic of the arm {arm}, each in the chair that was free first. Dotted: "
    "from the arrival to the begin of the visit, in the waiting room.",
    "The busiest and the median day by their visits, of the days with a visit on which everyone is "
    "enrolled and nobody has ended. Who does not come is not shown, nor who is sent home.",
)

OF_OTHERS = "Other patients of the unit, who take chairs as well, are not shown."


def figure(saved: Saved, caption: Caption) -> style.Drawn | None:
    """A panel for each day; None for a clinic without chairs."""
    scenario = saved.study.scenario if saved.study is not None else None
    if saved.study is None or scenario is None or scenario.clinic is None:
        return None
    chairs, served = scenario.clinic.chairs, {*scenario.clinic.serves}
    arm = next((arm for arm in caption.arms if served & {*scenario.arms[arm]}), None)
    if chairs is None or arm is None:
        return None
    numbers = days_of_clinic(saved.study, arm)
    if numbers.empty:
        return None
    days = [numbers[numbers["which"] == which] for which in WHICH]
    heads = [
        (f"{which.capitalize()}: {len(own)} visits", f"day {own['day'].iloc[0]} of the clinic")
        for which, own in zip(WHICH, days, strict=True)
    ]
    shown = int(numbers["chair"].max())
    shares = scenario.clinic.other_patients or scenario.clinic.urgent
    explained = (*EXPLAINED, OF_OTHERS) if shares else EXPLAINED
    grid = multiples.grid(
        heads, multiples.in_rows(2, 2), _size(shown), caption.title, _legend(numbers),
        caption.paragraphs(*(text.format(arm=arm) for text in explained), about_bone=False),
    )  # fmt: skip
    first = min(chairs.times[0], float(numbers["arrives"].min()))
    last = max(chairs.times[1], float(numbers["ends"].max()))
    for axes, own in zip(grid.panels, days, strict=True):
        _visits(axes, own)
        _scale(axes, first, last, shown, chairs.times[1], grid)
    return grid.page.figure, numbers


def _visits(axes: Axes, own: pd.DataFrame) -> None:
    """Bars of the visits, their begin with a nurse, and the time in the waiting room."""
    at = own["chair"]
    axes.barh(at, own["ends"] - own["begins"], 0.62, own["begins"], zorder=2, **SEATED)
    axes.barh(at, own["nurse_until"] - own["begins"], 0.62, own["begins"], zorder=3, **NURSE)
    waits = own[own["begins"] > own["arrives"]]
    axes.hlines(waits["chair"] + 0.42, waits["arrives"], waits["begins"], zorder=4, **WAITS)


def _scale(
    axes: Axes, first: float, last: float, chairs: int, closes: int, grid: multiples.Grid
) -> None:
    """Hours below, chairs at the side, and the line of closing time."""
    room = (last - first) / 40
    axes.set_xlim(first - room, last + room)
    hours = range(-(-int(first) // HOUR), int(last) // HOUR + 1)
    step = next(n for n in (1, 2, 3, 4, 6, 12, 24) if len(hours) / n * 9.5 <= grid.width)
    axes.set_xticks([HOUR * hour for hour in hours[::step]])
    axes.set_xticklabels([f"{hour % 24}:00" for hour in hours[::step]])
    axes.set_xlabel("Time of day")
    axes.axvline(closes, zorder=1, **CLOSING)
    axes.set_ylim(chairs + 0.7, 0.3)
    every = max(1, -(-chairs * 4 // max(1, int(grid.height))))
    axes.set_yticks(range(1, chairs + 1, every))
    axes.set_ylabel("Chair")
    axes.grid(visible=False, axis="y")


def _size(chairs: int) -> multiples.Size:
    width = (TWO_COLUMNS - LEFT - RIGHT + BETWEEN) / 2 - BETWEEN
    high = min(MOST, max(FEWEST, CHAIR * chairs))
    return multiples.Size(LEFT, width, BETWEEN, BELOW, multiples.LEAST, high)


def _legend(numbers: pd.DataFrame) -> style.Legend:
    nurse = [style.area_entry("begin, with a nurse", **NURSE)]
    has_nurse = (numbers["nurse_until"] > numbers["begins"]).any()
    return [[
        style.area_entry("in the chair", **SEATED), *(nurse if has_nurse else []),
        style.line_entry("in the waiting room", **WAITS),
        style.line_entry("closing time", **CLOSING),
    ]]  # fmt: skip
