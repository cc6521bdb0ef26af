"""Published facts against the simulation: each fact's statistic on its group of patients."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.outcomes.arm import ArmRecords
from sim.outcomes.definitions.named import (
    AT_ENTRY,
    MARKER_QUANTITIES,
    Measure,
    Outcome,
    count,
    mean,
    share,
)
from sim.outcomes.estimates import UNKNOWN, ratio, spread
from sim.outcomes.limits import Sums
from sim.simulation.records import Floats
from sim.vocabulary import Event

REPORTED = ("reported", "reported_spread")
SIMULATED = ("simulated", "simulated_spread", "mc_error", "low", "high")
COLUMNS = ("fact", "unit", *REPORTED, *SIMULATED, "source")
"""Columns of the published numbers beside the simulated ones; `low` and `high` are the 95 %
interval of Monte Carlo error of `simulated`."""

ENTRY = {"spine_t": "spine_t", "hip_t": "hip_t", **MARKER_QUANTITIES}
"""Facts at entry that are measured, and their quantities; the others are in `AT_ENTRY`."""

SHARES = {
    "share_with_reaction": Event.REACTION,
    "share_with_fracture": Event.FRACTURE,
    "share_died": Event.DEATH,
}
"""Statistics that are shares of patients with an event."""


def asked(
    records: ArmRecords,
    arm: str,
    facts: Sequence[Mapping[str, Any]],
    groups: Mapping[str, Mapping[str, str]],
) -> Iterator[tuple[Outcome, npt.NDArray[np.bool_]]]:
    """Compute the statistic of each published fact about an arm.

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
        group = groups[fact["simulated"]["group"]]
        if group["arm"] == arm:
            inside = in_group(records, group)
            yield statistic(records, fact["fact"], fact["unit"], fact["simulated"]), inside


def against_reported(
    estimated: Mapping[str, tuple[Measure, Sums]], source: str, facts: Sequence[Mapping[str, Any]]
) -> list[tuple[object, ...]]:
    """Put published numbers beside the simulated ones.

    Parameters
    ----------
    estimated
        What the statistic of each fact is, and its sums over its group, by the name of the fact.
    source
        Key of the publication.
    facts
        Its facts.

    Returns
    -------
    list of tuple
        One row per fact, in COLUMNS. Spreads are standard deviations between patients unless the
        publication prints another kind. A statistic of an empty group is NaN.
    """
    rows: list[tuple[object, ...]] = []
    for fact in facts:
        measure, sums = estimated[fact["fact"]]
        value, spread = simulated(measure, sums, fact["simulated"])
        known = fact["simulated"]["statistic"] == "patients"
        _, *chance, _ = UNKNOWN if known else ratio(measure, sums)
        printed = (fact["fact"], fact["unit"], fact["value"], _printed_spread(fact))
        rows.append((*printed, value, spread, *chance, source))
    return rows


def in_group(records: ArmRecords, group: Mapping[str, str]) -> npt.NDArray[np.bool_]:
    """Mark the patients of a group: all of an arm, or those who kept or stopped each course."""
    inside = np.ones(records.count, dtype=bool)
    for therapy, status in group.items():
        if therapy != "arm":
            stopped = records.stopped(therapy)
            inside &= stopped if status == "stopped" else ~stopped
    return inside


def statistic(records: ArmRecords, fact: str, unit: str, simulated: Mapping[str, Any]) -> Outcome:
    """Compute the statistic of one fact for every patient.

    Parameters
    ----------
    records
        Records of an arm.
    fact, unit
        Name and unit of the fact.
    simulated
        The part `simulated` of the fact: `statistic`, `of`, and `at` in days.

    Returns
    -------
    Outcome
        The statistic, not yet restricted to the group.

    Raises
    ------
    KeyError
        For a statistic that is not known.
    """
    name, of, at = simulated["statistic"], simulated.get("of"), simulated.get("at")
    day = None if at is None else round(at)
    if name == "patients":
        return count(fact, unit, 0, np.ones(records.count))
    if name in ("fracture_rate", "fractures"):
        fractures, most = records.counts(Event.FRACTURE, of), records.most(Event.FRACTURE, of)
        if name == "fractures":
            per = float(simulated["per_patients"])
            return count(fact, unit, 0, fractures, scale=per, most=most)
        return count(fact, unit, 0, fractures, records.years, 100, most)
    if name == "share_stopped":
        return share(fact, 0, records.stopped(str(of)).astype(float))
    if name in SHARES:
        event, subject = SHARES[name], None if name == "share_died" else of
        return share(fact, 0, records.had(event, subject, day), records.most(event, subject))
    return mean(fact, unit, 0, _values(records, name, of, day))


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
        return sums.units, math.nan
    if sums.x == 0:
        return math.nan, math.nan
    value = measure.scale * (sums.y / sums.x)
    if name == "fracture_rate" or measure.kind == "share":
        return value, math.nan
    return value, math.sqrt(measure.scale) * spread(sums)


def _values(records: ArmRecords, name: str, of: str | None, day: int | None) -> Floats:
    """One value per patient of a statistic that is a mean over patients."""
    if name == "entry" and of not in ENTRY:
        return records.known[AT_ENTRY[str(of)]].astype(float)
    values: dict[str, Callable[[], Floats]] = {
        "follow_up": lambda: records.years * 12,
        "entry": lambda: records.entry(ENTRY[str(of)]),
        "annual_increase": lambda: records.annual_increase(str(of), day),
        "total_increase": lambda: records.percent_change(f"{of}_g_cm2", day),
        "percent_change": lambda: records.percent_change(MARKER_QUANTITIES[str(of)], day),
        "t_change": lambda: records.last(f"{of}_t", day) - records.entry(f"{of}_t"),
        "t_final": lambda: records.last(f"{of}_t", day),
    }
    if name not in values:
        raise KeyError(f"no statistic is called '{name}'")
    return values[name]()


def _printed_spread(fact: Mapping[str, Any]) -> float:
    """The spread that is printed, where it is one number."""
    printed = fact.get("spread")
    return float(printed) if isinstance(printed, (int, float)) else math.nan
