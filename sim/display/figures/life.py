"""One patient on a time axis: bone density above, and below it therapies and events per arm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from sim.display.figures import bone_course, life_lanes, line_ends, months, scales, style
from sim.display.figures.bone_density import OSTEOPOROSIS_T
from sim.display.figures.caption import Caption, spoken
from sim.display.figures.form import at_most, form, formed
from sim.display.figures.page import TWO_COLUMNS, Page
from sim.results import Tables
from sim.vocabulary import BONES, DAYS_PER_MONTH

COURSE, TITLE, BETWEEN, BELOW = 30.0, 5.0, 3.0, 10.0
"""Millimetres: a panel of bone density, its title, between panels, and below the last."""

LEFT, RIGHT, NARROW_LEFT, NARROW_RIGHT = 27.0, 46.0, 21.0, 30.0
"""Millimetres left of the time axis for the names of lanes, and right of it for their notes."""

ELSEWHERE = "`mastosim explain` says in words what differs first, and why."
"""In place of the sentences on many arms, which no page has room for."""

LEAST_T = 1.0
"""T-scores that a panel shows at least."""

EVENTS: dict[str, Any] = {"color": style.INK, "linewidth": 0.8, "zorder": 0.8}
FIRST_EVENT = {**EVENTS, "linestyle": (0, (4, 2))}
FIRST_OUTCOME = {**EVENTS, "linestyle": (0, (1, 1.2))}
"""Where the arms differ for the first time: in any event, and in a fracture or death."""


class Told(NamedTuple):
    """What is said of a patient in words.

    `notes` has what came of each lane, by arm and lane, in the order in which they stand. `event`
    and `outcome` are the days on which an event, and a fracture or death, differs for the first
    time.
    """

    title: str
    person: str
    sentences: Sequence[str]
    notes: Mapping[tuple[str, str], str]
    event: int | None
    outcome: int | None


def figure(tables: Tables, caption: Caption, told: Told) -> style.Drawn:
    """The measured T-scores of one patient in every arm, and below them a lane for each therapy."""
    items, scores = life_lanes.items(tables, caption.arms), measured(tables)
    looks, rows = caption.looks, life_lanes.rows(told.notes)
    panels = len(BONES) * (TITLE + COURSE + BETWEEN)
    lines = [style.line_entry("T-score −2.5", **style.ZERO)] * any(
        _has_osteoporosis(scores[scores["bone"] == bone]) for bone in BONES
    )
    height = panels + life_lanes.LANE * len(rows) + BELOW
    entries = [*lines, *life_lanes.legend(items)]
    page = _page(height, entries, looks, caption, told)
    if page.height > form().height:
        page = _page(height, entries, looks, caption, told._replace(sentences=(ELSEWHERE,)))
    is_wide = page.width == TWO_COLUMNS
    left, right = (LEFT, RIGHT) if is_wide else (NARROW_LEFT, NARROW_RIGHT)
    width, last = page.width - left - 1.0, caption.horizon_months
    for i, bone in enumerate(BONES):
        axes = page.axes(left, i * panels / len(BONES) + TITLE, width, COURSE)
        axes.set_title(f"{bone_course.NAMES[bone]}: measured T-score")
        ends = [*_course(axes, scores[scores["bone"] == bone], looks, last)]
        _time(axes, caption, told, (width, right), ends)
        axes.tick_params(labelbottom=False)
        axes.set_xlabel("")
    axes = page.axes(left, panels, width, life_lanes.LANE * len(rows))
    _time(axes, caption, told, (width, right), [])
    life_lanes.draw(axes, items, rows, looks, (left, right))
    return page.figure, pd.concat([items, scores], ignore_index=True)


def measured(tables: Tables) -> pd.DataFrame:
    """The measured T-scores: one row for each bone, arm and visit."""
    rows = tables.measurements
    bone = rows["quantity"].map({f"{bone}_t": bone for bone in BONES})
    rows = rows.assign(bone=bone, months=rows["day"] / DAYS_PER_MONTH, t_score=rows["value"])
    return rows.loc[bone.notna(), ["arm", "bone", "months", "t_score"]]


def _page(
    panels: float, entries: list[Artist], looks: style.Looks, caption: Caption, told: Told
) -> Page:
    """The page with its heading, legend and caption."""
    marked = [
        style.line_entry(f"{what}: day {day}", **look)
        for what, day, look in (
            ("first event that differs", told.event, FIRST_EVENT),
            ("first fracture or death that differs", told.outcome, FIRST_OUTCOME),
        )
        if day is not None
    ]
    arms = [] if _are_at_lines(looks) else style.arms_in_legend(looks)
    below = spoken(
        "Measured values, measurement error included.", *told.sentences, *months.explained(caption),
        "Arms share the patient’s random numbers.", f"{caption.assumptions}.",
    )  # fmt: skip
    with formed(form()._replace(heading=told.title)):
        legend = [arms, [*entries, *months.legend(caption)], marked]
        return Page(at_most(TWO_COLUMNS), panels, told.person, legend, [below])


def _are_at_lines(looks: style.Looks) -> bool:
    return line_ends.fit(looks, COURSE)


def _course(
    axes: Axes, scores: pd.DataFrame, looks: style.Looks, last_month: float
) -> Iterator[line_ends.End]:
    """The T-scores in each arm; yields where the lines end."""
    for arm, look in looks.items():
        own = scores[scores["arm"] == arm]
        if len(own):
            axes.plot(own["months"], own["t_score"], label=arm, **style.course(look))
            last = own.iloc[-1]
            yield line_ends.End(last["months"], last["t_score"], arm, look.color)
    axes.set_ylim(*_limits(scores["t_score"]))
    if _has_osteoporosis(scores):
        axes.plot([0, last_month], [OSTEOPOROSIS_T] * 2, zorder=0.9, **style.ZERO)
    scales.number(axes, "y", 5)


def _limits(t_scores: pd.Series[float]) -> tuple[float, float]:
    """The ends of a scale of T-scores."""
    low, high = scales.limits(t_scores, zero=False)
    more = max(0.0, LEAST_T - (high - low)) / 2
    return low - more, high + more


def _has_osteoporosis(scores: pd.DataFrame) -> bool:
    """Whether the threshold of osteoporosis lies on the scale of a bone."""
    low, high = _limits(scores["t_score"])
    return low < OSTEOPOROSIS_T < high


def _time(
    axes: Axes, caption: Caption, told: Told, widths: tuple[float, float],
    ends: Sequence[line_ends.End],
) -> None:  # fmt: skip
    """The months across, with the days on which the arms differ, and names right of the lines.

    `widths` are those of the panel and of the room right of the time axis, in mm.
    """
    last, (width, right) = caption.horizon_months, widths
    months.draw_months(axes, caption, months.ticks(last, width - right), last)
    for day, look in ((told.event, FIRST_EVENT), (told.outcome, FIRST_OUTCOME)):
        if day is not None:
            axes.axvline(day / DAYS_PER_MONTH, **look)
    named = ends if line_ends.fit([end.name for end in ends], COURSE) else []
    line_ends.draw(axes, named, axes.get_xlim()[1], width, COURSE, right)
