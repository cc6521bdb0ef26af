"""The lanes of one patient: therapies, reactions, fractures and the end of follow-up, per arm."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from sim.display.figures import style
from sim.display.figures.lanes import of_arm
from sim.display.figures.style import BAND, INK, NEUTRAL, area_entry, line_entry
from sim.display.figures.swimmer import DEATH, EVENT, FRACTURES, MISSED, dose
from sim.display.figures.texts import POINTS_PER_MM, shortened
from sim.results import Tables
from sim.vocabulary import DAYS_PER_MONTH, Event

LANE = 3.7
"""Height of a lane in mm."""

NAME, BESIDE, HEAD_INDENT = 2.0, 3.0, 1.0
"""Millimetres from a name to the lanes, from these to a note, and from the edge to an arm."""

LANE_OF = {
    Event.REACTION: Event.REACTION,
    **dict.fromkeys(("follow-up", Event.FRACTURE, Event.DEATH), Event.FRACTURE),
}
"""The lanes below those of the therapies, by what stands on them."""

WORDS: dict[str, str] = {Event.MISSED_INFUSION: "dose missed"}
PLURAL: dict[str, str] = {Event.REACTION: "reactions", Event.FRACTURE: "fractures"}
"""Names of events in the legend, and of lanes."""

REACTION: dict[str, Any] = {**EVENT, "marker": "^", "markersize": 4.6}
GIVEN: dict[str, Any] = {"marker": "|", "linestyle": "none", "markersize": 5, "color": INK}
"""How reactions and doses given look, beside the marks of the swimmer plot."""

BAR, FOLLOWED, TICK = 0.62, 0.22, 0.36
"""Heights as shares of a lane: of a course, of the follow-up, and half of that of a dose."""


class Row(NamedTuple):
    """A lane of an arm with its note; without a name, the head of the arm."""

    arm: str
    name: str
    note: str


def rows(notes: Mapping[tuple[str, str], str]) -> list[Row]:
    """The rows from above: the head of each arm, and below it its lanes."""
    arms = dict.fromkeys(arm for arm, _ in notes)
    return [
        row
        for arm in arms
        for row in (
            Row(arm, "", ""),
            *(Row(arm, lane, note) for (of, lane), note in notes.items() if of == arm),
        )
    ]


def items(tables: Tables, arms: Iterable[str]) -> pd.DataFrame:
    """One row for each follow-up, course at one dose, dose, reaction, fracture and death.

    `lane` is the row on which it stands, months count from entry.
    """
    events = tables.events
    of_arms = [of_arm(events[events["arm"] == arm], arm) for arm in arms]
    reactions = events[events["event"] == Event.REACTION]
    day = reactions["day"]
    points = reactions.assign(item=Event.REACTION, from_day=day, to_day=day)
    every = pd.concat([*of_arms, points], ignore_index=True)
    every["lane"] = every["item"].map(LANE_OF).fillna(every["what"])
    for end in ("from", "to"):
        every[f"{end}_month"] = every[f"{end}_day"] / DAYS_PER_MONTH
    columns = ["arm", "lane", "item", "what", "from_month", "to_month", "share_of_full_dose"]
    return every.reindex(columns=columns)


def draw(
    axes: Axes, every: pd.DataFrame, rows: list[Row], looks: style.Looks,
    rooms: tuple[float, float],
) -> None:  # fmt: skip
    """The lanes, with their names left and their notes right, in rooms of the given mm."""
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    left, right = rooms
    for at, row in enumerate(rows):
        if not row.name:
            _write(axes, 0, at, HEAD_INDENT - left, shortened(row.arm, left + 60, is_title=True),
                   weight="bold", color=looks[row.arm].color, ha="left")  # fmt: skip
            continue
        name = shortened(PLURAL.get(row.name, row.name), left - NAME - 1)
        _write(axes, 0, at, -NAME, name, ha="right")
        _write(axes, 1, at, BESIDE - right, shortened(row.note, right - BESIDE), ha="left",
               color=style.SECOND)  # fmt: skip
        own = every[(every["arm"] == row.arm) & (every["lane"] == row.name)]
        _lane(axes, own, at, looks[row.arm].color)


def _lane(axes: Axes, own: pd.DataFrame, at: int, color: str) -> None:
    """Bars, doses and events of one lane."""
    bars = own[own["item"].isin(["follow-up", Event.COURSE])]
    for bar in bars.to_dict("records"):
        is_course = bar["item"] == Event.COURSE
        look = dose(color, bar["share_of_full_dose"] < 1) if is_course else {"color": BAND}
        taken, height = bar["to_month"] - bar["from_month"], BAR if is_course else FOLLOWED
        axes.barh(at, taken, height, bar["from_month"], zorder=1 + is_course, **look)
    given = own.loc[own["item"] == Event.INFUSION, "from_month"]
    axes.vlines(given, at - TICK, at + TICK, color=color, linewidth=0.7, zorder=3)
    for mark, look in _marks().items():
        at_marks = own[_is(own, mark)]
        axes.plot(at_marks["from_month"], [at] * len(at_marks), **look)


def _marks() -> dict[str, dict[str, Any]]:
    """How each event looks, by its name, or by name and site."""
    sites = {f"{Event.FRACTURE}:{site}": look for site, look in FRACTURES.items()}
    return {Event.MISSED_INFUSION: MISSED, Event.REACTION: REACTION, **sites, Event.DEATH: DEATH}


def _is(items: pd.DataFrame, mark: str) -> pd.Series[bool]:
    """Which items a mark of `_marks` stands for."""
    item, _, what = mark.partition(":")
    return (items["item"] == item) & ((items["what"] == what) | (what == ""))


def legend(every: pd.DataFrame) -> list[Artist]:
    """What bars and marks mean, of those that occur; in grey and ink, for colours are of arms."""
    courses = every.loc[every["item"] == Event.COURSE, "share_of_full_dose"]
    entries = []
    if (courses == 1).any():
        entries.append(area_entry("course, full dose", **dose(NEUTRAL, False)))
    if (courses < 1).any():
        entries.append(area_entry("course, reduced dose", **dose(NEUTRAL, True)))
    if (every["item"] == Event.INFUSION).any():
        entries.append(line_entry("dose given", **GIVEN))
    for mark, look in _marks().items():
        item, _, what = mark.partition(":")
        if _is(every, mark).any():
            name = f"{what} {item}" if what else WORDS.get(item, item)
            entries.append(line_entry(name, **look))
    return [*entries, line_entry("follow-up", color=BAND, linewidth=2.5)]


def _write(axes: Axes, x: float, at: int, beside: float, words: str, **look: Any) -> None:
    """Words on a lane, the given mm beside the left (0) or the right (1) end of the panel."""
    axes.annotate(
        words, (x, at), xycoords=("axes fraction", "data"), xytext=(beside * POINTS_PER_MM, 0),
        textcoords="offset points", va="center", annotation_clip=False, **look,
    )  # fmt: skip
