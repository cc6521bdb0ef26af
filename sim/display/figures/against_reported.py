"""Reported against simulated: every published fact beside what the virtual patients show.

Facts that can be compared share a scale.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from sim.display.figures import intervals, scales, style
from sim.display.figures.caption import Caption
from sim.display.figures.differences import label_of
from sim.display.figures.intervals.parts import Block, Layout, Mark, Panel, Row, grouped
from sim.display.figures.page import ONE_COLUMN, TWO_COLUMNS
from sim.display.figures.saved import Saved
from sim.vocabulary import BONES, MARKERS

ROW, SHIFT = 6.6, 1.1
"""In mm: the height of a fact; reported stands above the middle of its row, simulated below."""

FEW = 6
"""Facts that fit into one column."""

AT_ENTRY, BONE, MARKER, COURSE, COMPARED = HEADINGS = (
    "At entry", "Bone density", "Markers", "Course and events", "Groups compared",
)  # fmt: skip
"""In the order of the figure."""

UNITS = {
    "%/year": "% of the entry value per year",
    "fractures": "number of fractures",
    **scales.UNITS,
}
CAN_BE_NEGATIVE = ("T-score", "%/year")
LAYOUT = Layout(labels=41.0, ticks=5)
SIMULATED = style.color(style.NOT_AN_ARM)
DOT: dict[str, Any] = {
    "marker": "o", "markersize": 3.6, "linestyle": "none", "zorder": 5, "color": SIMULATED,
}  # fmt: skip
BAR: dict[str, Any] = {"color": SIMULATED, "linewidth": 3.2, "alpha": 0.5}
EXPLAINED = (
    "Thin whiskers: one standard deviation between patients, as printed or as simulated, cut off "
    "at 0 where negative values are impossible.",
    "Thick bars: 95 % Monte Carlo interval of the simulated value; more patients narrow it.",
    "The uncertainty of the reported means is not drawn.",
    "Where a fact is also an input of the scenario, agreement checks the program, not the biology.",
)
CONTRASTED = (
    "Where a 95 % interval is printed, like those of differences and ratios of groups, the thin "
    "whiskers of the reported value are that interval."
)


def figure(saved: Saved, caption: Caption) -> style.Drawn | None:
    """Reported values as diamonds, simulated ones as dots, each kind of fact on its own scale.

    None where no publication reports a fact that can be compared.
    """
    if saved.reported is None:
        return None
    facts = comparable(saved.reported, caption.labels)
    if facts.empty:
        return None
    groups = list(grouped(facts, HEADINGS, "unit"))
    blocks = [_block(*group) for group in groups]
    is_narrow = len(facts) <= FEW or len(blocks) == 1
    columns = [blocks] if is_narrow else intervals.in_two_columns(blocks, LAYOUT)
    explained = (*EXPLAINED, *([CONTRASTED] if "reported_low" in saved.reported else []))
    page = intervals.figure(
        columns, caption.title, _legend(), caption.paragraphs(*explained), LAYOUT,
        ONE_COLUMN if is_narrow else TWO_COLUMNS,
    )  # fmt: skip
    return page, pd.concat([rows for *_, rows in groups], ignore_index=True)


def comparable(reported: pd.DataFrame, labels: Mapping[str, str]) -> pd.DataFrame:
    """The facts worth a comparison: without those that only count patients.

    Adds label, heading, and the ends of whiskers of one SD and of 95 % Monte Carlo intervals.
    """
    facts = reported[(reported["unit"] != "patients") & reported["reported"].notna()]
    facts = facts.assign(
        label=[labels.get(fact) or label_of(fact) for fact in facts["fact"]],
        heading=[_heading(*row) for row in zip(facts["fact"], facts["unit"], strict=True)],
    )
    return facts.assign(**_ends(facts))


def _heading(fact: str, unit: str) -> str:
    words = fact.split("_")
    if unit == "percentage points" or unit.endswith("ratio"):
        return COMPARED
    if "entry" in words:
        return AT_ENTRY
    if unit in ("%", *CAN_BE_NEGATIVE) and any(bone in words for bone in BONES):
        return BONE
    return MARKER if any(marker in words for marker in MARKERS) else COURSE


def _ends(facts: pd.DataFrame) -> dict[str, pd.Series[float]]:
    """The ends of whiskers of one SD, cut off where no value can be."""
    is_share = (facts["unit"] == "%") & (facts["heading"] == COURSE)
    can_be_negative = facts["unit"].isin(["%", *CAN_BE_NEGATIVE]) & ~is_share
    least, most = np.where(can_be_negative, -np.inf, 0.0), np.where(is_share, 100.0, np.inf)
    ends = {}
    for name, center, half in (
        ("reported", facts["reported"], facts["reported_spread"]),
        ("simulated", facts["simulated"], facts["simulated_spread"]),
    ):
        ends[f"{name}_low"] = (center - half).clip(lower=least)
        ends[f"{name}_high"] = (center + half).clip(upper=most)
    if "reported_low" in facts:
        for end in ("reported_low", "reported_high"):
            ends[end] = facts[end].fillna(ends[end])
    return ends


def _block(heading: str, unit: str, facts: pd.DataFrame) -> Block:
    """The facts of one scale below each other, in the order of the publication."""
    values = facts.filter(regex="^(reported|simulated)$|low$|high$").to_numpy(float)
    is_count = heading in (COURSE, COMPARED) and np.nanmin(values) >= 0
    drawn = Panel(
        rows=[_marks(row) for row in facts.itertuples()],
        scale=_scale(heading, unit),
        limits=scales.limits(values, zero=is_count or None),
    )
    return Block([Row(label, ROW) for label in facts["label"]], [drawn], heading)


def _scale(heading: str, unit: str) -> str:
    """What stands below the axis of a panel."""
    if unit != "%":
        return UNITS.get(unit, unit)
    return "% of patients" if heading == COURSE else "change, % of the entry value"


def _marks(row: Any) -> list[Mark]:
    """One fact: the reported value above, the simulated one below it."""
    low, high = row.reported_low, row.reported_high
    return [
        Mark(row.reported, low, high, style.diamond(), _whisker(style.INK), -SHIFT),
        Mark(np.nan, row.simulated_low, row.simulated_high, {}, _whisker(SIMULATED), SHIFT),
        Mark(row.simulated, row.low, row.high, DOT, BAR, SHIFT),
    ]


def _legend() -> style.Legend:
    """What diamond, dot, whisker and bar mean."""
    values = {"reported": style.diamond(), "simulated": DOT}
    lines = {"± SD of patients": _whisker(style.SECOND), "95 % Monte Carlo interval": BAR}
    return [
        [style.line_entry(label, **look) for label, look in looks.items()]
        for looks in (values, lines)
    ]


def _whisker(color: str) -> dict[str, Any]:
    return {"color": color, "linewidth": 0.8}
