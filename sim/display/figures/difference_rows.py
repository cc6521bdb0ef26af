"""The rows of the forest of differences: a mark, its intervals and its numbers for each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from sim.display.figures import scales, style, uncertain
from sim.display.figures.form import TWO_COLUMNS, at_most
from sim.display.figures.intervals import parts
from sim.display.figures.texts import LINE, wrapped
from sim.display.numbers import cannot_occur, typeset, with_interval
from sim.vocabulary import CANNOT_OCCUR, EVERYONE, Arms

BONE, MARKER, FRACTURE, TREATMENT, CLINIC, OTHER = HEADINGS = (
    "Bone density", "Markers", "Fractures and deaths", "Treatment", "At the clinic",
    "Other outcomes",
)  # fmt: skip
"""In the order of the figure."""

LANE, OUTCOME = 3.05, 1.0
"""Heights in mm: of a difference, and of the room above an outcome."""

WIDEST = 32.0
"""Width in mm of a direction, which is broken into lines where its arm has a longer name."""

INDENT = "    "
GOOD = {BONE: 1, FRACTURE: -1}
"""Whether a higher value is better or worse for the patient, where that is known."""


def block_of(heading: str, scale: str, rows: pd.DataFrame, looks: style.Looks) -> parts.Block:
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
    if len(differences) > 1 or at_most(TWO_COLUMNS) < TWO_COLUMNS:
        return LANE  # directions are not printed
    return LANE + LINE * direction(differences[0]).count("\n")


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
