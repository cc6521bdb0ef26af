"""The swimmer plot: what single patients went through, one lane each, the same in every arm."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

from sim.display.figures import months, multiples, style
from sim.display.figures.caption import Caption
from sim.display.figures.lanes import MOST, Order, lanes
from sim.display.figures.saved import Saved
from sim.display.figures.style import BAND, INK, NEUTRAL, area_entry, line_entry
from sim.vocabulary import SITES, Event

ABREAST = 4
"""Panels beside each other; further arms begin a new row."""

LANE = 3.0
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
DEATH = {**EVENT, "marker": "x", "markersize": 4.2, "markeredgecolor": INK, "markeredgewidth": 1.3}
MISSED: dict[str, Any] = {
    "marker": "o", "markersize": 2.3, "linestyle": "none", "markeredgecolor": INK,
    "markerfacecolor": "white", "markeredgewidth": 0.5, "zorder": 4,
}  # fmt: skip
GIVEN: dict[str, Any] = {"marker": "|", "linestyle": "none", "markersize": 5, "color": INK}
"""How events and infusions look; a dose given is a tick in its lane, and this in the legend."""


def figure(saved: Saved, caption: Caption) -> style.Drawn:
    """Lanes of the first patients: follow-up, courses, infusions, fractures and death."""
    numbers, order = lanes(saved.tables, caption.arms)
    height = LANE * len(order.patients)
    grid = multiples.titled(
        caption.arms, multiples.Room(11.0, 4.0, 2.0, height, 10.0, ABREAST), caption.title,
        _legend(numbers, months.legend(caption)),
        caption.paragraphs(*_explained(numbers, order, caption), about_bone=False),
    )  # fmt: skip
    courses, doses = _therapies(numbers, Event.COURSE), _therapies(numbers, Event.INFUSION)
    last, looks = caption.horizon_months, style.arm_style(caption.arms)
    at = months.ticks(last, grid.width / CLOSER)
    for i, (axes, arm) in enumerate(zip(grid.panels, caption.arms, strict=True)):
        _draw(axes, numbers[numbers["arm"] == arm], looks[arm].color, courses, doses)
        _scale(axes, order.patients, i % grid.abreast == 0, grid.height)
        months.draw_months(axes, caption, at, last)
    return grid.page.figure, numbers


def _draw(
    axes: Axes, items: pd.DataFrame, color: str, courses: list[str], doses: list[str]
) -> None:
    """One arm: bars below, infusions on them, events on top."""
    of = dict(list(items.groupby("item")))
    followed = of["follow-up"]
    axes.barh(followed["lane"], followed["to_month"], 0.3, color=BAND, zorder=1)
    if Event.COURSE in of:
        _courses(axes, of[Event.COURSE], color, courses)
    for item in (Event.INFUSION, Event.MISSED_INFUSION):
        if item in of:
            _infusions(axes, of[item], doses)
    for site, look in FRACTURES.items():
        fractures = items[(items["item"] == Event.FRACTURE) & (items["what"] == site)]
        if len(fractures):
            axes.plot(fractures["from_month"], fractures["lane"], **look)
    if Event.DEATH in of:
        axes.plot(of[Event.DEATH]["from_month"], of[Event.DEATH]["lane"], **DEATH)


def _courses(axes: Axes, courses: pd.DataFrame, color: str, therapies: list[str]) -> None:
    """Bars while a course is taken; several therapies share the height of the lane."""
    bottom, height = _slots(courses, 0.66, therapies)
    taken = courses["to_month"] - courses["from_month"]
    for reduced in (False, True):
        rows = (courses["share_of_full_dose"] < 1) == reduced
        axes.barh(
            courses["lane"][rows] + bottom[rows], taken[rows], height, courses["from_month"][rows],
            align="edge", zorder=2, **dose(color, reduced),
        )  # fmt: skip


def _infusions(axes: Axes, infusions: pd.DataFrame, therapies: list[str]) -> None:
    """Ticks for doses given, hollow circles for missed ones; each therapy at its own height."""
    bottom, height = _slots(
        infusions, 0.9, therapies
    )  # higher than a course, on which ink is not seen
    y = infusions["lane"] + bottom
    if infusions["item"].iloc[0] == Event.INFUSION:
        axes.vlines(infusions["from_month"], y, y + height, color=INK, linewidth=0.45, zorder=3)
    else:
        axes.plot(infusions["from_month"], y + height / 2, **MISSED)


def _slots(
    rows: pd.DataFrame, whole: float, therapies: list[str]
) -> tuple[pd.Series[float], float]:
    """Where in its lane each row begins, and its height, as therapies share the height."""
    height = whole / len(therapies)
    slots = {therapy: i for i, therapy in enumerate(therapies)}
    return rows["what"].map(slots) * height - whole / 2, height


def _therapies(numbers: pd.DataFrame, item: str) -> list[str]:
    """What was taken, or planned as a dose, in any arm: a therapy stands alike in all of them."""
    return sorted(numbers.loc[numbers["item"].isin([item, f"missed {item}"]), "what"].unique())


def _scale(axes: Axes, patients: tuple[int, ...], is_labelled: bool, height: float) -> None:
    """Numbers of patients, of as many lanes as leave room for them."""
    axes.set_ylim(len(patients) - 0.4, -0.6)
    every = math.ceil(NUMBER * len(patients) / height)
    lanes = range(0, len(patients), every) if is_labelled else []
    axes.set_yticks(lanes, [str(patients[lane]) for lane in lanes])
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_ylabel("Patient" if is_labelled else "")


def _legend(numbers: pd.DataFrame, beyond: list[Artist]) -> style.Legend:
    """What bars and marks mean, of those that occur; courses in grey, as colours are of arms."""
    items = set(numbers["item"])
    bars = [line_entry("follow-up", color=BAND, linewidth=2.5)]
    if Event.COURSE in items:
        bars.append(area_entry(_named(numbers, Event.COURSE, "course"), **dose(NEUTRAL, False)))
    if (numbers["share_of_full_dose"] < 1).any():
        bars.append(area_entry("course, reduced dose", **dose(NEUTRAL, True)))
    if Event.INFUSION in items:
        bars.append(line_entry(_named(numbers, Event.INFUSION, "dose given"), **GIVEN))
    if Event.MISSED_INFUSION in items:
        bars.append(line_entry("dose missed", **MISSED))
    marks = [line_entry(f"{site} fracture", **look) for site, look in FRACTURES.items()]
    return [bars, [*marks, line_entry("death", **DEATH), *beyond]]


def _named(numbers: pd.DataFrame, item: str, what: str) -> str:
    """What a mark means, with the therapy where there is one only."""
    names = _therapies(numbers, item)
    return f"{what}: {names[0]}" if len(names) == 1 else what


def dose(color: str, reduced: bool) -> dict[str, Any]:
    """A course in full colour, or light with an edge: apart in grey print too."""
    light = tuple(part + LIGHTER * (1 - part) for part in to_rgb(color))
    face = light if reduced else color
    return {"facecolor": face, "edgecolor": color, "linewidth": 0.5 if reduced else 0.0}


def _explained(numbers: pd.DataFrame, order: Order, caption: Caption) -> list[str]:
    """What the caption says about lanes, their order, and therapies that share a lane."""
    whose = "all of them" if len(order.patients) < MOST else f"the first {len(order.patients)}"
    same = ", each in the same lane in every arm" if len(caption.arms) > 1 else ""
    longest = f"time on {order.course} and then " if order.course else ""
    sentences = [
        f"Lanes: {whose}{same}, ordered by {longest}length of follow-up in the arm {order.arm}.",
        "A bar ends with follow-up or death. The bars show single courses, not intervals.",
    ]
    for item, word in ((Event.COURSE, "Courses"), (Event.INFUSION, "Doses, infused or injected")):
        names = _therapies(numbers, item)
        if len(names) == 1:
            sentences.append(f"{word}: {names[0]}.")
        elif names:
            sentences.append(f"{word} in a lane, from top to bottom: {', '.join(names)}.")
    return [*sentences, *months.explained(caption)]
