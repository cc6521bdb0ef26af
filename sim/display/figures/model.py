"""The model of a scenario as a diagram: what acts on what, with each number and its support."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from sim.display.figures import style
from sim.display.figures.caption import Caption
from sim.display.figures.form import at_most, form
from sim.display.figures.model_arrows import (
    ACTION,
    BONE,
    BOXES,
    FRACTURES,
    MARKERS,
    THERAPIES,
    arrows,
)  # fmt: skip
from sim.display.figures.model_lines import (
    BETWEEN,
    DOTTED,
    GAP,
    LINE,
    Group,
    Lines,
    height,
    lines_of,
    write,
)  # fmt: skip
from sim.display.figures.page import TWO_COLUMNS, Page
from sim.display.figures.saved import Saved
from sim.display.figures.texts import wrapped
from sim.scenario import Study
from sim.vocabulary import BONES, SITES

BOX_LEFT, BOX_WIDTH, NAME, CONTENT = 12.0, 40.0, 4.6, 3.1
"""Millimetres: boxes, the line of their name, and each line of what they hold."""

ENTRY, BELOW = 7.0, 4.0
"""Millimetres of an arrow from outside, and below the last box."""

RAIL, RAILS = 2.0, 2.6
"""Millimetres: the first line left of the boxes, and from one to the next."""

ARROW: dict[str, Any] = {"color": style.INK, "linewidth": 0.9}

EXPLAINED = (
    "Arrows: what acts on what in the model, with the numbers of the scenario as typed; numbers in"
    " italics, underlined with dots, are assumptions, the others have a source.",
    "Effects on bone are changes per year at an action of 1. A gradient is the ratio of fracture"
    " rates per SD of T-score. Patients differ in what this figure does not show: spreads, entry"
    " values and visits are in the protocol.",
)
COUNTED = "Numbers are counted where they would be higher than a page; all are in the CSV file."


def figure(saved: Saved, caption: Caption) -> style.Drawn | None:
    """Boxes below each other with their arrows; None where the study is not known."""
    if saved.study is None:
        return None
    numbers = arrows(saved.study)
    page = _page(numbers, saved.study, caption, is_counted=False)
    if page.height > form().height:
        page = _page(numbers, saved.study, caption, is_counted=True)
    return page.figure, numbers


def _page(numbers: pd.DataFrame, study: Study, caption: Caption, is_counted: bool) -> Page:
    """The page with the diagram, each number in words or their count."""
    width = at_most(TWO_COLUMNS)
    boxes = {name: wrapped(", ".join(content), BOX_WIDTH - 3) for name, content in _boxes(study)}
    groups = {name: [*_groups(numbers, name, boxes)] for name in boxes}
    lines = {
        name: [lines_of(group, width, is_counted) for group in of] for name, of in groups.items()
    }
    high = BELOW + sum(map(height, lines.values()))
    high += sum(NAME + CONTENT * len(content) for content in boxes.values())
    sentences = [*EXPLAINED, COUNTED * is_counted]
    legend = [[style.line_entry("assumption", **DOTTED)]]
    page = Page(width, high, caption.title, legend, caption.paragraphs(*sentences))
    axes = page.axes(0, 0, width, high)
    axes.set_xlim(0, width)
    axes.set_ylim(high, 0)
    axes.axis("off")
    _draw(axes, boxes, groups, lines)
    return page


def _boxes(study: Study) -> Iterator[tuple[str, Sequence[str]]]:
    """The boxes from above, with what each holds; none for what the scenario does not have."""
    scenario = study.scenario
    taken = [name for name in scenario.therapies if any(name in a for a in scenario.arms.values())]
    content: dict[str, Sequence[str]] = {
        THERAPIES: taken, ACTION: ["1 is the published mean"] * bool(taken), BONE: BONES,
        FRACTURES: SITES, MARKERS: [name.upper() if name != "tryptase" else name
                                    for name in scenario.cohort.markers],
    }  # fmt: skip
    order = [*(name for name in BOXES if name != MARKERS), MARKERS]
    for name in order:
        if content.get(name, True):
            yield name, content.get(name, [])


def _groups(numbers: pd.DataFrame, target: str, boxes: Mapping[str, Any]) -> Iterator[Group]:
    """The arrows that lead to a box: first from the box above, then from others, then outside."""
    own = numbers[numbers["target"] == target]
    names = [*boxes]
    above = names[names.index(target) - 1] if target in names[1:] else ""
    found = dict([*own.groupby("origin", sort=False)])
    for origin in sorted(found, key=lambda name: (name != above, name not in boxes)):
        yield Group(str(origin), target, found[origin])


def _draw(
    axes: Axes, boxes: Mapping[str, Sequence[str]], groups: Mapping[str, Sequence[Group]],
    lines: Mapping[str, Sequence[Lines]],
) -> None:  # fmt: skip
    """Boxes and texts from above, then the arrows that do not lead from a box to the next."""
    top, above = 1.0, ""
    at: dict[str, tuple[float, float]] = {}
    for name, content in boxes.items():
        down, before = top + GAP, top
        for of_arrow in lines[name]:
            write(axes, of_arrow, down)
            down += LINE * len(of_arrow) + BETWEEN
        top += height(lines[name])
        at[name] = top, NAME + CONTENT * len(content)
        _box(axes, name, content, *at[name])
        if any(group.origin == above for group in groups[name]):
            middle = BOX_LEFT + BOX_WIDTH / 3
            _arrow(axes, [(middle, before), (middle, top)])
        top, above = sum(at[name]), name
    every = [group for of in groups.values() for group in of]
    _rails(axes, [group for group in every if _passes(group, [*at])], at)
    for group in every:
        if group.origin not in at:
            _from_outside(axes, group.origin, at[group.target][0] + NAME / 2)
        if group.origin == group.target:
            _loop(axes, sum(at[group.target]))


def _rails(axes: Axes, groups: Sequence[Group], at: Mapping[str, tuple[float, float]]) -> None:
    """Arrows that pass a box run left of all boxes, those of one origin on one line."""
    origins = [*dict.fromkeys(group.origin for group in groups)]
    for group in groups:
        x = RAIL + RAILS * origins.index(group.origin)
        begin, end = (at[name][0] + at[name][1] / 2 for name in (group.origin, group.target))
        _arrow(axes, [(BOX_LEFT, begin), (x, begin), (x, end), (BOX_LEFT, end)])


def _from_outside(axes: Axes, origin: str, y: float) -> None:
    """An arrow from what has no box, with its name."""
    right = BOX_LEFT + BOX_WIDTH
    _arrow(axes, [(right + ENTRY, y), (right, y)])
    axes.text(right + ENTRY + 1, y, origin.lower(), va="center", color=style.SECOND)


def _loop(axes: Axes, bottom: float) -> None:
    """An arrow from a box to itself."""
    right, out = BOX_LEFT + BOX_WIDTH, BOX_LEFT + BOX_WIDTH + ENTRY / 2
    begin, end = bottom - 1.0, bottom - 2.8
    _arrow(axes, [(right, begin), (out, begin), (out, end), (right, end)])


def _passes(group: Group, names: list[str]) -> bool:
    """Whether an arrow between two boxes passes another one."""
    if group.origin not in names or group.origin == group.target:
        return False
    return names.index(group.target) - names.index(group.origin) != 1


def _box(axes: Axes, name: str, content: Sequence[str], top: float, high: float) -> None:
    look: dict[str, Any] = {"facecolor": style.PALEST, "edgecolor": style.INK, "linewidth": 0.8}
    axes.add_patch(Rectangle((BOX_LEFT, top), BOX_WIDTH, high, **look))
    axes.text(BOX_LEFT + 1.5, top + NAME / 2, name, weight="bold", va="center")
    for i, words in enumerate(content):
        y = top + NAME + (i + 0.4) * CONTENT
        axes.text(BOX_LEFT + 1.5, y, words, va="center", color=style.SECOND)


def _arrow(axes: Axes, points: Sequence[tuple[float, float]]) -> None:
    """A line along points with its head at the last."""
    axes.plot(*zip(*points, strict=True), **ARROW)
    axes.annotate("", points[-1], points[-2], arrowprops={
        "arrowstyle": "-|>,head_width=0.15,head_length=0.35", "shrinkA": 0, "shrinkB": 0, **ARROW,
    })  # fmt: skip
