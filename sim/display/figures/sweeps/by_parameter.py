"""Interval figures with a row for each parameter and a column for each scenario and difference."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from sim.display.figures import intervals, multiples
from sim.display.figures.differences import label_of
from sim.display.figures.intervals.panel import SUBTITLE
from sim.display.figures.intervals.parts import Block, Layout, Panel, Part, Row, least_height
from sim.display.figures.style import SECOND, ArmStyle
from sim.display.figures.sweeps import shown, words
from sim.display.figures.sweeps.saved import Sweep
from sim.display.figures.sweeps.shown import Case
from sim.vocabulary import Arms

ABREAST = 4
MOST, LEAST = 20, 5
"""Parameters in a block: no more, and no fewer however many blocks a page has."""

CAPTION = 60.0
"""Millimetres that a caption in one column takes beyond that in two."""

NOTE = 4.2
"""Height in mm of the note on parameters that are left out."""


class Choice(NamedTuple):
    """An outcome in some cases, with a row for each parameter that moves it most, by path.

    `others` are the parameters that are left out.
    """

    outcome: str
    cases: list[Case]
    rows: dict[str, Row]
    others: list[str]


class Drawing(NamedTuple):
    """What a figure draws.

    `panel` makes a panel without its rows: from the rows of its case, and those of all cases that
    share its scale. `parts` draws one parameter, and `of_others` says how large the largest of
    those left out is, in which unit. The column `size` holds how large each is, `values` texts in
    a column of their own beside the names, and a row takes at least `least` mm.
    """

    size: str
    panel: Callable[[pd.DataFrame, pd.DataFrame], Panel]
    parts: Callable[[Any, ArmStyle], Iterable[Part]]
    of_others: Callable[[float, str], str]
    values: Mapping[str, str]
    least: float = 0.0
    beside: float = Layout().beside
    """How wide the texts of `values` may be, in mm."""


def figure(
    sweep: Sweep,
    numbers: pd.DataFrame,
    drawing: Drawing,
    legend: Sequence[Sequence[Artist]],
    caption: Sequence[str],
) -> tuple[Figure, list[Choice]]:
    """The choices below each other, in as many columns as there are cases and fit."""
    every = shown.cases(sweep, numbers)
    chosen = list(_choices(numbers, every, drawing))
    blocks = [_block(sweep, numbers, choice, drawing) for choice in chosen]
    most = min(multiples.abreast(ABREAST), len(every))
    layout = Layout(beside=drawing.beside, abreast=most, ticks=9)
    return intervals.figure([blocks], sweep.title, legend, caption, layout), chosen


def colors(looks: Mapping[Arms, ArmStyle]) -> list[Artist]:
    """The differences in the legend, where there are several: one is named in the caption."""
    several = looks if len(looks) > 1 else {}
    return [Patch(facecolor=look.color, label=arms.label("−")) for arms, look in several.items()]


def _choices(rows: pd.DataFrame, every: Sequence[Case], drawing: Drawing) -> Iterator[Choice]:
    """A choice for each outcome and so many cases as fit abreast, the largest parameters first."""
    abreast = multiples.abreast(ABREAST)
    groups = [list(every[i : i + abreast]) for i in range(0, len(every), abreast)]
    parts = [(outcome, group) for outcome in rows["outcome"].unique() for group in groups]
    around = intervals.HEADING + SUBTITLE * 2 * (len(every) > 1) + intervals.SCALE_BESIDE + NOTE
    space = multiples.ROOM - CAPTION * (abreast < ABREAST)
    room = space / max(len(parts), 1) - around
    for outcome, group in parts:
        of_group = pd.concat([shown.of_case(rows, case, outcome) for case in group])
        if len(of_group):
            yield Choice(outcome, group, *_fitting(of_group, drawing, room))


def _fitting(rows: pd.DataFrame, drawing: Drawing, room: float) -> tuple[dict[str, Row], list[str]]:
    """The row of each parameter that fits, and the paths of the others."""
    order = rows.groupby("parameter", sort=False)[drawing.size].max()
    order = order.sort_values(ascending=False, kind="stable")
    moving = order[order > 0] if (order > 0).any() else order[:LEAST]
    known = rows.drop_duplicates("parameter").set_index("parameter")
    names = map(words.named, known["name"], known["assumption"])
    name_of = dict(zip(known.index, names, strict=True))
    fitting: dict[str, Row] = {}
    used = 0.0
    for parameter in map(str, moving.index):
        row = Row(name_of[parameter], drawing.least, drawing.values.get(parameter, ""))
        used += least_height(row, intervals.fitting(Layout(beside=drawing.beside)))
        if len(fitting) >= (MOST if used <= room else LEAST):
            break
        fitting[parameter] = row
    return fitting, [str(parameter) for parameter in order.index[len(fitting) :]]


def _block(sweep: Sweep, numbers: pd.DataFrame, choice: Choice, drawing: Drawing) -> Block:
    """The panels of a choice below its outcome, with a note on what is left out."""
    looks, every = shown.contrasts(sweep, numbers), shown.cases(sweep, numbers)
    of_outcome = numbers[numbers["outcome"] == choice.outcome]
    drawn = of_outcome[of_outcome["parameter"].isin(choice.rows)]
    others = of_outcome[of_outcome["parameter"].isin(choice.others)]
    rows, panels = [*choice.rows.values()], []
    if not others.empty:
        count = "1 other" if len(choice.others) == 1 else f"{len(choice.others)} others"
        how_large = drawing.of_others(others[drawing.size].max(), others["unit"].iloc[0])
        rows.append(Row(f"{count}, {how_large}", NOTE, ink=SECOND))
    for case in choice.cases:
        of_case = shown.of_case(of_outcome, case, choice.outcome)
        known = {row.parameter: row for row in of_case.itertuples()}
        parts = [
            [*drawing.parts(known[name], looks[case.arms])] if name in known else []
            for name in choice.rows
        ]
        parts += [[]] * (not others.empty)
        panel = drawing.panel(of_case, drawn)
        panels.append(panel._replace(rows=parts, subtitle=words.heading(case, every)))
    return Block(rows, panels, label_of(choice.outcome))
