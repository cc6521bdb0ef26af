"""Outcomes of several runs in one table, and their differences patient by patient."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from sim import outcomes, runs
from sim.outcomes.estimate import Estimate, difference, ratio
from sim.outcomes.summary import Outcome, in_months, outcomes_of, unit_of_difference, written

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
Found = dict[str, dict[tuple[str, int], tuple[Outcome, Estimate]]]
"""Of one scenario, by arm, then by name and day: outcomes with their estimates."""


def summarise(results: Sequence[runs.Result]) -> pd.DataFrame:
    """Outcomes of each run at their last time, then paired differences from the first run."""
    import pandas as pd

    found = [_estimates(result) for result in results]
    names = [result.study.scenario.name for result in results]
    rows: list[tuple[object, ...]] = []
    for name, arms in zip(names, found, strict=True):
        for arm, estimates in arms.items():
            for key in _last(estimates):
                outcome, estimate = estimates[key]
                rows.append(_row(name, arm, "", outcome, outcome.unit, estimate))
    for name, arms in zip(names[1:], found[1:], strict=True):
        for arm in (arm for arm in arms if arm in found[0]):
            common = {key: pair for key, pair in arms[arm].items() if key in found[0][arm]}
            for key in _last(common):
                outcome, estimate = common[key]
                apart = difference(estimate, found[0][arm][key][1])
                unit = unit_of_difference(outcome)
                rows.append(_row(name, arm, names[0], outcome, unit, apart))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _estimates(result: runs.Result) -> Found:
    """Every outcome of a run, arm by arm, with each patient's influence on it."""
    scenario = result.study.scenario
    end = round(scenario.horizon)
    return {
        arm: {
            (o.name, o.day): (o, ratio(o.numerator, o.denominator, o.scale))
            for o in outcomes_of(outcomes.persons(result.tables, arm), end)
        }
        for arm in scenario.arms
    }


def _last(keys: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """Of each outcome, the one of the last day, in the order of first mention."""
    days: dict[str, int] = {}
    for name, day in keys:
        days[name] = max(day, days.get(name, day))
    return list(days.items())


def _row(
    scenario: str, arm: str, against: str, outcome: Outcome, unit: str, estimate: Estimate
) -> tuple[object, ...]:
    time, numbers = in_months(outcome.day), written(estimate)
    return (scenario, arm, against, outcome.name, unit, time, *numbers)
