"""Outcomes under the four readings in one table, with paired differences of both kinds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sim.experiments.readings.four import Four
from sim.experiments.readings.moments import Moments
from sim.outcomes.estimates import Estimate
from sim.outcomes.summary import in_months, unit_of_difference, written
from sim.vocabulary import Arms

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "reading",
    "against",
    "arm",
    "against_arm",
    "outcome",
    "unit",
    "time",
    "estimate",
    "mc_error",
    "low",
    "high",
)


def summarise(four: Four, found: Sequence[Moments]) -> pd.DataFrame:
    """One row for each reading, arm and outcome, at its last time in months.

    A paired difference of two arms names the second in `against_arm`. Where `against` names the
    scenario's own reading, the row says how far this reading is from that one: in an arm, or in
    the difference of two arms.
    """
    import pandas as pd

    rows = [*_under_each(four, found), *_from_own(four, found)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _under_each(four: Four, found: Sequence[Moments]) -> Iterator[tuple[object, ...]]:
    """What each reading says of the arms, then of their differences from the comparator."""
    place = _lines(four)
    for name in four.studies:
        for arm in four.study.scenario.arms:
            for one in found:
                yield _row(name, "", Arms(arm), one, one.unit, one.estimate(place[name, arm]))
    for name in four.studies:
        for arm, other in _pairs(four):
            for one in found:
                apart = one.difference(place[name, arm], place[name, other])
                unit = unit_of_difference(one.unit)
                yield _row(name, "", Arms(arm, other), one, unit, apart)


def _from_own(four: Four, found: Sequence[Moments]) -> Iterator[tuple[object, ...]]:
    """How far each other reading is from the scenario's own."""
    place, own = _lines(four), four.own
    for name in (name for name in four.studies if name != own):
        for arm in four.study.scenario.arms:
            for one in found:
                apart = one.difference(place[name, arm], place[own, arm])
                yield _row(name, own, Arms(arm), one, unit_of_difference(one.unit), apart)
        for arm, other in _pairs(four):
            weights = {
                place[name, arm]: 1.0, place[name, other]: -1.0,
                place[own, arm]: -1.0, place[own, other]: 1.0,
            }  # fmt: skip
            for one in found:
                yield _row(
                    name,
                    own,
                    Arms(arm, other),
                    one,
                    unit_of_difference(one.unit),
                    one.contrast(weights),
                )


def _lines(four: Four) -> dict[tuple[str, str], int]:
    """Where each reading and arm stands among the lines that were summed up."""
    keys = ((name, arm) for name in four.studies for arm in four.study.scenario.arms)
    return {key: place for place, key in enumerate(keys)}


def _pairs(four: Four) -> list[tuple[str, str]]:
    scenario = four.study.scenario
    other = scenario.compared_with
    return [(arm, other) for arm in scenario.arms if arm != other]


def _row(
    reading: str, against: str, arms: Arms, one: Moments, unit: str, found: Estimate
) -> tuple[object, ...]:
    return (reading, against, *arms, one.name, unit, in_months(one.day), *written(found))
