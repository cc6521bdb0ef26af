"""Where a published fact stands: its heading, its scale and its limits, by what it is."""

from __future__ import annotations

import numpy as np

from sim.display.figures import scales
from sim.display.figures.published import Fact
from sim.vocabulary import BONES, MARKERS

AT_ENTRY, BONE, MARKER, COURSE, COMPARED = HEADINGS = (
    "At entry", "Bone density", "Markers", "Course and events", "Groups compared",
)  # fmt: skip
"""In the order of the figure."""

UNITS = {
    "%/year": "% of the entry value per year",
    "fractures": "number of fractures",
    **scales.UNITS,
}
CHANGES = ("annual_increase", "mean_percent_change", "percent_change", "t_change", "total_increase")


def heading_of(fact: Fact) -> str:
    """The heading of a fact, by its statistic."""
    if fact.is_contrast:
        return COMPARED
    if fact.statistic == "entry":
        return AT_ENTRY
    if fact.kind != "mean":
        return COURSE  # a fracture of the hip is no bone density
    return BONE if fact.of in BONES else MARKER if fact.of in MARKERS else COURSE


def limits_of(fact: Fact, horizon_months: float) -> tuple[float, float]:
    """The least and the largest value that a patient or a simulated group can have."""
    if fact.is_contrast:
        return (0.0 if fact.unit.endswith("ratio") else -np.inf), np.inf
    if fact.statistic == "follow_up":
        return 0.0, horizon_months
    if fact.kind in ("share", "curve"):
        return 0.0, 100.0
    can_be_negative = fact.statistic in (*CHANGES, "t_final") or fact.of.endswith("_t")
    return (-np.inf if can_be_negative else 0.0), np.inf


def scale_of(fact: Fact) -> str:
    """What stands below the axis of a fact; facts of one scale share it."""
    if fact.statistic == "t_change":
        return "change of the T-score"
    if fact.unit != "%" or fact.is_contrast:
        return UNITS.get(fact.unit, fact.unit)
    return "change, % of the entry value" if fact.statistic in CHANGES else "% of patients"
