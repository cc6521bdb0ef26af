"""The outcomes of a run as a tidy table: every arm, and every arm against the comparator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.outcomes.estimate import Estimate, Floats, difference, ratio
from sim.outcomes.persons import Persons, persons
from sim.outcomes.subgroups import Conditions, members
from sim.schema import BONES, EVERYONE, MARKERS, QUANTITIES, SITES

if TYPE_CHECKING:
    import pandas as pd

    from sim.tables import Tables

COLUMNS = (
    "scenario",
    "arm",
    "subgroup",
    "outcome",
    "unit",
    "time",
    "estimate",
    "mc_error",
    "low",
    "high",
)
DAYS_PER_MONTH = 365.25 / 12
OSTEOPOROSIS_T = -2.5
NOISE = 1e-12
"""Rounding of floating-point numbers: what is smaller is 0 and is written as 0."""

MARKER_QUANTITIES = dict(zip(MARKERS, QUANTITIES[len(BONES) :], strict=True))


class Outcome(NamedTuple):
    """A named outcome of one arm on a day, as a ratio of sums over patients."""

    name: str
    unit: str
    day: int
    numerator: Floats
    denominator: Floats
    scale: float = 1.0


def summarise(
    scenario: str,
    tables: Tables,
    arms: list[str],
    comparator: str,
    subgroups: Mapping[str, Conditions] | None = None,
) -> pd.DataFrame:
    """One row for each outcome, time, subgroup and arm, and for each paired difference.

    `time` is in months; a difference from the comparator stands under the arm `A - B` if both
    have the outcome; everyone together is the subgroup `all`.
    """
    import pandas as pd

    end = int(tables.events["day"].max())
    people = {arm: persons(tables, arm) for arm in arms}
    found = {arm: {(o.name, o.day): o for o in outcomes_of(people[arm], end)} for arm in arms}
    rows: list[tuple[object, ...]] = []
    for subgroup, conditions in {EVERYONE: {}, **(subgroups or {})}.items():
        inside = members(people[comparator], conditions)
        apart = {arm: {key: _only(o, inside) for key, o in found[arm].items()} for arm in arms}
        rows += [(scenario, *row) for row in _rows(apart, subgroup, comparator)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _only(outcome: Outcome, inside: npt.NDArray[np.bool_]) -> Outcome:
    """An outcome among some of the patients."""
    return outcome._replace(
        numerator=outcome.numerator[inside], denominator=outcome.denominator[inside]
    )


def _rows(
    found: dict[str, dict[tuple[str, int], Outcome]], subgroup: str, comparator: str
) -> Iterator[tuple[object, ...]]:
    """The rows of one subgroup: every arm, then every arm against the comparator."""
    estimates = {
        arm: {key: ratio(o.numerator, o.denominator, o.scale) for key, o in outcomes.items()}
        for arm, outcomes in found.items()
    }
    for arm, outcomes in found.items():
        for key, outcome in outcomes.items():
            yield _row(arm, subgroup, outcome, estimates[arm][key])
    against = estimates[comparator]
    for arm, outcomes in found.items():
        for key, outcome in outcomes.items() if arm != comparator else ():
            if key in against:
                apart = difference(estimates[arm][key], against[key])
                yield _row(f"{arm} - {comparator}", subgroup, outcome, apart)


def _row(arm: str, subgroup: str, outcome: Outcome, estimate: Estimate) -> tuple[object, ...]:
    unit = unit_of_difference(outcome) if " - " in arm else outcome.unit
    return (arm, subgroup, outcome.name, unit, in_months(outcome.day), *written(estimate))


def unit_of_difference(outcome: Outcome) -> str:
    """The unit of a difference in an outcome: of percentages, percentage points."""
    return "percentage points" if outcome.unit == "%" else outcome.unit


def written(estimate: Estimate) -> tuple[float, ...]:
    """Value, Monte Carlo error and interval as they are written; what is rounding alone is 0."""
    return tuple(0.0 if abs(number) < NOISE else number for number in estimate[:4])


def outcomes_of(people: Persons, end: int) -> Iterator[Outcome]:
    """Every outcome of one arm; `end` is the last day of follow-up."""
    one = np.ones(people.count)
    yield from _changes(people)
    for bone in BONES:
        yield _mean(f"{bone} annual increase", "%/year", end, people.annual_increase(bone))
    for therapy in people.courses:
        yield Outcome(f"off {therapy}", "%", end, people.off(therapy), one, 100)
    for therapy in people.infusions:
        received = people.counts("infusion", therapy)
        yield Outcome(f"{therapy} doses received", "doses", end, received, one)
        missed = people.counts("missed infusion", therapy)
        yield Outcome(f"{therapy} doses missed", "doses", end, missed, one)
    for reaction in people.reactions:
        had = (people.counts("reaction", reaction) > 0).astype(float)
        yield Outcome(f"{reaction} at least once", "%", end, had, one, 100)
    for site in (*SITES, None):
        name = f"{site or 'all'} fractures"
        fractures = people.counts("fracture", site)
        yield Outcome(name, "per 100 person-years", end, fractures, people.years, 100)
    fractured = (people.counts("fracture") > 0).astype(float)
    yield Outcome("any fracture", "%", end, fractured, one, 100)
    yield Outcome("deaths", "%", end, people.died, one, 100)


def _changes(people: Persons) -> Iterator[Outcome]:
    """Change from entry at each visit, and the share above a T-score of -2.5."""
    for name, quantity in {**{b: f"{b}_g_cm2" for b in BONES}, **MARKER_QUANTITIES}.items():
        for column, day in enumerate(people.visits.get(quantity, [])):
            if day > 0:
                change = 100 * (people.measured[quantity][:, column] / people.entry(quantity) - 1)
                yield _mean(f"{name} change", "%", day, change)
    for bone in BONES:
        for column, day in enumerate(people.visits.get(f"{bone}_t", [])):
            score = people.measured[f"{bone}_t"][:, column]
            above = np.where(np.isnan(score), np.nan, score > OSTEOPOROSIS_T)
            yield _mean(f"{bone} above T -2.5", "%", day, above, 100)


def _mean(name: str, unit: str, day: int, values: Floats, scale: float = 1.0) -> Outcome:
    """The mean of a value over the patients in whom it was measured."""
    known = ~np.isnan(values)
    return Outcome(name, unit, day, np.where(known, values, 0.0), known.astype(float), scale)


def in_months(day: int) -> float:
    """A day in months; whole where the day is that of a whole month."""
    months = day / DAYS_PER_MONTH
    is_whole = abs(day - round(months) * DAYS_PER_MONTH) <= 0.5
    return float(round(months)) if is_whole else round(months, 2)
