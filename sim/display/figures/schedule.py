"""What the protocol plans: a lane for each therapy of each arm, and one for each kind of visit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

from sim.display.figures import line_ends, months, planned_lanes, style
from sim.display.figures.caption import Caption, spoken
from sim.display.figures.form import TWO_COLUMNS, at_most
from sim.display.figures.multiples import room_for
from sim.display.figures.page import MARGIN, Page
from sim.display.figures.planned_lanes import LOW, TICK, Block, Laid, Room
from sim.display.figures.saved import Saved
from sim.display.figures.texts import LINE, millimetres, wrapped
from sim.scenario.form.study import Scenario
from sim.scenario.planned import Stretch
from sim.scenario.treatment import stops
from sim.vocabulary import DAYS_PER_MONTH

LEAST, WIDEST, RIGHT, AXIS = 17.0, 0.3, 3.0, 8.0
"""Millimetres left of the panel at least, and the most as a share of the page; millimetres right
of the panel, and of its axis."""

BEFORE = 1.2
"""Millimetres above the title of a block."""

CLOSEST = 0.7
"""Millimetres between two doses that can still be told apart."""

LIGHTER = 0.75
"""How much of the way to white a bar of many doses is."""

EXPLAINED = "Planned days: missed, late and stopped doses are not shown."
TOO_CLOSE = "Striped: doses too close to be drawn one by one."
Line = tuple[Block, list[str], list[Laid]]
"""A block with the lines of its title and its lanes."""


def figure(saved: Saved, caption: Caption) -> style.Drawn | None:
    """Lanes of planned doses and visits; None where the scenario is not known."""
    if saved.study is None:
        return None
    every = planned_lanes.blocks(saved.study.scenario, caption.arms)
    width = at_most(TWO_COLUMNS)
    left = _left(every, width)
    room = Room(left - 1.5, width - left - RIGHT, saved.study.scenario.horizon)
    legend: style.Legend = [months.legend(caption)]
    text = [spoken(*_explained(saved.study.scenario, every, room, caption))]
    most = room_for(width, caption.title, legend, text) - AXIS
    room, lines = _laid_out(every, room, most)
    page = Page(width, height(lines) + AXIS, caption.title, legend, text)
    axes = page.axes(left, 0, room.width, height(lines))
    _draw(axes, lines, room, caption)
    last = caption.horizon_months
    months.draw_months(axes, caption, months.ticks(last, room.width), last)
    return page.figure, planned_lanes.numbers(every)


def _left(every: list[Block], width: float) -> float:
    """Millimetres left of the panel: a name has one line, or is broken where it is long."""
    names = [lane.name for block in every for lane in block.lanes]
    words = [word for name in names for word in name.split(" ")]
    return min(max([LEAST, *(millimetres(word) + 3.0 for word in words)]), WIDEST * width)


def _laid_out(every: list[Block], room: Room, most: float) -> tuple[Room, list[Line]]:
    """All lanes with their labels; each label once, and low ticks, where more than `most` mm."""
    for once, tick in ((False, TICK), (True, TICK), (True, LOW)):
        room = room._replace(tick=tick)
        lines = _lines(every, room, once)
        if height(lines) <= most:
            break
    return room, lines


def _lines(every: list[Block], room: Room, once: bool) -> list[Line]:
    """The lanes of all blocks; with `once`, a therapy has its labels in the first arm alone."""
    seen: set[str] = set()
    lines = []
    for block in every:
        lanes = [
            planned_lanes.laid_out(lane, room, not (once and lane.name in seen))
            for lane in block.lanes
        ]
        seen |= {lane.name for lane in block.lanes if lane.name}
        lines.append((block, wrapped(block.title, room.left + room.width, True), lanes))
    return lines


def height(lines: list[Line]) -> float:
    """Millimetres of all blocks."""
    return sum(_head(title) + sum(lane.height for lane in lanes) for _, title, lanes in lines) + 1


def _head(title: list[str]) -> float:
    return BEFORE + LINE * len(title) + 1.2


def _draw(axes: Axes, lines: list[Line], room: Room, caption: Caption) -> None:
    """Blocks from the top down; the axis upwards is in millimetres."""
    axes.set_ylim(height(lines), 0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=style.GRID, linewidth=0.4)
    looks, down = caption.looks, 0.0
    for block, title, lanes in lines:
        look = looks.get(block.arm)
        _title(axes, title, look, down, room)
        down += _head(title)
        for laid in lanes:
            _lane(axes, laid, look.color if look else style.INK, down, room)
            down += laid.height


def _title(
    axes: Axes, title: list[str], look: style.ArmStyle | None, down: float, room: Room
) -> None:
    """The name of an arm, with its mark, or what visits are."""
    indent = 3.2 if look else 0.0
    _say(axes, "\n".join(title), indent - room.left, down + BEFORE, room, weight="bold", zorder=6)
    if look:
        at = (MARGIN - room.left) / room.width, down + BEFORE + LINE / 2
        axes.plot(*at, transform=axes.get_yaxis_transform(), clip_on=False, **style.mark(look))


def _lane(axes: Axes, laid: Laid, color: str, down: float, room: Room) -> None:
    """The name left of a lane, its labels, and below these its doses, courses or visits."""
    _say(axes, "\n".join(laid.name), -room.left, down, room)
    for i, (day, text) in enumerate(laid.labels):
        month = day / DAYS_PER_MONTH + (i > 0) * room.months(0.8)  # beside the line of its phase
        axes.text(month, down, "\n".join(text), va="top", color=style.SECOND, zorder=6,
                  linespacing=1.1, bbox=line_ends.BACKGROUND)  # fmt: skip
    top = down + laid.above
    last, foot = room.horizon / DAYS_PER_MONTH, top + room.tick
    axes.plot([0, last], [foot, foot], color=style.FAINT, linewidth=0.5)
    for stretch in laid.lane.stretches:
        _stretch(axes, stretch, color, top, room)
    above = down + 0.4 if len(laid.labels) > 1 else top - 0.4  # not through one label of all phases
    begins = [stretch.begin / DAYS_PER_MONTH for stretch in laid.lane.stretches[1:]]
    axes.vlines(begins, above, foot, color=style.SECOND, linewidth=0.6, zorder=7)


def _stretch(axes: Axes, stretch: Stretch, color: str, top: float, room: Room) -> None:
    """A tick for each dose or visit, a striped bar for doses too close, a bar for a course."""
    if stretch.days and planned_lanes.are_apart(stretch, room, CLOSEST):
        days = [day / DAYS_PER_MONTH for day in stretch.days]
        axes.vlines(days, top, top + room.tick, color=color, linewidth=0.9, zorder=5)
        return
    begin, end = stretch.begin / DAYS_PER_MONTH, stretch.end / DAYS_PER_MONTH
    axes.barh(top + 0.5, end - begin, room.tick - 0.5, begin, align="edge", zorder=4,
              **_bar(color, is_striped=bool(stretch.days)))  # fmt: skip


def _bar(color: str, is_striped: bool) -> dict[str, Any]:
    """A course in full colour; many doses light, with stripes."""
    if not is_striped:
        return {"facecolor": color, "linewidth": 0}
    light = tuple(part + LIGHTER * (1 - part) for part in to_rgb(color))
    return {"facecolor": light, "edgecolor": color, "hatch": "||||||", "linewidth": 0.4}


def _say(axes: Axes, text: str, mm: float, down: float, room: Room, **look: Any) -> None:
    """Words from `mm` right of the panel's left edge on."""
    axes.text(mm / room.width, down, text, transform=axes.get_yaxis_transform(), va="top",
              linespacing=1.1, **look)  # fmt: skip


def _explained(
    scenario: Scenario, every: list[Block], room: Room, caption: Caption
) -> Iterator[str]:
    """What the caption says: what is planned, and what ends a therapy before its plan does."""
    yield EXPLAINED
    stretches = [x for block in every for lane in block.lanes for x in lane.stretches]
    if not all(planned_lanes.are_apart(stretch, room, CLOSEST) for stretch in stretches):
        yield TOO_CLOSE
    for name, therapy in scenario.therapies.items():
        for rule in stops(therapy.stop):
            yield f"{name[0].upper()}{name[1:]} is {rule.replace(' -', ' −')}."
    yield from months.explained(caption)
    yield f"{caption.assumptions}."
