"""The swimmer plot: what single patients went through, one lane each, the same in every arm."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

from sim.display.figures import months, multiples, style
from sim.display.figures.caption import Caption
from sim.display.figures.lanes import MOST, TAKEN, Order, lanes, middles, slots, therapies
from sim.display.figures.saved import Saved
from sim.display.figures.style import GRID, INK, NEUTRAL, area_entry, line_entry
from sim.vocabulary import SITES, Event

ABREAST = 4
"""Panels beside each other; further arms begin a new row."""

LANE = 4.0
"""Height of a lane in mm."""

NUMBER = 2.7
"""Millimetres from lane to lane that a patient's number needs."""

CLOSER = 0.75
"""How much closer months may stand than where counts stand below them."""

LIGHTER = 0.65
"""How much of the way to white a course at reduced dose is."""

EVENT: dict[str, Any] = {
    "linestyle": "none", "color": INK, "markeredgecolor": "white", "markeredgewidth": 0.6,
    "zorder": 5, "clip_on": False,
}  # fmt: skip
FRACTURES = {
    site: {**EVENT, "marker": shape, "markersize": size}
    for site, shape, size in zip(SITES, ("v", "D", "s"), (5.2, 4.0, 4.0), strict=True)
}
INTOLERANCE = {**EVENT, "marker": "*", "markersize": 7.0}
DEATH = {**EVENT, "marker": "x", "markersize": 4.2, "markeredgecolor": INK, "markeredgewidth": 1.3}
MISSED: dict[str, Any] = {
    "marker": "o", "markersize": 2.3, "linestyle": "none", "markeredgecolor": INK,
    "markerfacecolor": "white", "markeredgewidth": 0.5, "zorder": 4,
}  # fmt: skip
"""How events and missed doses look."""

MARKS: dict[str, dict[str, Any]] = {
    Event.INTOLERANCE: INTOLERANCE,
    **{f"{Event.FRACTURE}: {site}": look for site, look in FRACTURES.items()},
    Event.DEATH: DEATH,
}
WORDS = {name: name for name in MARKS} | {
    f"{Event.FRACTURE}: {site}": f"{site} fracture" for site in SITES
}
"""The marks of events, and what a legend calls them."""

PLANNED = 1.1
"""How wide a line from the first to the last dose is, in points."""


def figure(saved: Saved, caption: Caption) -> style.Drawn:
    """Lanes of the first patients: follow-up, courses, missed doses and what happened to them."""
    numbers, order = lanes(saved.tables, caption.arms)
    height = LANE * len(order.patients)
    grid = multiples.titled(
        caption.arms, multiples.Room(11.0, 4.0, 2.0, height, 10.0, ABREAST), caption.title,
        _legend(numbers, months.legend(caption)),
        caption.paragraphs(*_explained(numbers, order, caption), about_bone=False),
    )  # fmt: skip
    last, looks, where = caption.horizon_months, caption.looks, slots(numbers)
    at = [at for at in months.ticks(last, grid.width / CLOSER) if at % 12 == 0 or last < 12]
    for i, (axes, arm) in enumerate(zip(grid.panels, caption.arms, strict=True)):
        _draw(axes, numbers[numbers["arm"] == arm], looks[arm].color, where)
        _scale(axes, order, i % grid.abreast == 0, grid.height)
        months.draw_months(axes, caption, at, last)
    return grid.page.figure, numbers


def _draw(axes: Axes, items: pd.DataFrame, color: str, where: Mapping[str, float]) -> None:
    """One arm: bars below, doses on them, events on top."""
    of = dict(list(items.groupby("item")))
    followed = of["follow-up"]
    axes.barh(followed["lane"], followed["to_month"], TAKEN, color=GRID, zorder=1)
    if Event.COURSE in of:
        _courses(axes, of[Event.COURSE], color, where)
    _doses(axes, items, color, where)
    for name, look in MARKS.items():
        item, _, site = name.partition(": ")
        rows = items[(items["item"] == item) & ((items["what"] == site) | (site == ""))]
        if len(rows):
            axes.plot(rows["from_month"], rows["lane"], label=name, **look)


def _courses(axes: Axes, courses: pd.DataFrame, color: str, where: Mapping[str, float]) -> None:
    """Bars while a course is taken; several therapies share the height of the lane."""
    height = TAKEN / len(where)
    y = middles(courses, where)
    taken = courses["to_month"] - courses["from_month"]
    for reduced in (False, True):
        rows = (courses["share_of_full_dose"] < 1) == reduced
        axes.barh(
            y[rows], taken[rows], height, courses["from_month"][rows], zorder=2,
            **dose(color, reduced),
        )  # fmt: skip


def _doses(axes: Axes, items: pd.DataFrame, color: str, where: Mapping[str, float]) -> None:
    """Lines from the first to the last dose of a patient, with circles where one was missed."""
    doses = items[items["item"].isin([Event.INFUSION, Event.MISSED_INFUSION])]
    spans = doses.groupby(["lane", "what"])["from_month"].agg(["min", "max"]).reset_index()
    ends = spans["min"], spans["max"]
    axes.hlines(middles(spans, where), *ends, color=color, linewidth=PLANNED, zorder=3)
    missed = doses[doses["item"] == Event.MISSED_INFUSION]
    axes.plot(missed["from_month"], middles(missed, where), **MISSED)


def _scale(axes: Axes, order: Order, is_labelled: bool, height: float) -> None:
    """Numbers of patients, of as many lanes as leave room, and a line between the two groups."""
    patients = order.patients
    axes.set_ylim(len(patients) - 0.4, -0.6)
    every = math.ceil(NUMBER * len(patients) / height)
    lanes = range(0, len(patients), every) if is_labelled else []
    axes.set_yticks(lanes, [str(patients[lane]) for lane in lanes])
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_ylabel("Patient" if is_labelled else "")
    if 0 < order.with_event < len(patients):
        axes.axhline(order.with_event - 0.5, zorder=0.5, gid="groups", **style.ZERO)


def _legend(numbers: pd.DataFrame, beyond: list[Artist]) -> style.Legend:
    """What bars, lines and marks mean, of those that occur; in grey, as colours are of arms."""
    items = set(numbers["item"])
    bars = [area_entry("follow-up", facecolor=GRID)]
    if Event.COURSE in items:
        name = _named(numbers, Event.COURSE, "courses")
        bars.append(area_entry(name, **dose(NEUTRAL, False)))
        if (numbers["share_of_full_dose"] < 1).any():
            bars.append(area_entry(f"{name}, reduced", **dose(NEUTRAL, True)))
    if items & {Event.INFUSION, Event.MISSED_INFUSION}:
        name = f"{_named(numbers, Event.INFUSION, 'therapies')}, first to last dose"
        bars.append(line_entry(name, color=NEUTRAL, linewidth=PLANNED))
    if Event.MISSED_INFUSION in items:
        bars.append(line_entry("dose missed", **MISSED))
    happened = {*items, *(f"{Event.FRACTURE}: {what}" for what in numbers["what"])}
    marks = [line_entry(WORDS[name], **look) for name, look in MARKS.items() if name in happened]
    return [bars, [*marks, *beyond]]


def _named(numbers: pd.DataFrame, item: str, several: str) -> str:
    """The therapy, where there is one only."""
    names = therapies(numbers, item)
    return names[0] if len(names) == 1 else several


def dose(color: str, reduced: bool) -> dict[str, Any]:
    """A course in full colour, or light with an edge: apart in grey print too."""
    light = tuple(part + LIGHTER * (1 - part) for part in to_rgb(color))
    face = light if reduced else color
    return {"facecolor": face, "edgecolor": color, "linewidth": 0.5 if reduced else 0.0}


def _explained(numbers: pd.DataFrame, order: Order, caption: Caption) -> list[str]:
    """What the caption says about lanes, their order, and therapies that share a lane."""
    names = [*slots(numbers)]
    below = f"Therapies in a lane, from top to bottom: {', '.join(names)}."
    given = "Doses that were given are not marked."
    return [
        _order_in_words(order, caption),
        below if len(names) > 1 else "",
        given if therapies(numbers, Event.INFUSION) else "",
        *months.explained(caption),
    ]


def _order_in_words(order: Order, caption: Caption) -> str:
    """Whose lanes are drawn, and which are above."""
    shown, several = len(order.patients), len(caption.arms) > 1
    whose = "all patients" if shown < MOST else f"the first {shown} patients"
    had = "had a fracture, an intolerance or died" + " in some arm" * several
    same = " Each has the same lane in every arm." * several
    if order.with_event in (0, shown):
        return f"Lanes: {whose}, by number; {'all' if order.with_event else 'none'} {had}.{same}"
    above = f"above the line the {order.with_event} who {had}"
    return f"Lanes: {whose}, {above}; both groups by number.{same}"
