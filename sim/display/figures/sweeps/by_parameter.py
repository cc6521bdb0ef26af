"""Interval figures with a row for each parameter and a column for each scenario and difference."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.patches import Patch

from sim.display.figures import multiples
from sim.display.figures.differences import label_of
from sim.display.figures.intervals import HEADING, SCALE_BESIDE
from sim.display.figures.intervals.fitted import least_height
from sim.display.figures.intervals.panel import SUBTITLE
from sim.display.figures.intervals.parts import Block, Layout, Panel, Part, Row
from sim.display.figures.style import SECOND, ArmStyle
from sim.display.figures.sweeps.shown import Case, of_case
from sim.display.figures.sweeps.words import named
from sim.vocabulary import Arms

ABREAST = 4
MOST, LEAST = 20, 5
"""Parameters in a block: no more, and no fewer however many blocks a page has."""

NOTE = 4.2
"""Height in mm of the note on parameters that are left out."""


class Choice(NamedTuple):
    """An outcome in some cases, with the parameters that move it most; the others are left out."""

    outcome: str
    cases: list[Case]
    parameters: list[str]
    rows: list[Row]
    others: list[str]


def layout(cases: Sequence[Case]) -> Layout:
    """As many columns as there are cases, and no more than fit."""
    return Layout(abreast=min(ABREAST, len(cases)), ticks=9)


def choices(
    rows: pd.DataFrame,
    cases: Sequence[Case],
    size: str,
    values: Mapping[str, str] | None = None,
    least: float = 0.0,
) -> list[Choice]:
    """A choice for each outcome and so many cases as fit abreast, the largest `size` first.

    `values` are texts in a column of their own beside the names, `least` what a row takes in mm.
    """
    parts = [list(cases[i : i + ABREAST]) for i in range(0, len(cases), ABREAST)]
    every = [(outcome, part) for outcome in rows["outcome"].unique() for part in parts]
    around = HEADING + SUBTITLE * 2 * (len(cases) > 1) + SCALE_BESIDE + NOTE
    room = multiples.ROOM / max(len(every), 1) - around
    chosen = []
    for outcome, part in every:
        of_part = pd.concat([of_case(rows, case, outcome) for case in part])
        if len(of_part):
            labels, others = _fitting(of_part, size, values or {}, room, least)
            chosen.append(Choice(outcome, part, list(labels), list(labels.values()), others))
    return chosen


def block(choice: Choice, panels: Sequence[Panel], note: str) -> Block:
    """The panels of a choice below its outcome, with a note on what is left out."""
    heading = label_of(choice.outcome)
    if not note:
        return Block(choice.rows, panels, heading)
    rows = [*choice.rows, Row(note, NOTE, ink=SECOND)]
    return Block(rows, [panel._replace(rows=[*panel.rows, []]) for panel in panels], heading)


def parts(
    choice: Choice, rows: pd.DataFrame, draw: Callable[[Any], Iterable[Part]]
) -> list[list[Part]]:
    """The parts of each parameter of a choice; none where a scenario does not have it."""
    known = {str(row.parameter): row for row in rows.itertuples()}
    return [[*draw(known[name])] if name in known else [] for name in choice.parameters]


def count_of_others(choice: Choice) -> str:
    """How many parameters are left out, in words."""
    return "1 other" if len(choice.others) == 1 else f"{len(choice.others)} others"


def _fitting(
    rows: pd.DataFrame, size: str, values: Mapping[str, str], room: float, least: float
) -> tuple[dict[str, Row], list[str]]:
    """The row of each parameter that fits, and the paths of the others."""
    order = rows.groupby("parameter", sort=False)[size].max().sort_values(
        ascending=False, kind="stable"
    )  # fmt: skip
    moving = order[order > 0] if (order > 0).any() else order[:LEAST]
    known = rows.drop_duplicates("parameter").set_index("parameter")
    labels: dict[str, Row] = {}
    used = 0.0
    for parameter in map(str, moving.index):
        name = named(str(known.loc[parameter, "name"]), bool(known.loc[parameter, "assumption"]))
        row = Row(name, least, values.get(parameter, ""))
        used += least_height(row, Layout())
        if len(labels) >= (MOST if used <= room else LEAST):
            break
        labels[parameter] = row
    return labels, [str(parameter) for parameter in order.index[len(labels) :]]


def colors(looks: Mapping[Arms, ArmStyle]) -> list[Artist]:
    """The differences in the legend."""
    return [Patch(facecolor=look.color, label=arms.label("−")) for arms, look in looks.items()]
