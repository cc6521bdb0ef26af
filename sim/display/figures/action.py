"""The action of each therapy over time: as planned, and as the patients of each arm had it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.display.figures import bone_course, line_ends, months, multiples, scales, style
from sim.display.figures.caption import Caption
from sim.display.figures.page import TWO_COLUMNS
from sim.display.figures.saved import Saved
from sim.display.numbers import fixed
from sim.outcomes.actions import mean_actions
from sim.vocabulary import DAYS_PER_MONTH

LEFT, BETWEEN, RIGHT, HEIGHT, BELOW = 12.0, 14.0, 2.0, 46.0, 11.5
ROOM_OF_NAMES = 30.0
"""Millimetres that the names of all arms may take beside a panel: else they are in the legend."""

MOST_NAMED = 3
"""Arms whose means are in the head of a panel."""

PLANNED: dict[str, Any] = {"color": style.NEUTRAL, "linewidth": 1.0, "zorder": 2}
PUBLISHED = 1.0
"""The mean action in the published study."""

EXPLAINED = (
    "An action of 1 is the mean action in the published study; effects on bone, markers and"
    " fractures are read at the action of each day.",
    "Infusions and injections: each dose adds to the action, which falls by half in each half-life."
    " Courses: the dose relative to the published one.",
    "As taken: mean over the virtual patients under follow-up, from the doses that they received."
    " As planned: no dose missed or late, no patient stops or dies, and no rule or fracture begins "
    "or ends a therapy.",
)


def figure(saved: Saved, caption: Caption) -> style.Drawn | None:
    """One panel per therapy, with a line per arm that has it; None where no arm has any."""
    if saved.study is None:
        return None
    numbers = actions(saved)
    if numbers.empty:
        return None
    therapies = list(dict.fromkeys(numbers["therapy"]))
    looks = caption.looks
    grid = multiples.grid(
        [(name[:1].upper() + name[1:], means(numbers, name)) for name in therapies],
        multiples.in_rows(len(therapies), min(2, len(therapies))), _size(len(therapies)),
        caption.title, _legend(looks, caption),
        caption.paragraphs(*EXPLAINED, *months.explained(caption), about_bone=False),
    )  # fmt: skip
    for axes, therapy in zip(grid.panels, therapies, strict=True):
        own = numbers[numbers["therapy"] == therapy]
        axes.plot([0, caption.horizon_months], [PUBLISHED] * 2, zorder=1.5, **style.DASHED)
        highest = np.nanmax(own[["planned", "taken"]].to_numpy())
        axes.set_ylim(0, 1.08 * max(PUBLISHED, highest))
        scales.number(axes, "y", 5)
        axes.set_ylabel("Mean action")
        ends = [*_lines(axes, own, looks)]
        bone_course.time(axes, grid, caption, ends if _are_at_lines(looks) else [])
    return grid.page.figure, numbers


def actions(saved: Saved) -> pd.DataFrame:
    """The numbers of `mean_actions`, with months since entry."""
    assert saved.study is not None
    numbers = mean_actions(saved.tables, saved.study)
    numbers.insert(2, "months", numbers["day"] / DAYS_PER_MONTH)
    return numbers


def means(numbers: pd.DataFrame, therapy: str) -> str:
    """The means over the follow-up in words: as planned, and as taken in each of a few arms."""
    own = numbers[numbers["therapy"] == therapy].groupby("arm", sort=False)
    if len(own) > MOST_NAMED:
        return ""
    planned, taken = own["planned"].mean(), own["taken"].mean()
    arms = ", ".join(f"{fixed(value, 2)} ({arm})" for arm, value in taken.items())
    plans = dict.fromkeys(fixed(value, 2) for value in planned)
    return f"Mean: planned {' or '.join(plans)}; taken {arms}"


def _lines(axes: Axes, own: pd.DataFrame, looks: style.Looks) -> Iterator[line_ends.End]:
    """The action as planned below that as taken; yields where the lines of the arms end."""
    for arm in dict.fromkeys(own["arm"]):
        course, look = own[own["arm"] == arm], looks[arm]
        axes.plot(course["months"], course["planned"], **PLANNED)
        axes.plot(course["months"], course["taken"], label=arm, color=look.color,
                  linestyle=look.linestyle, linewidth=1.0, zorder=3)  # fmt: skip
        last = course.dropna(subset="taken").iloc[-1]
        axes.plot(last["months"], last["taken"], **style.mark(look), clip_on=False)
        yield line_ends.End(last["months"], last["taken"], arm, look.color)


def _are_at_lines(arms: Iterable[str]) -> bool:
    return line_ends.fit(arms, ROOM_OF_NAMES)


def _size(panels: int) -> multiples.Size:
    abreast = min(2, panels)
    width = (TWO_COLUMNS - LEFT - RIGHT + BETWEEN) / abreast - BETWEEN
    return multiples.Size(LEFT, width, BETWEEN, BELOW, multiples.LEAST, HEIGHT)


def _legend(looks: style.Looks, caption: Caption) -> style.Legend:
    arms = [] if _are_at_lines(looks) else style.arms_in_legend(looks)
    planned = style.line_entry("as planned", **PLANNED)
    published = style.line_entry("mean in the published study", **style.DASHED)
    taken = style.line_entry("as taken, per arm", color=style.INK)
    return [arms, [planned, taken, published, *months.legend(caption)]]
