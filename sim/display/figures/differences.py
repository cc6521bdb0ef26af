"""Paired differences at the end of follow-up as the rows of a forest, each kind on its scale."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from sim.display.figures.facts import Panel
from sim.vocabulary import BONES, EVERYONE, MARKERS, Arms, arms_of, rows_with

BONE, MARKER, FRACTURE, TREATMENT, OTHER = (
    "Bone density", "Markers", "Fractures and deaths", "Treatment", "Other outcomes",
)  # fmt: skip
"""Headings in the order of the figure."""

OF_PATIENTS, OF_ENTRY = "percentage points of patients", "percentage points of the entry value"
SPELT = {"%/year": "% of the entry value per year", "percentage points": OF_PATIENTS}
NAMES = {"ctx": "CTX", "balp": "BALP", "-2.5": "−2.5"}

MAIN = ("spine change", "hip change", "vertebral fractures", "all fractures")
"""Outcomes that are shown by subgroup, where there are subgroups."""


def rows_of(summary: pd.DataFrame, arms: tuple[str, ...]) -> pd.DataFrame:
    """The paired differences of a summary at the last time of each outcome.

    Adds heading, scale, label and subgroup; rows of one outcome follow each other, everyone
    first. Subgroups are kept for the main outcomes where there is one difference only: with more
    the figure would not fit a page.
    """
    rows = rows_with(summary, pairs_of(arms))
    if "subgroup" not in rows:
        rows = rows.assign(subgroup=EVERYONE)
    by = [*Arms._fields, "outcome", "subgroup"]
    rows = rows[rows["time"] == rows.groupby(by)["time"].transform("max")]
    shown = rows["subgroup"] == EVERYONE
    if len(arms_of(rows)) == 1:
        shown |= rows["outcome"].isin(MAIN)
    rows = rows[shown]
    kinds = [_kind(*row) for row in zip(rows["outcome"], rows["unit"], strict=True)]
    return rows.assign(
        heading=[heading for heading, _ in kinds],
        scale=[scale for _, scale in kinds],
        label=rows["outcome"].map(label_of),
    )


def pairs_of(arms: Sequence[str]) -> list[Arms]:
    """Every difference that there may be between some arms, in their order."""
    return [Arms(arm, other) for arm in arms for other in arms if arm != other]


def panels(rows: pd.DataFrame) -> Iterator[Panel]:
    """The rows by heading and scale; outcomes in the order of the summary, then subgroups."""
    subgroups = sorted(rows["subgroup"].unique(), key=lambda name: name != EVERYONE)
    outcome = {name: i for i, name in enumerate(rows["outcome"].unique())}
    subgroup = {name: i for i, name in enumerate(subgroups)}
    order = pd.DataFrame({"o": rows["outcome"].map(outcome), "s": rows["subgroup"].map(subgroup)})
    rows = rows.loc[order.sort_values(["o", "s"], kind="stable").index]
    for heading in (BONE, MARKER, FRACTURE, TREATMENT, OTHER):
        under = rows[rows["heading"] == heading]
        for scale, same in under.groupby("scale", sort=False):
            yield Panel(heading, str(scale), same)


def label_of(outcome: str) -> str:
    """An outcome's name as a reader expects it: capital at the start, no underscores."""
    words = [NAMES.get(word, word) for word in outcome.replace("_", " ").split(" ")]
    text = " ".join(words)
    return text[0].upper() + text[1:]


def _kind(outcome: str, unit: str) -> tuple[str, str]:
    """The heading that an outcome stands under, and what its scale is called."""
    words = outcome.split(" ")
    first, scale = words[0], SPELT.get(unit, unit)
    of_entry = OF_ENTRY if words[-1] == "change" else scale
    if first in MARKERS:
        return MARKER, of_entry
    if "fracture" in outcome or first == "deaths":
        return FRACTURE, scale
    if first in BONES:
        return BONE, of_entry
    if first == "off" or outcome.endswith(("received", "missed", "at least once")):
        return TREATMENT, scale
    return OTHER, scale
