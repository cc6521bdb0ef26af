"""Published facts against the simulation: each fact's statistic on its group of patients."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.outcomes.arm import Persons
from sim.outcomes.definitions.named import MARKER_QUANTITIES, Outcome, mean
from sim.outcomes.estimates import Sums, ratio, spread
from sim.simulation.records import Floats

COLUMNS = (
    "fact",
    "unit",
    "reported",
    "reported_spread",
    "simulated",
    "simulated_spread",
    "mc_error",
    "source",
)
ENTRY = {"spine_t": "spine_t", "hip_t": "hip_t", **MARKER_QUANTITIES}
KNOWN = {
    "age": "age_years",
    "weight": "weight_kg",
    "vertebral_fractures": "vertebral_fractures",
}


def asked(
    people: Persons,
    arm: str,
    facts: Sequence[Mapping[str, Any]],
    groups: Mapping[str, Mapping[str, str]],
) -> Iterator[tuple[Outcome, npt.NDArray[np.bool_]]]:
    """The statistic of each fact about an arm, and the patients that it is about.

    `facts` and `groups` are those of a publication (see `sim/evidence`).
    """
    for fact in facts:
        group = groups[fact["simulated"]["group"]]
        if group["arm"] == arm:
            inside = in_group(people, group)
            yield statistic(people, fact["fact"], fact["unit"], fact["simulated"]), inside


def against_reported(
    sums: Mapping[str, Sums], source: str, facts: Sequence[Mapping[str, Any]]
) -> list[tuple[object, ...]]:
    """One row for each fact, in COLUMNS: reported, simulated, Monte Carlo error.

    Spreads are standard deviations between patients unless the publication prints another kind. A
    statistic whose group is empty in the simulation is NaN.
    """
    return [
        (
            fact["fact"],
            fact["unit"],
            fact["value"],
            _printed_spread(fact),
            *simulated(sums[fact["fact"]], fact["simulated"]),
            source,
        )
        for fact in facts
    ]


def in_group(people: Persons, group: Mapping[str, str]) -> npt.NDArray[np.bool_]:
    """Who belongs to a group: all of an arm, or those who kept, or stopped, each named course."""
    inside = np.ones(people.count, dtype=bool)
    for therapy, status in group.items():
        if therapy != "arm":
            stopped = people.stopped(therapy)
            inside &= stopped if status == "stopped" else ~stopped
    return inside


def statistic(people: Persons, fact: str, unit: str, wanted: Mapping[str, Any]) -> Outcome:
    """What a fact says of each patient. Raises KeyError for a statistic that is not known."""
    name, of = wanted["statistic"], wanted.get("of")
    one = np.ones(people.count)
    if name == "patients":
        return Outcome(fact, unit, 0, "count", one, one)
    if name == "fracture_rate":
        return Outcome(fact, unit, 0, "count", people.counts("fracture", of), people.years, 100)
    if name == "fractures":
        return Outcome(fact, unit, 0, "count", people.counts("fracture", of), one)
    return mean(fact, unit, 0, _values(people, name, of, wanted.get("at")))


def simulated(sums: Sums, wanted: Mapping[str, Any]) -> tuple[float, float, float]:
    """Value, standard deviation between patients (NaN for shares and rates), Monte Carlo error."""
    name = wanted["statistic"]
    if name == "patients":
        return sums.patients, math.nan, math.nan
    if name == "fracture_rate":
        rate = ratio(sums, "count", 100)
        return rate.value, math.nan, rate.mc_error
    if sums.x == 0:
        return math.nan, math.nan, math.nan
    value, sd = sums.y / sums.x, spread(sums)
    error = sd / math.sqrt(sums.x)
    if name == "fractures":
        per = float(wanted["per_patients"])
        return per * value, math.sqrt(per) * sd, per * error
    return value, math.nan if name.startswith("share") else sd, error


def _values(people: Persons, name: str, of: str | None, at: float | None) -> Floats:
    """One value a patient of a statistic that is a mean over patients; `at` is a day."""
    day = None if at is None else round(at)
    if name == "follow_up":
        return people.years * 12
    if name == "share_stopped":
        return np.where(people.stopped(str(of)), 100.0, 0.0)
    if name == "share_with_reaction":
        return 100 * people.had("reaction", of, day)
    if name == "share_died":
        return 100 * people.had("death", None, day)
    if name == "share_with_fracture":
        return 100 * people.had("fracture", of, day)
    if name == "entry":
        return (
            people.entry(ENTRY[of]) if of in ENTRY else people.known[KNOWN[str(of)]].astype(float)
        )
    if name == "annual_increase":
        return people.annual_increase(str(of), day)
    if name == "total_increase":
        return people.percent_change(f"{of}_g_cm2", day)
    if name == "percent_change":
        return people.percent_change(MARKER_QUANTITIES[str(of)], day)
    if name == "t_change":
        return people.last(f"{of}_t", day) - people.entry(f"{of}_t")
    if name == "t_final":
        return people.last(f"{of}_t", day)
    raise KeyError(f"no statistic is called '{name}'")


def _printed_spread(fact: Mapping[str, Any]) -> float:
    """The spread that is printed, where it is one number."""
    printed = fact.get("spread")
    return float(printed) if isinstance(printed, (int, float)) else math.nan
