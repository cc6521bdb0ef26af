"""Published facts in the panels of a figure: what is comparable shares a scale."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from sim.vocabulary import BONES, MARKERS, Z95

ENDS = ("reported_low", "reported_high", "simulated_low", "simulated_high", "mc_low", "mc_high")

AT_ENTRY, BONE, MARKER, COURSE = "At entry", "Bone density", "Markers", "Course and events"
"""Headings in the order of the figure."""

UNITS = {
    "%/year": "% of the entry value per year",
    "per 100 person-years": "per 100 person-years",
    "fractures": "number of fractures",
    "ug/L": "µg/L",
}
SPELT = {"t": "T-score", "ctx": "CTX", "balp": "BALP"}
CAN_BE_NEGATIVE = ("T-score", "%/year")


class Panel(NamedTuple):
    """Rows on one scale under a heading."""

    heading: str
    scale: str
    rows: pd.DataFrame


def comparable(facts: pd.DataFrame, labels: Mapping[str, str]) -> pd.DataFrame:
    """The facts worth a comparison, with their labels: without those that only count patients."""
    rows = facts[(facts["unit"] != "patients") & facts["reported"].notna()]
    return rows.assign(label=[labels.get(fact) or _label(fact) for fact in rows["fact"]])


def _label(fact: str) -> str:
    """A fact's name as words, for a publication without labels."""
    words = " ".join(SPELT.get(word, word) for word in fact.split("_"))
    return words[0].upper() + words[1:]


def panels(facts: pd.DataFrame) -> list[Panel]:
    """The facts by heading and unit, with the ends of their whiskers and intervals."""
    rows = facts.reset_index(drop=True)
    rows = rows.assign(
        heading=[
            _heading(fact, unit) for fact, unit in zip(rows["fact"], rows["unit"], strict=True)
        ]
    )
    rows = _with_ends(rows)
    groups = []
    for heading in (AT_ENTRY, BONE, MARKER, COURSE):
        under = rows[rows["heading"] == heading]
        groups += [
            Panel(heading, _scale(heading, str(unit)), same)
            for unit, same in under.groupby("unit", sort=False)
        ]
    return groups


def _heading(fact: str, unit: str) -> str:
    words = fact.split("_")
    if "entry" in words:
        return AT_ENTRY
    if unit in ("%", *CAN_BE_NEGATIVE) and any(bone in words for bone in BONES):
        return BONE
    return MARKER if any(marker in words for marker in MARKERS) else COURSE


def _scale(heading: str, unit: str) -> str:
    """What stands below the axis of a panel."""
    if unit != "%":
        return UNITS.get(unit, unit)
    return "% of patients" if heading == COURSE else "change, % of the entry value"


def _with_ends(rows: pd.DataFrame) -> pd.DataFrame:
    """Whiskers of one SD, and 95 % Monte Carlo intervals; cut off where no value can be."""
    is_change = (rows["unit"] == "%") & (rows["heading"] != COURSE)
    negative = rows["unit"].isin(CAN_BE_NEGATIVE) | is_change
    least = negative.map({True: -float("inf"), False: 0.0})
    is_share = (rows["unit"] == "%") & (rows["heading"] == COURSE)
    most = is_share.map({True: 100.0, False: float("inf")})
    ends = {}
    for name, center, half in (
        ("reported", rows["reported"], rows["reported_spread"]),
        ("simulated", rows["simulated"], rows["simulated_spread"]),
        ("mc", rows["simulated"], Z95 * rows["mc_error"]),
    ):
        ends[f"{name}_low"] = (center - half).clip(lower=least)
        ends[f"{name}_high"] = (center + half).clip(upper=most)
    return rows.assign(**ends)
