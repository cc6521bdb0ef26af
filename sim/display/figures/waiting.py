"""Waiting for a place at the clinic: how long doses wait, and the interval that patients get."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from sim.display.figures import arms_alike, bands, line_ends, months, multiples, scales, style
from sim.display.figures import waiting_courses as courses
from sim.display.figures.caption import Caption
from sim.display.figures.page import TWO_COLUMNS
from sim.display.figures.saved import Saved

LEFT, BETWEEN, RIGHT, HEIGHT, BELOW = 13.0, 14.0, 2.0, 50.0, 11.5
OPACITY = 0.16
ROOM_OF_NAMES = 30.0
"""Millimetres that the names of all arms may take beside a panel: else they are in the legend."""

HEADS = ("doses given by their wait", "days from one dose to the next")
"""Below the name of each therapy, what its two panels show."""

PLANNED: dict[str, Any] = {
    "color": style.SECOND,
    "linewidth": 0.9,
    "linestyle": (0, (1, 1.2)),
    "zorder": 3,
}
EXPLAINED = (
    "Doses by their wait: of the doses for which patients asked at the clinic, the share given "
    "after at most so many days. Doses that a patient cancelled or did not come for are not "
    "counted; the distance to 100 % is the share that the clinic skipped.",
    "Days from one dose to the next: the mean in the part of the follow-up in which the interval "
    "ends, beside that of the plan. A skipped dose makes two intervals one.",
    "Areas and bars: 95 % Monte Carlo intervals. They show simulation (Monte Carlo) error only, "
    "not the uncertainty of the published data.",
)
OWED = (
    "A wait counts from the day on which the patient asks, which is `at_least_apart` after the "
    "dose before at the earliest, and not from the plan."
)


def figure(saved: Saved, caption: Caption) -> style.Drawn | None:
    """Two panels for each therapy that the clinic serves; None without a clinic."""
    scenario = saved.study.scenario if saved.study is not None else None
    if scenario is None or scenario.clinic is None:
        return None
    numbers = _numbers(saved, scenario.clinic.serves)
    looks, is_owed = style.arm_style(caption.arms), scenario.clinic.next == "owed"
    therapies = [*dict.fromkeys(numbers["therapy"])]
    heads = [(name.capitalize(), below) for name in therapies for below in HEADS]
    grid = multiples.grid(
        heads, multiples.in_rows(len(heads), 2), _size(), caption.title, _legend(looks, caption),
        caption.paragraphs(
            *EXPLAINED, OWED * is_owed, *months.explained(caption), about_bone=False
        ),
    )  # fmt: skip
    for i, therapy in enumerate(therapies):
        own = numbers[numbers["therapy"] == therapy]
        left, right = grid.panels[2 * i : 2 * i + 2]
        _shares(left, own[own["panel"] == "share"], looks, grid)
        _intervals(right, own[own["panel"] == "interval"], looks, grid, caption)
    return grid.page.figure, numbers


def _numbers(saved: Saved, serves: Iterable[str]) -> pd.DataFrame:
    """The rows of both panels, for each therapy and each arm that has it."""
    assert saved.study is not None
    scenario, rows = saved.study.scenario, []
    for therapy in serves:
        for arm in (arm for arm, therapies in scenario.arms.items() if therapy in therapies):
            for panel, made in (("share", courses.shares), ("interval", courses.intervals)):
                own = made(saved.tables, scenario, arm, therapy)
                rows.append(own.assign(therapy=therapy, arm=arm, panel=panel))
    first = ["therapy", "panel", "arm", "days", "from_month", "to_month", "planned"]
    numbers = pd.concat(rows, ignore_index=True)
    return numbers[[*first, *(name for name in numbers if name not in first)]]


def _shares(axes: Axes, numbers: pd.DataFrame, looks: style.Looks, grid: multiples.Grid) -> None:
    """Steps of the share of doses that waited at most so many days, with their bands."""
    present = _by_arm(numbers, looks)
    arms_alike.say(axes, present, ["days", "estimate"])
    ends, last = [], float(numbers["days"].max())
    for arm, own in present.items():
        own, look = _to_the_end(own, last), looks[arm]
        opacity = 2 * OPACITY / max(2, len(present))
        bands.band(axes, own["days"], own[["low", "high"]], look, opacity, 0.4, are_steps=True)
        line = {"color": look.color, "linestyle": look.linestyle, "drawstyle": "steps-post"}
        axes.plot(own["days"], own["estimate"], zorder=4, **line)
        end = own.iloc[-1]
        ends.append(line_ends.End(end["days"], end["estimate"], arm, look.color))
    axes.set_ylim(0, 100)
    axes.set_xlim(0, last + 1)
    whole = MaxNLocator(6, integer=True, steps=[1, 2, 5, 10]).tick_values(0, last)
    axes.set_xticks([tick for tick in whole if 0 <= tick <= last + 1])
    axes.grid(axis="x", color=style.GRID, linewidth=0.5)
    scales.number(axes, "y", 5)
    axes.set_xlabel("Days of waiting, at most")
    axes.set_ylabel("Doses asked for (%)")
    _names(axes, ends, last + 1, grid)


def _by_arm(numbers: pd.DataFrame, looks: style.Looks) -> dict[str, pd.DataFrame]:
    """The rows of each arm that has any, in the order of the arms."""
    rows = {arm: numbers[numbers["arm"] == arm] for arm in looks}
    return {arm: own for arm, own in rows.items() if len(own)}


def _to_the_end(own: pd.DataFrame, last: float) -> pd.DataFrame:
    """The steps with the whole width of the last day."""
    end = own.iloc[[-1]].assign(days=last + 1)
    return pd.concat([own, end], ignore_index=True)


def _intervals(
    axes: Axes, numbers: pd.DataFrame, looks: style.Looks, grid: multiples.Grid, caption: Caption
) -> None:
    """Marks of the mean interval in each part of the follow-up, and the planned one as steps."""
    present = _by_arm(numbers, looks)
    arms_alike.say(axes, present, ["from_month", "estimate"])
    ends = []
    for i, (arm, own) in enumerate(present.items()):
        look = looks[arm]
        aside = (i - (len(present) - 1) / 2) * caption.horizon_months / 40
        at = (own["from_month"] + own["to_month"]) / 2 + aside
        axes.vlines(at, own["low"], own["high"], color=look.color, linewidth=2.2, zorder=3)
        axes.plot(at, own["estimate"], **style.mark(look))
        ends.append(line_ends.End(at.iloc[-1], own["estimate"].iloc[-1], arm, look.color))
    plan = numbers[numbers["arm"] == next(iter(present))] if present else numbers
    axes.hlines(plan["planned"], plan["from_month"], plan["to_month"], **PLANNED)
    top = np.nanmax(numbers[["high", "planned"]].to_numpy(float)) if len(numbers) else 1.0
    axes.set_ylim(0, 1.08 * top)
    scales.number(axes, "y", 5)
    axes.set_ylabel("Interval (days)")
    ticks = months.ticks(caption.horizon_months, grid.width - line_ends.room([*present]))
    months.draw_months(axes, caption, ticks, caption.horizon_months)
    _names(axes, ends, axes.get_xlim()[1], grid)


def _names(axes: Axes, ends: list[line_ends.End], right: float, grid: multiples.Grid) -> None:
    """The name of each arm beside the end of its line, where all names have room."""
    if ends and line_ends.fit([end.name for end in ends], ROOM_OF_NAMES):
        line_ends.draw(axes, ends, right, grid.width, grid.height)


def _size() -> multiples.Size:
    width = (TWO_COLUMNS - LEFT - RIGHT + BETWEEN) / 2 - BETWEEN
    return multiples.Size(LEFT, width, BETWEEN, BELOW, multiples.LEAST, HEIGHT)


def _legend(looks: style.Looks, caption: Caption) -> style.Legend:
    interval = style.area_entry("95 % Monte Carlo interval", facecolor=style.BAND)
    arms: list[Artist] = []
    if not line_ends.fit(looks, ROOM_OF_NAMES):
        arms = style.arms_in_legend(looks)
    planned = style.line_entry("planned interval", **PLANNED)
    return [arms, [interval, planned, *months.legend(caption)]]
