"""Interval figures with a row for each parameter and a column for each scenario and difference."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from sim.display.figures import intervals, multiples
from sim.display.figures.differences import label_of
from sim.display.figures.intervals.fitted import least_height
from sim.display.figures.intervals.panel import SUBTITLE
from sim.display.figures.intervals.parts import Block, Layout, Panel, Part, Row
from sim.display.figures.style import SECOND, ArmStyle
from sim.display.figures.sweeps import shown, words
from sim.display.figures.sweeps.saved import Sweep
from sim.display.figures.sweeps.shown import Case
from sim.vocabulary import Arms

ABREAST = 4
MOST, LEAST = 20, 5
"""Parameters in a block: no more, and no fewer however many blocks a page has."""

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
    those left out is, in which unit; the column `size` holds how large each is.
    """

    size: str
    panel: Callable[[pd.DataFrame, pd.DataFrame], Panel]
    parts: Callable[[Any, ArmStyle], Iterable[Part]]
    of_others: Callable[[float, str], str]


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
    groups = [list(cases[i : i + ABREAST]) for i in range(0, len(cases), ABREAST)]
    every = [(outcome, group) for outcome in rows["outcome"].unique() for group in groups]
    around = intervals.HEADING + SUBTITLE * 2 * (len(cases) > 1) + intervals.SCALE_BESIDE + NOTE
    room = multiples.ROOM / max(len(every), 1) - around
    chosen = []
    for outcome, group in every:
        of_group = pd.concat([shown.of_case(rows, case, outcome) for case in group])
        if len(of_group):
            fitting = _fitting(of_group, size, values or {}, room, least)
            chosen.append(Choice(outcome, group, *fitting))
    return chosen


def figure(
    sweep: Sweep,
    numbers: pd.DataFrame,
    chosen: Sequence[Choice],
    drawing: Drawing,
    legend: Sequence[Sequence[Artist]],
    caption: Sequence[str],
) -> Figure:
    """The choices below each other, in as many columns as there are cases and fit."""
    looks, every = shown.contrasts(sweep, numbers), shown.cases(sweep, numbers)
    blocks = [_block(numbers, choice, every, looks, drawing) for choice in chosen]
    layout = Layout(abreast=min(ABREAST, len(every)), ticks=9)
    return intervals.figure([blocks], sweep.title, legend, caption, layout)


def colors(looks: Mapping[Arms, ArmStyle]) -> list[Artist]:
    """The differences in the legend."""
    return [Patch(facecolor=look.color, label=arms.label("−")) for arms, look in looks.items()]


def _block(
    numbers: pd.DataFrame,
    choice: Choice,
    every: Sequence[Case],
    looks: Mapping[Arms, ArmStyle],
    drawing: Drawing,
) -> Block:
    """The panels of a choice below its outcome, with a note on what is left out."""
    of_outcome = numbers[numbers["outcome"] == choice.outcome]
    drawn = of_outcome[of_outcome["parameter"].isin(choice.rows)]
    others = of_outcome[of_outcome["parameter"].isin(choice.others)]
    rows, panels = [*choice.rows.values()], []
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
    if not others.empty:
        count = "1 other" if len(choice.others) == 1 else f"{len(choice.others)} others"
        how_large = drawing.of_others(others[drawing.size].max(), others["unit"].iloc[0])
        rows.append(Row(f"{count}, {how_large}", NOTE, ink=SECOND))
    return Block(rows, panels, label_of(choice.outcome))


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
        name = words.named(
            str(known.loc[parameter, "name"]), bool(known.loc[parameter, "assumption"])
        )
        row = Row(name, least, values.get(parameter, ""))
        used += least_height(row, Layout())
        if len(labels) >= (MOST if used <= room else LEAST):
            break
        labels[parameter] = row
    return labels, [str(parameter) for parameter in order.index[len(labels) :]]
