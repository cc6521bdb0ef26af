"""The outcomes of a run as a tidy table: every arm, and every arm against the comparator."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.outcomes.estimates import Estimate, difference, ratio
from sim.outcomes.sums import Label, Tally
from sim.vocabulary import DAYS_PER_MONTH, Arms

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "scenario",
    "arm",
    "against_arm",
    "subgroup",
    "outcome",
    "unit",
    "time",
    "estimate",
    "mc_error",
    "low",
    "high",
)
NOISE = 1e-12
"""Rounding of floating-point numbers: what is smaller is 0 and is written as 0."""


def summarise(scenario: str, whole: Tally) -> pd.DataFrame:
    """One row for each outcome, time, subgroup and arm, and for each paired difference.

    `time` is in months. A difference from the comparator names that arm in `against_arm`, which is
    empty for one arm alone; everyone together is the subgroup `all`.
    """
    import pandas as pd

    subgroups = dict.fromkeys(label.subgroup for label in whole.labels)
    rows = [
        (scenario, *row)
        for subgroup in subgroups
        if subgroup is not None
        for row in _rows(whole, subgroup)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _rows(whole: Tally, subgroup: str) -> Iterator[tuple[object, ...]]:
    """The rows of one subgroup: every arm, then every arm against the comparator."""
    for place, label in enumerate(whole.labels):
        if label.subgroup == subgroup:
            found = estimate(whole, place)
            yield _row(Arms(label.arm[1]), subgroup, label, label.unit, found)
    for place, (one, other) in enumerate(whole.pairs):
        label = whole.labels[one]
        if label.subgroup == subgroup:
            arms = Arms(label.arm[1], whole.labels[other].arm[1])
            yield _row(arms, subgroup, label, unit_of_difference(label.unit), apart(whole, place))


def _row(arms: Arms, subgroup: str, label: Label, unit: str, found: Estimate) -> tuple[object, ...]:
    return (*arms, subgroup, label.name, unit, in_months(label.day), *written(found))


def estimate(whole: Tally, place: int) -> Estimate:
    """The estimate of one label."""
    label = whole.labels[place]
    return ratio(whole.sums(place), label.kind, label.scale)


def apart(whole: Tally, place: int) -> Estimate:
    """The paired difference of one pair of labels."""
    one, other = whole.pairs[place]
    label = whole.labels[one]
    sums = whole.sums(one), whole.sums(other)
    return difference(*sums, whole.products(place), label.kind, label.scale)


def unit_of_difference(unit: str) -> str:
    """The unit of a difference in an outcome: of percentages, percentage points."""
    return "percentage points" if unit == "%" else unit


def written(found: Estimate) -> tuple[float, ...]:
    """Value, Monte Carlo error and interval as they are written; what is rounding alone is 0."""
    return tuple(0.0 if abs(number) < NOISE else number for number in found)


def in_months(day: int) -> float:
    """A day in months; whole where the day is that of a whole month."""
    months = day / DAYS_PER_MONTH
    is_whole = abs(day - round(months) * DAYS_PER_MONTH) <= 0.5
    return float(round(months)) if is_whole else round(months, 2)
