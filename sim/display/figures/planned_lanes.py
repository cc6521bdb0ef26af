"""The lanes of a treatment schedule: what they hold, and where their words stand, in mm."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import pandas as pd

from sim.display.figures.differences import label_of
from sim.display.figures.texts import LINE, NO_BREAK, millimetres, paragraph, wrapped
from sim.scenario.form.study import Scenario
from sim.scenario.form.visits import Visits
from sim.scenario.planned import Stretch, planned
from sim.scenario.treatment import begins
from sim.vocabulary import DAYS_PER_MONTH

VISIT = "visit"
COLUMNS = (
    "arm", "what", "item", "dose", "interval", "from_day", "to_day", "from_month", "to_month",
)  # fmt: skip
TICK, LOW, AFTER = 3.0, 1.5, 0.55
"""Millimetres that a tick is high, and where many lanes leave less room; ticks to the next lane."""

MOST_LINES, MOST_PHASES = 2, 4
"""Lines of a label over its own phase; phases that are all named where their labels do not fit."""


class Lane(NamedTuple):
    """A therapy or a kind of visit: its name, its stretches, and a note where it has none."""

    name: str
    stretches: Sequence[Stretch]
    note: str = ""


class Block(NamedTuple):
    """The lanes of an arm, or of visits, where `arm` is empty."""

    arm: str
    title: str
    lanes: list[Lane]


class Room(NamedTuple):
    """Millimetres left of the panel, of the panel and of a tick, and the days that it shows."""

    left: float
    width: float
    horizon: float
    tick: float = TICK

    def mm(self, day: float) -> float:
        """Millimetres from the left edge of the panel; it begins and ends 2 % of time further."""
        return (day / self.horizon + 0.02) / 1.04 * self.width

    def months(self, mm: float) -> float:
        """Months that so many millimetres of the panel stand for."""
        return mm / self.width * 1.04 * self.horizon / DAYS_PER_MONTH


class Laid(NamedTuple):
    """A lane as it is drawn: lines of its name, labels by day, and millimetres of the labels."""

    lane: Lane
    name: list[str]
    labels: list[tuple[float, list[str]]]
    above: float
    tick: float

    @property
    def height(self) -> float:
        """Millimetres of the lane."""
        return max(self.above + self.tick, LINE * len(self.name)) + AFTER * self.tick


def blocks(scenario: Scenario, arms: Sequence[str]) -> list[Block]:
    """The lanes of each arm, and those of the visits, which are the same in every arm."""
    same = ", the same in every arm" if len(arms) > 1 else ""
    return [
        *(Block(arm, arm, [*_of_arm(scenario, arm)]) for arm in arms),
        Block("", f"Visits{same}", [*_visits(scenario)]),
    ]


def _of_arm(scenario: Scenario, arm: str) -> Iterator[Lane]:
    plan = planned(scenario, arm)
    for name, stretches in plan.items():
        start = scenario.therapies[name].start
        waits = start.after is not None or start.is_on_fracture
        note = f"begins {begins(start)}" if waits else "begins after the follow-up"
        yield Lane(name, stretches, "" if stretches else note)
    if not plan:
        yield Lane("", [], "no therapy")


def _visits(scenario: Scenario) -> Iterator[Lane]:
    kinds = {"Bone density": scenario.visits.dxa}
    if scenario.cohort.markers:
        kinds[", ".join(map(label_of, scenario.cohort.markers))] = scenario.visits.markers
    for name, times in kinds.items():
        days = Visits.days(times, scenario.horizon)
        often = ", ".join(["entry", *(time.text for time in times)])
        yield Lane(name, [Stretch(name, "", often, days[0], days[-1], tuple(days))])


def numbers(every: Sequence[Block]) -> pd.DataFrame:
    """One row for each phase, course, planned dose and visit; months since entry."""
    rows = [
        (block.arm, lane.name, *row)
        for block in every
        for lane in block.lanes
        for stretch in lane.stretches
        for row in _rows(stretch, is_visit=not block.arm)
    ]
    table = pd.DataFrame(rows, columns=COLUMNS[:-2])
    for end in ("from", "to"):
        table[f"{end}_month"] = table[f"{end}_day"] / DAYS_PER_MONTH
    return table


def _rows(stretch: Stretch, is_visit: bool) -> Iterator[tuple[str, str, str, int, int]]:
    words = stretch.dose, stretch.interval
    if not is_visit:
        yield "phase" if stretch.days else "course", *words, stretch.begin, stretch.end
    yield from ((VISIT if is_visit else "dose", *words, day, day) for day in stretch.days)


def laid_out(lane: Lane, room: Room, is_labelled: bool = True) -> Laid:
    """A lane with its labels over their phases, or as one text over all where they do not fit."""
    labels = _labels(lane, room) if is_labelled else []
    lines = max((len(text) for _, text in labels), default=0)
    return Laid(lane, wrapped(lane.name, room.left), labels, LINE * lines + 0.6, room.tick)


def _labels(lane: Lane, room: Room) -> list[tuple[float, list[str]]]:
    """The days at which labels begin, and the lines of each."""
    texts = [words(stretch) for stretch in lane.stretches] or [lane.note]
    days = [float(stretch.begin) for stretch in lane.stretches] or [0.0]
    ends = [*map(room.mm, days[1:]), room.width]
    spaces = [end - room.mm(day) - 1.5 for day, end in zip(days, ends, strict=True)]
    each = [paragraph(text, space) for text, space in zip(texts, spaces, strict=True)]
    widest = [max(map(millimetres, text.split(" "))) for text in texts]
    fits = all(width <= space for width, space in zip(widest, spaces, strict=True))
    if fits and max(map(len, each)) <= MOST_LINES:
        return list(zip(days, each, strict=True))
    return [(0.0, paragraph(_in_one(texts), room.width - room.mm(0)))]


def _in_one(texts: list[str]) -> str:
    """The labels of all phases as one text."""
    if len(texts) > MOST_PHASES:
        return f"{len(texts)} phases: {texts[0]}, to {texts[-1]}"
    return ", then ".join(texts)


def words(stretch: Stretch) -> str:
    """What a stretch says: `24 × 1 mg/kg, monthly`; a dose stays with its unit."""
    if not stretch.dose:
        return stretch.interval
    often = f"{len(stretch.days)} × " if stretch.days else ""
    once = "" if len(stretch.days) == 1 else f", {stretch.interval}"
    return f"{often}{stretch.dose}".replace(" ", NO_BREAK) + once


def are_apart(stretch: Stretch, room: Room, least: float) -> bool:
    """Whether no two neighbouring days are nearer than `least` mm."""
    return all(room.mm(b) - room.mm(a) >= least for a, b in pairwise(stretch.days))
