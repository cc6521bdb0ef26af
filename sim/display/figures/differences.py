"""The forest of paired differences between arms at the end of follow-up, each kind on its scale."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from sim.display.figures import intervals, style, uncertain, without_difference
from sim.display.figures.caption import ON_READING, Caption
from sim.display.figures.difference_rows import (
    BONE,
    CLINIC,
    FRACTURE,
    HEADINGS,
    MARKER,
    OTHER,
    TREATMENT,
    block_of,
)  # fmt: skip
from sim.display.figures.form import TWO_COLUMNS, at_most, form
from sim.display.figures.intervals import parts
from sim.display.figures.saved import Saved
from sim.vocabulary import ALIVE, BONES, EVERYONE, MARKERS, Arms, arms_of, rows_with

SPELT = {
    "%/year": "% of the entry value per year",
    "%": "% of patients",
    "percentage points": "percentage points of patients",
}
NAMES = {"ctx": "CTX", "balp": "BALP", "t": "T-score", "-2.5": "−2.5"}

AT_CLINIC = (
    "wait for a place", "doses late", "doses skipped by the clinic", "visits lost", "interval",
    "minutes in the waiting room", "sent home", "doses without drug", "thrown away", "in use",
    "overtime",
)  # fmt: skip
"""How the names of outcomes of a clinic end."""

MAIN = ("spine change", "hip change", "vertebral fractures", "all fractures")
"""Outcomes that are shown by subgroup, where there are subgroups."""

LAYOUT = parts.Layout(
    around=0.2, sides=("right", "left"), heads=("difference [95 % Monte Carlo interval]", "")
)
WITH_DRAWS = LAYOUT._replace(
    labels=36.0, scale=30.0, sides=("right", "right", "left"),
    heads=("difference [95 % Monte Carlo]", uncertain.HEAD, ""),
)  # fmt: skip
IN_A_COLUMN = ("[95 % Monte Carlo]", "")
EXPLAINED = (
    "Marks: paired differences, the same virtual patients and random numbers in either arm.",
    "Thick lines: 95 % Monte Carlo intervals. They show simulation (Monte Carlo) error only, not "
    "the uncertainty of the published data. More virtual patients narrow them.",
)


def figure(
    saved: Saved, caption: Caption, uncertainty: pd.DataFrame | None = None
) -> style.Drawn | None:
    """Every outcome's paired difference at its last time; None where there is one arm.

    `uncertainty` has the interval of each outcome over the draws of a sweep.
    """
    rows = rows_of(saved.summary, caption.arms)
    if rows.empty:
        return None
    rows = uncertain.beside(rows, uncertainty)
    styles, known = caption.looks, arms_of(rows)
    # Each difference looks like the arm that it is the gain of.
    looks = {pair: styles[pair.arm] for pair in pairs_of(caption.arms) if pair in known}
    alike = without_difference.of(rows)
    groups = list(parts.grouped(rows, HEADINGS, "scale"))
    differing = parts.grouped(rows[~rows["outcome"].isin(alike["outcome"])], HEADINGS, "scale")
    first, *others = (block_of(*group, looks) for group in differing)
    is_wide, has_draws = at_most(TWO_COLUMNS) == TWO_COLUMNS, uncertain.is_in(rows)
    left_out = "" if has_draws else uncertain.NOT_INCLUDED
    said = first._replace(panels=[first.panels[0]._replace(right=left_out if is_wide else "")])
    title = caption.title if is_wide or has_draws else f"{caption.title}; {left_out}"
    legend = [[style.entry(arms.label("−"), style.mark(look)) for arms, look in looks.items()]]
    explained = [*EXPLAINED, ON_READING]
    if has_draws:
        explained.insert(len(EXPLAINED), uncertain.explained(rows))
        legend.append(uncertain.legend())
    page = intervals.figure(
        [[said, *others]], title, legend,
        caption.paragraphs(*without_difference.listed(alike), *explained, _when(rows)),
        _layout(is_wide, has_draws),
    )  # fmt: skip
    return page, pd.concat([shown for *_, shown in groups], ignore_index=True)


def _layout(is_wide: bool, has_draws: bool) -> parts.Layout:
    """The columns of printed numbers: in one column of a journal the difference alone."""
    if not is_wide:
        return LAYOUT._replace(heads=IN_A_COLUMN)
    return WITH_DRAWS if has_draws else LAYOUT


def rows_of(summary: pd.DataFrame, arms: tuple[str, ...]) -> pd.DataFrame:
    """The paired differences of a summary at the last time of each outcome.

    Adds heading, scale, label and subgroup; rows of one outcome follow each other, everyone
    first. Where the form in force names arms, their differences are the only ones. Subgroups are
    kept for the main outcomes where there is one difference only: with more the figure would not
    fit a page.
    """
    chosen = form().arms or arms
    rows = rows_with(summary, [pair for pair in pairs_of(arms) if pair.arm in chosen])
    by = [*Arms._fields, "outcome", "subgroup"]
    rows = rows[rows["time"] == rows.groupby(by)["time"].transform("max")]
    rows = rows[rows["subgroup"] != ALIVE]
    shown = rows["subgroup"] == EVERYONE
    if len(arms_of(rows)) == 1:
        shown |= rows["outcome"].isin(MAIN)
    rows = rows[shown].sort_values("subgroup", key=lambda name: name != EVERYONE, kind="stable")
    rows = rows.sort_values(["outcome", "subgroup"], key=lambda names: pd.factorize(names)[0])
    return rows.assign(
        heading=rows["outcome"].map(heading_of),
        scale=[scale_of(*row) for row in zip(rows["outcome"], rows["unit"], strict=True)],
        label=rows["outcome"].map(label_of),
    )


def pairs_of(arms: Sequence[str]) -> list[Arms]:
    """Every difference that there may be between some arms, in their order."""
    return [Arms(arm, other) for arm in arms for other in arms if arm != other]


def label_of(name: str) -> str:
    """An outcome or a fact as a reader expects it: capital at the start, no underscores."""
    text = " ".join(NAMES.get(word, word) for word in name.replace("_", " ").split(" "))
    return text[0].upper() + text[1:]


def scale_of(outcome: str, unit: str) -> str:
    """What the scale of an outcome is called: of what its percentages are."""
    if outcome.endswith("change") and unit in ("%", "percentage points"):
        return f"{unit} of the entry value"
    return SPELT.get(unit, unit)


def heading_of(outcome: str) -> str:
    """The heading that an outcome stands under."""
    first = outcome.split(" ")[0]
    if first in MARKERS:
        return MARKER
    if "fracture" in outcome or first == "deaths":
        return FRACTURE
    if first in BONES:
        return BONE
    if first == "off" or outcome.endswith(("received", "missed", "at least once")):
        return TREATMENT
    return CLINIC if outcome.endswith(AT_CLINIC) else OTHER


def _when(rows: pd.DataFrame) -> str:
    """The month that the differences stand for, and those at another."""
    usual = rows["time"].mode()[0]
    others = rows[rows["time"] != usual].drop_duplicates("outcome")
    named = ", ".join(f"{row.label} at month {row.time:g}" for row in others.itertuples())
    return f"At month {usual:g}" + (f"; {named}." if named else ".")
