"""The forest of paired differences between arms at the end of follow-up, each kind on its scale."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from sim.display.figures import intervals, scales, style, uncertain, without_difference
from sim.display.figures.caption import ON_READING, Caption
from sim.display.figures.form import TWO_COLUMNS, at_most
from sim.display.figures.intervals import parts
from sim.display.figures.saved import Saved
from sim.display.figures.texts import LINE, wrapped
from sim.display.numbers import cannot_occur, typeset, with_interval
from sim.vocabulary import ALIVE, BONES, CANNOT_OCCUR, EVERYONE, MARKERS, Arms, arms_of, rows_with

BONE, MARKER, FRACTURE, TREATMENT, OTHER = HEADINGS = (
    "Bone density", "Markers", "Fractures and deaths", "Treatment", "Other outcomes",
)  # fmt: skip
"""In the order of the figure."""

SPELT = {
    "%/year": "% of the entry value per year",
    "%": "% of patients",
    "percentage points": "percentage points of patients",
}
NAMES = {"ctx": "CTX", "balp": "BALP", "t": "T-score", "-2.5": "−2.5"}

MAIN = ("spine change", "hip change", "vertebral fractures", "all fractures")
"""Outcomes that are shown by subgroup, where there are subgroups."""

LANE, OUTCOME = 3.05, 1.0
"""Heights in mm: of a difference, and of the room above an outcome."""

WIDEST = 32.0
"""Width in mm of a direction, which is broken into lines where its arm has a longer name."""

INDENT = "    "
LAYOUT = parts.Layout(
    around=0.2, sides=("right", "left"), heads=("difference [95 % Monte Carlo interval]", "")
)
WITH_DRAWS = LAYOUT._replace(
    labels=36.0, scale=30.0, sides=("right", "right", "left"),
    heads=("difference [95 % Monte Carlo]", uncertain.HEAD, ""),
)  # fmt: skip
IN_A_COLUMN = ("[95 % Monte Carlo]", "")
GOOD = {BONE: 1, FRACTURE: -1}
"""Whether a higher value is better or worse for the patient, where that is known."""

EXPLAINED = (
    "Marks: paired differences, the same virtual patients and random numbers in either arm.",
    "Thick lines: 95 % Monte Carlo intervals. They show simulation (Monte Carlo) error only, not "
    "the uncertainty of the published data. More virtual patients narrow them.",
    ON_READING,
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
    styles, known = style.arm_style(caption.arms), arms_of(rows)
    # Each difference looks like the arm that it is the gain of.
    looks = {pair: styles[pair.arm] for pair in pairs_of(caption.arms) if pair in known}
    alike = without_difference.of(rows)
    groups = list(parts.grouped(rows, HEADINGS, "scale"))
    differing = parts.grouped(rows[~rows["outcome"].isin(alike["outcome"])], HEADINGS, "scale")
    first, *others = (_block(*group, looks) for group in differing)
    is_wide, has_draws = at_most(TWO_COLUMNS) == TWO_COLUMNS, uncertain.is_in(rows)
    left_out = "" if has_draws else uncertain.NOT_INCLUDED
    said = first._replace(panels=[first.panels[0]._replace(right=left_out if is_wide else "")])
    title = caption.title if is_wide or has_draws else f"{caption.title}; {left_out}"
    legend = [[style.entry(arms.label("−"), style.mark(look)) for arms, look in looks.items()]]
    explained = (
        *EXPLAINED[:2],
        *([uncertain.explained(rows)] if has_draws else []),
        *EXPLAINED[2:],
    )
    page = intervals.figure(
        [[said, *others]], title, [*legend, *([uncertain.legend()] if has_draws else [])],
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
    first. Subgroups are kept for the main outcomes where there is one difference only: with more
    the figure would not fit a page.
    """
    rows = rows_with(summary, pairs_of(arms))
    by = [*Arms._fields, "outcome", "subgroup"]
    rows = rows[rows["time"] == rows.groupby(by)["time"].transform("max")]
    rows = rows[rows["subgroup"] != ALIVE]
    shown = rows["subgroup"] == EVERYONE
    if len(arms_of(rows)) == 1:
        shown |= rows["outcome"].isin(MAIN)
    rows = rows[shown].sort_values("subgroup", key=lambda name: name != EVERYONE, kind="stable")
    rows = rows.sort_values(["outcome", "subgroup"], key=lambda names: pd.factorize(names)[0])
    return rows.assign(
        heading=rows["outcome"].map(_heading),
        scale=[scale_of(*row) for row in zip(rows["outcome"], rows["unit"], strict=True)],
        label=rows["outcome"].map(label_of),
    )


def direction(row: Any) -> str:
    """In which arm the value is better, or else higher, where the interval tells the sign."""
    if not uncertain.tells_sign(row):
        return ""
    better = GOOD.get(row.heading)
    if better is None:
        text = f"higher in {row.arm if row.low > 0 else row.against_arm}"
    else:
        text = f"favours {row.arm if (row.low > 0) == (better > 0) else row.against_arm}"
    return "\n".join(wrapped(text, WIDEST))


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


def _heading(outcome: str) -> str:
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
    return OTHER


def _block(heading: str, scale: str, rows: pd.DataFrame, looks: style.Looks) -> parts.Block:
    """The differences on one scale, a row for each outcome and subgroup."""
    groups = rows.groupby(["outcome", "subgroup"], sort=False)
    of_rows = [list(differences.itertuples()) for _, differences in groups]
    drawn = parts.Panel(
        rows=[list(_marks(differences, looks)) for differences in of_rows],
        scale=scale,
        limits=scales.limits(rows.filter(["estimate", "low", "high", *uncertain.ENDS]), zero=True),
        uprights=[parts.Upright(0, style.ZERO)],
    )
    return parts.Block([_row(differences) for differences in of_rows], [drawn], heading)


def _lane(differences: Sequence[Any]) -> float:
    """The height of a difference: that of its direction, where this takes several lines."""
    return LANE + LINE * max(direction(row).count("\n") for row in differences)


def _row(differences: Sequence[Any]) -> parts.Row:
    """The label of an outcome, or of a subgroup indented below it."""
    first, height = differences[0], _lane(differences) * len(differences)
    if first.subgroup == EVERYONE:
        return parts.Row(first.label, height, above=OUTCOME)
    return parts.Row(INDENT + first.subgroup, height, ink=style.SECOND)


def _marks(differences: Sequence[Any], looks: style.Looks) -> Iterator[parts.Mark]:
    """The differences of one outcome below each other, smaller those of a subgroup."""
    is_wide = at_most(TWO_COLUMNS) == TWO_COLUMNS
    has_direction = len(looks) == 1 and is_wide  # else no room
    for i, row in enumerate(differences):
        look, is_part = looks[Arms(row.arm, row.against_arm)], row.subgroup != EVERYONE
        ends = (row.estimate, row.low, row.high)
        printed = typeset(with_interval(*ends))
        if cannot_occur(row.low, row.high, row.carriers):
            ends, printed = parts.NOTHING, CANNOT_OCCUR
        down = _lane(differences) * (i - (len(differences) - 1) / 2)
        beside = (uncertain.text(row),) if is_wide and hasattr(row, uncertain.LOW) else ()
        yield from uncertain.marks(row, look.color, down)
        yield parts.Mark(
            *ends, symbol=style.mark(look, size=3.2 if is_part else 4.4),
            line={**uncertain.THICK, "color": look.color}, down=down,
            printed=(printed, *beside, direction(row) if has_direction else ""),
            ink=style.SECOND if is_part else style.INK,
        )  # fmt: skip


def _when(rows: pd.DataFrame) -> str:
    """The month that the differences stand for, and those at another."""
    usual = rows["time"].mode()[0]
    others = rows[rows["time"] != usual].drop_duplicates("outcome")
    named = ", ".join(f"{row.label} at month {row.time:g}" for row in others.itertuples())
    return f"At month {usual:g}" + (f"; {named}." if named else ".")
