"""The forest of paired differences between arms, with how well the simulation knows each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from sim.display.figures import intervals, scales, style
from sim.display.figures.caption import ON_READING, Caption
from sim.display.figures.differences import pairs_of, panels, rows_of
from sim.display.figures.facts import Panel
from sim.display.figures.intervals import parts
from sim.display.figures.intervals.parts import Block, Layout, Mark, Row, Upright, line
from sim.display.figures.saved import Saved
from sim.display.numbers import typeset, with_interval
from sim.vocabulary import EVERYONE, Arms, arms_of

LANE, OUTCOME = 3.2, 1.4
"""Heights in mm: of a difference, and of the room above an outcome."""

INDENT = "    "
LAYOUT = Layout(around=0.2, sides=("right",), heads=("difference [95 % interval]",))
EXPLAINED = (
    "Marks: paired differences, the same virtual patients and random numbers in both arms.",
    "Lines: 95 % Monte Carlo intervals. They show simulation (Monte Carlo) error only, not the "
    "uncertainty of the published data. More virtual patients narrow them.",
    ON_READING,
)


def figure(saved: Saved, caption: Caption) -> tuple[Figure, pd.DataFrame] | None:
    """Every outcome's paired difference at its last time; None where there is one arm."""
    rows = rows_of(saved.summary, caption.arms)
    if rows.empty:
        return None
    looks = _looks(rows, caption.arms)
    drawn = list(panels(rows))
    legend = [style.entry(arms.label("−"), style.mark(look)) for arms, look in looks.items()]
    page = intervals.figure(
        [[_block(panel, looks) for panel in drawn]], caption.title, [legend],
        caption.paragraphs(*EXPLAINED, *_when(rows)), LAYOUT,
    )  # fmt: skip
    return page, pd.concat([panel.rows for panel in drawn], ignore_index=True)


def _looks(rows: pd.DataFrame, arms: tuple[str, ...]) -> dict[Arms, style.ArmStyle]:
    """Each difference looks like the arm that it is the gain of."""
    styles = style.arm_style(arms)
    return {pair: styles[pair.arm] for pair in pairs_of(arms) if pair in arms_of(rows)}


def _block(panel: Panel, looks: Mapping[Arms, style.ArmStyle]) -> Block:
    """The differences on one scale, a row for each outcome and subgroup."""
    groups = panel.rows.groupby(["outcome", "subgroup"], sort=False)
    of_rows = [list(differences.itertuples()) for _, differences in groups]
    drawn = parts.Panel(
        rows=[list(_marks(differences, looks)) for differences in of_rows],
        scale=panel.scale,
        limits=scales.limits(panel.rows[["estimate", "low", "high"]], zero=True),
        uprights=[Upright(0, style.ZERO)],
    )
    return Block([_row(differences) for differences in of_rows], [drawn], panel.heading)


def _row(differences: Sequence[Any]) -> Row:
    """The label of an outcome, or of a subgroup indented below it."""
    first, height = differences[0], LANE * len(differences)
    if first.subgroup == EVERYONE:
        return Row(first.label, height, above=OUTCOME)
    return Row(INDENT + first.subgroup, height, ink=style.SECOND)


def _marks(differences: Sequence[Any], looks: Mapping[Arms, style.ArmStyle]) -> Iterator[Mark]:
    """The differences of one outcome below each other, smaller those of a subgroup."""
    for i, row in enumerate(differences):
        look, is_part = looks[Arms(row.arm, row.against_arm)], row.subgroup != EVERYONE
        yield Mark(
            row.estimate, row.low, row.high,
            symbol=style.mark(look, size=3.2 if is_part else 4.4), line=line(look.color),
            down=LANE * (i - (len(differences) - 1) / 2),
            printed=(typeset(with_interval(row.estimate, row.low, row.high)),),
            ink=style.SECOND if is_part else style.INK,
        )  # fmt: skip


def _when(rows: pd.DataFrame) -> list[str]:
    """The month that the differences stand for, and those at another."""
    usual = rows["time"].mode()[0]
    others = rows[rows["time"] != usual].drop_duplicates("outcome")
    named = ", ".join(f"{row.label} at month {row.time:g}" for row in others.itertuples())
    return [f"At month {usual:g}" + (f"; {named}." if named else ".")]
