"""Patient flow: who began, stopped, died, was lost and measured, arm beside arm."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from sim.display.figures import flow_counts, style
from sim.display.figures.caption import Caption
from sim.display.figures.flow_counts import BEGUN, REDUCED, counts
from sim.display.figures.flow_rows import (
    BETWEEN,
    FIRST,
    INDENT,
    INSIDE,
    WHOLE,
    Room,
    Row,
    height,
    stages_of,
)  # fmt: skip
from sim.display.figures.form import TWO_COLUMNS, at_most
from sim.display.figures.page import MARGIN, Page
from sim.display.figures.saved import Saved
from sim.display.figures.texts import ANYWHERE, LINE, POINTS_PER_MM, millimetres, wrapped

LABELS, LABELS_OF_COLUMN, WIDEST, APART = 56.0, 39.0, 34.0, 3.0
"""Millimetres of the words of rows, on a page and in a column; of the widest box; and between two
boxes."""

BASELINE = 2.2
"""Millimetres from the top of a row to the feet of its letters."""

IN_ONE_ROW = "Below “begun”, each patient who began a therapy is in one row."
BESIDE = "“Dose reduced” counts, beside these rows, who ever had a lower dose."
WITHOUT = "An arm without a box does not have the therapy."


def figure(saved: Saved, caption: Caption) -> style.Drawn | None:
    """Boxes with numbers of patients, one column per arm; None where the scenario is not known."""
    if saved.study is None:
        return None
    numbers = counts(saved.tables, saved.study.scenario, caption.arms)
    width = at_most(TWO_COLUMNS)
    labels = LABELS if width == TWO_COLUMNS else LABELS_OF_COLUMN
    space = width - 2 * MARGIN - labels
    abreast = max(1, min(len(caption.arms), int(space / (APART + _widest(numbers)))))
    room = Room(labels, min(WIDEST, space / abreast))
    groups = [caption.arms[i : i + abreast] for i in range(0, len(caption.arms), abreast)]
    looks = caption.looks
    is_named = all(_fits(arm, room) for arm in caption.arms)
    stages = stages_of(numbers, room)
    legend: style.Legend = [] if is_named else [
        [style.line_entry(arm, **style.mark(look)) for arm, look in looks.items()]
    ]  # fmt: skip
    heights = [_head(group, room, is_named) + height(stages) for group in groups]
    page = Page(width, sum(heights), caption.title, legend,
                caption.paragraphs(*_explained(numbers), about_bone=False))  # fmt: skip
    axes = page.axes(0, 0, page.width, sum(heights))
    axes.set_axis_off()
    axes.set_xlim(0, page.width)
    axes.set_ylim(sum(heights), 0)
    for i, group in enumerate(groups):
        _group(axes, group, stages, looks, room, sum(heights[:i]), is_named)
    return page.figure, _with_shares(numbers)


def _explained(numbers: pd.DataFrame) -> list[str]:
    """What the caption says about rows and boxes."""
    arms = numbers.groupby("stage")["arm"].nunique()
    return [
        IN_ONE_ROW,
        BESIDE * bool((numbers["item"] == REDUCED).any()),
        WITHOUT * bool((arms < arms.max()).any()),
    ]


def _widest(numbers: pd.DataFrame) -> float:
    """Millimetres of the longest number."""
    return millimetres(str(numbers["patients"].max())) + 2.0


def _with_shares(numbers: pd.DataFrame) -> pd.DataFrame:
    """The numbers, and percent of the patients enrolled in the arm."""
    enrolled = numbers[numbers["stage"] == flow_counts.ENROLLED].set_index("arm")["patients"]
    return numbers.assign(percent=100 * numbers["patients"] / numbers["arm"].map(enrolled))


def _fits(arm: str, room: Room) -> bool:
    """Whether the name of an arm stands over its box without a part of it that is broken."""
    widest = max(millimetres(part, is_title=True) for part in re.findall(ANYWHERE, arm))
    return widest <= room.box - APART and len(_name(arm, room)) <= 4


def _name(arm: str, room: Room) -> list[str]:
    return wrapped(arm, room.box - APART, is_title=True)


def _head(group: Sequence[str], room: Room, is_named: bool) -> float:
    """Millimetres of the marks and names of some arms above their boxes."""
    lines = max(len(_name(arm, room)) for arm in group) if is_named else 0
    return 4.0 + LINE * lines


def _group(
    axes: Axes, group: Sequence[str], stages: Sequence[Sequence[Row]], looks: style.Looks,
    room: Room, top: float, is_named: bool,
) -> None:  # fmt: skip
    """Some arms beside each other: their names, and below these their boxes."""
    down = top + _head(group, room, is_named)
    for i, arm in enumerate(group):
        middle = room.left(i) + (room.box - APART) / 2
        axes.plot(middle, top + 1.8, **{**style.mark(looks[arm]), "clip_on": False})
        if is_named:
            axes.text(middle, down - 1.2, "\n".join(_name(arm, room)), ha="center", va="baseline",
                      weight="bold", linespacing=1.1)  # fmt: skip
    ends = dict.fromkeys(group, down)
    for stage in stages:
        _words(axes, stage, down + INSIDE)
        high = sum(row.height for row in stage) + 2 * INSIDE
        for i, arm in enumerate(group):
            if any(arm in row.patients for row in stage):
                _box(axes, stage, arm, looks[arm], room, i, down, high)
                if ends[arm] < down:
                    _arrow(axes, room.left(i) + (room.box - APART) / 2, ends[arm], down)
                ends[arm] = down + high
        down += high + BETWEEN


def _words(axes: Axes, stage: Sequence[Row], down: float) -> None:
    """What each row of a stage counts."""
    for row in stage:
        indent = INDENT * (row.stage not in WHOLE and row.item not in FIRST)
        look: dict[str, Any] = {"color": style.SECOND} if row.item == REDUCED else {}
        if row.item in (BEGUN, flow_counts.ENROLLED):
            look["weight"] = "bold"
        for i, line in enumerate(row.lines):
            axes.text(MARGIN + indent, down + BASELINE + i * LINE, line, **look)
        down += row.height


def _box(
    axes: Axes, stage: Sequence[Row], arm: str, look: style.ArmStyle, room: Room, i: int,
    down: float, high: float,
) -> None:  # fmt: skip
    """The numbers of an arm in a stage, in a frame."""
    left, wide = room.left(i), room.box - APART
    axes.add_patch(Rectangle((left, down), wide, high, facecolor="none", edgecolor=look.color,
                             linewidth=0.6, linestyle=look.linestyle))  # fmt: skip
    longest = millimetres(str(max(row.patients.get(arm, 0) for row in stage)))
    right, at = left + wide / 2 + longest / 2, down + INSIDE
    for row in stage:
        color = style.SECOND if row.item == REDUCED else style.INK
        number = str(row.patients.get(arm, 0))
        axes.text(right, at + BASELINE, number, ha="right", color=color)
        at += row.height


def _arrow(axes: Axes, x: float, above: float, below: float) -> None:
    """From one box of an arm to the next."""
    axes.annotate("", (x, below), (x, above), arrowprops={
        "arrowstyle": "-|>", "linewidth": 0.6, "color": style.INK, "shrinkA": 0, "shrinkB": 0,
        "mutation_scale": 2.2 * POINTS_PER_MM,
    })  # fmt: skip
