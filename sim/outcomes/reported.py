"""Published facts against the simulation: each fact's statistic on its group of patients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sim.outcomes.estimate import Floats, ratio
from sim.outcomes.persons import Persons, persons
from sim.outcomes.summary import MARKER_QUANTITIES

if TYPE_CHECKING:
    import pandas as pd

    from sim.tables import Tables

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


def against_reported(
    tables: Tables, source: str, facts: Sequence[Mapping[str, Any]], groups: Mapping[str, Any]
) -> pd.DataFrame:
    """One row for each fact that names a statistic: reported, simulated, Monte Carlo error.

    `facts` and `groups` are those of a publication (see `sim/evidence`); spreads are standard
    deviations between patients unless the publication prints another kind. A statistic whose
    group is empty in the simulation is NaN. Raises KeyError for an arm that was not simulated.
    """
    import pandas as pd

    arms = {group["arm"] for group in groups.values()}
    people = {arm: persons(tables, arm) for arm in arms}
    rows = []
    for fact in facts:
        if "simulated" in fact:
            wanted = fact["simulated"]
            group = groups[wanted["group"]]
            arm = people[group["arm"]]
            value, spread, error = statistic(arm, members(arm, group), wanted)
            rows.append(
                (
                    fact["fact"],
                    fact["unit"],
                    fact["value"],
                    _spread(fact),
                    value,
                    spread,
                    error,
                    source,
                )
            )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def members(people: Persons, group: Mapping[str, str]) -> npt.NDArray[np.bool_]:
    """Who belongs to a group: all of an arm, or those who kept, or stopped, each named course."""
    inside = np.ones(people.count, dtype=bool)
    for therapy, status in group.items():
        if therapy != "arm":
            stopped = people.stopped(therapy)
            inside &= stopped if status == "stopped" else ~stopped
    return inside


def statistic(
    people: Persons, inside: npt.NDArray[np.bool_], wanted: Mapping[str, Any]
) -> tuple[float, float, float]:
    """Value, standard deviation between patients (NaN for shares and rates), Monte Carlo error."""
    name, of = wanted["statistic"], wanted.get("of")
    if name == "patients":
        return float(inside.sum()), np.nan, np.nan
    if name == "fracture_rate":
        rate = ratio(people.counts("fracture", of)[inside], people.years[inside], 100)
        return rate.value, np.nan, rate.mc_error
    if name == "fractures":
        per = float(wanted["per_patients"])
        mean, spread, error = _moments(people.counts("fracture", of)[inside])
        return per * mean, np.sqrt(per) * spread, per * error
    values = _values(people, name, of, wanted.get("at"))[inside]
    mean, spread, error = _moments(values)
    is_share = name.startswith("share")
    return mean, np.nan if is_share else spread, error


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
        if of in ENTRY:
            return people.entry(ENTRY[of])
        column = {"age": "age_years", "weight": "weight_kg"}.get(str(of), str(of))
        return people.patients[column].to_numpy(float)
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


def _moments(values: Floats) -> tuple[float, float, float]:
    known = values[~np.isnan(values)]
    if len(known) < 2:
        return (float(known[0]) if len(known) else np.nan), np.nan, np.nan
    spread = float(known.std(ddof=1))
    return float(known.mean()), spread, spread / float(np.sqrt(len(known)))


def _spread(fact: Mapping[str, Any]) -> float:
    """The spread that is printed, where it is one number."""
    spread = fact.get("spread")
    return float(spread) if isinstance(spread, (int, float)) else np.nan
