"""Published facts against the simulation: each fact's statistic on its group of patients."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.outcomes.arm import ArmRecords
from sim.outcomes.definitions.named import Measure, Outcome, members
from sim.outcomes.definitions.statistics import statistic
from sim.outcomes.estimates import UNKNOWN, ratio, spread
from sim.outcomes.summed import Sums
from sim.scenario.form.statistics import CONTRASTS, STATISTICS, SUBGROUP, groups_of, measured_in
from sim.vocabulary import Z95

REPORTED = ("reported", "reported_spread")
SIMULATED = ("simulated", "simulated_spread", "mc_error", "low", "high")
COLUMNS = ("fact", "unit", *REPORTED, *SIMULATED, "source")
"""Columns of the published numbers beside the simulated ones; `low` and `high` are the 95 %
interval of Monte Carlo error of `simulated`."""

Groups = Mapping[str, Mapping[str, Any]]
"""Groups of a publication, by name: see `sim.outcomes.plan.groups_of_facts`."""

NO_GROUPS: Groups = {}

INTERVAL = ("reported_low", "reported_high")
"""Columns of the printed 95 % intervals, in a table where one is printed, or with contrasts."""


def measured(simulated: Mapping[str, Any]) -> dict[str, Any]:
    """What is computed in each group of a fact: of a contrast the statistic that it compares."""
    name = measured_in(simulated["statistic"], simulated.get("in"))
    return {**simulated, "statistic": name}


def is_contrast(fact: Mapping[str, Any]) -> bool:
    """Whether a fact compares two groups."""
    return fact["simulated"]["statistic"] in CONTRASTS


def is_curve(fact: Mapping[str, Any]) -> bool:
    """Whether a fact comes from the times of first fractures, and not from sums of outcomes."""
    return STATISTICS[measured(fact["simulated"])["statistic"]].kind == "curve"


def sides(fact: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the names of the outcomes of a fact, and their groups: one, or two of a contrast."""
    name, groups = fact["fact"], groups_of(fact["simulated"]["group"])
    return [(f"{name}: {group}" if is_contrast(fact) else name, group) for group in groups]


def pairs_of(facts: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """List the pairs of outcomes, by their names, that the contrasts among facts compare."""
    compared = [sides(fact) for fact in facts if is_contrast(fact) and not is_curve(fact)]
    return [(first, second) for (first, _), (second, _) in compared]


def asked(
    records: ArmRecords, arm: str, facts: Sequence[Mapping[str, Any]], groups: Groups
) -> Iterator[tuple[Outcome, npt.NDArray[np.bool_]]]:
    """Compute the statistic of each published fact about an arm, and its side of each contrast.

    Parameters
    ----------
    records
        Records of the arm.
    arm
        Name of the arm.
    facts, groups
        Facts and groups of a publication, as in `sim/evidence`, `at` in days.

    Yields
    ------
    tuple of (Outcome, numpy.ndarray of bool)
        The statistic, and True for the patients of its group.
    """
    for fact in facts:
        for name, group in [] if is_curve(fact) else sides(fact):
            if groups[group]["arm"] == arm:
                outcome = statistic(records, name, fact["unit"], measured(fact["simulated"]))
                yield outcome, in_group(records, groups[group])


def against_reported(
    estimated: Mapping[str, tuple[Measure, Sums]], source: str, facts: Sequence[Mapping[str, Any]],
    unit: int = 1,
) -> list[tuple[object, ...]]:  # fmt: skip
    """Put published numbers beside the simulated ones.

    Parameters
    ----------
    estimated
        What the statistic of each fact is, and its sums over its group, by the name of the fact.
    source
        Key of the publication.
    facts
        Its facts.
    unit
        Patients of a unit, who follow each other.

    Returns
    -------
    list of tuple
        One row per fact, in COLUMNS. Spreads are standard deviations between patients; a standard
        error is none (see `printed_interval`). A statistic of an empty group is NaN, and so is
        the spread where a unit has several patients.
    """
    rows: list[tuple[object, ...]] = []
    for fact in facts:
        measure, sums = estimated[fact["fact"]]
        value, spread = simulated(measure, sums, fact["simulated"])
        known = fact["simulated"]["statistic"] == "patients"
        _, *chance, _ = UNKNOWN if known else ratio(measure, sums, unit)
        spread = spread if unit == 1 else math.nan
        rows.append(beside_printed(fact, (value, spread, *chance), source))
    return rows


def beside_printed(
    fact: Mapping[str, Any], simulated: Sequence[float], source: str
) -> tuple[object, ...]:
    """Make the row of a fact, in COLUMNS; `simulated` has the values of SIMULATED."""
    printed = (fact["fact"], fact["unit"], fact["value"], _printed_spread(fact))
    return (*printed, *simulated, source)


def printed_interval(fact: Mapping[str, Any]) -> tuple[float, float]:
    """Return the 95 % interval that is printed; from a standard error where that is printed."""
    printed, kind = fact.get("spread"), fact.get("spread_is")
    if kind == "ci95" and isinstance(printed, (list, tuple)):
        return float(printed[0]), float(printed[1])
    if kind == "se" and isinstance(printed, (int, float)):
        low, high = (fact["value"] + side * Z95 * printed for side in (-1, 1))
        return float(f"{low:.4g}"), float(f"{high:.4g}")
    return math.nan, math.nan


def in_group(records: ArmRecords, group: Mapping[str, Any]) -> npt.NDArray[np.bool_]:
    """Mark the patients of a group: all of an arm, a subgroup, or who kept or stopped courses."""
    inside = members(records, group.get(SUBGROUP, {}))
    for therapy, status in group.items():
        if therapy not in ("arm", SUBGROUP):
            stopped = records.stopped(therapy)
            inside &= stopped if status == "stopped" else ~stopped
    return inside


def simulated(measure: Measure, sums: Sums, how: Mapping[str, Any]) -> tuple[float, float]:
    """Estimate a published statistic.

    Parameters
    ----------
    measure
        What the statistic is.
    sums
        Its sums over its group.
    how
        The part `simulated` of the fact.

    Returns
    -------
    tuple of float
        Value, and standard deviation between patients (NaN for shares and rates).
    """
    name = how["statistic"]
    if name == "patients":
        return sums.y, math.nan
    if sums.x == 0:
        return math.nan, math.nan
    value = measure.scale * (sums.y / sums.x)
    is_alone = name in STATISTICS and STATISTICS[name].kind in ("mean", "count")
    if measure.kind == "share" or not is_alone:
        return value, math.nan
    return value, math.sqrt(measure.scale) * spread(sums)


def _printed_spread(fact: Mapping[str, Any]) -> float:
    """The standard deviation between patients, where one is printed."""
    return float(fact["spread"]) if fact.get("spread_is") == "sd" else math.nan
