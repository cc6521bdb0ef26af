"""Outcomes of several scenarios in one table, and their differences patient by patient."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sim.outcomes import Tally
from sim.outcomes.estimates import Estimate
from sim.outcomes.summary import apart, estimate, in_months, unit_of_difference, written
from sim.outcomes.sums import Label
from sim.vocabulary import EVERYONE

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "scenario",
    "arm",
    "against",
    "outcome",
    "unit",
    "time",
    "estimate",
    "mc_error",
    "low",
    "high",
)


def summarise(names: Sequence[str], whole: Tally) -> pd.DataFrame:
    """Outcomes of each scenario at their last time, then paired differences from the first one.

    A difference stands at the last time that both scenarios have.
    """
    import pandas as pd

    rows = [*_estimates(names, whole), *_differences(names, whole)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _estimates(names: Sequence[str], whole: Tally) -> Iterator[tuple[object, ...]]:
    labels = {i: label for i, label in enumerate(whole.labels) if label.subgroup == EVERYONE}
    for i in _last(labels):
        label = labels[i]
        yield _row(names[label.arm[0]], label, "", label.unit, estimate(whole, i))


def _differences(names: Sequence[str], whole: Tally) -> Iterator[tuple[object, ...]]:
    labels = {i: whole.labels[one] for i, (one, _) in enumerate(whole.pairs)}
    everyone = {i: label for i, label in labels.items() if label.subgroup == EVERYONE}
    for i in _last(everyone):
        label = everyone[i]
        unit = unit_of_difference(label.unit)
        yield _row(names[label.arm[0]], label, names[0], unit, apart(whole, i))


def _last(labels: dict[int, Label]) -> list[int]:
    """Of each outcome of an arm, the place of its last day, in the order of first mention."""
    last: dict[tuple[object, ...], int] = {}
    for i, label in labels.items():
        what = (label.arm, label.name)
        if what not in last or label.day >= labels[last[what]].day:
            last[what] = i
    return list(last.values())


def _row(
    scenario: str, label: Label, against: str, unit: str, found: Estimate
) -> tuple[object, ...]:
    time, numbers = in_months(label.day), written(found)
    return (scenario, label.arm[1], against, label.name, unit, time, *numbers)
