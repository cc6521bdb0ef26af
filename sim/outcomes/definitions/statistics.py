"""The statistics that publications print, of every patient of an arm."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.outcomes.arm import ONE_DAY, ArmRecords
from sim.outcomes.clinical import event_of
from sim.outcomes.definitions.named import AT_ENTRY, MARKER_QUANTITIES, Outcome, count, mean, share
from sim.scenario.form.statistics import STATISTICS
from sim.simulation.records import Floats
from sim.vocabulary import DAYS_PER_YEAR, Event

ENTRY = {"spine_t": "spine_t", "hip_t": "hip_t", **MARKER_QUANTITIES}
"""Facts at entry that are measured, and their quantities; the others are in `AT_ENTRY`."""


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
    name, of = simulated["statistic"], simulated.get("of")
    kind = STATISTICS[name].kind if name in STATISTICS else None
    since, day = (_day(simulated.get(key)) for key in ("from", "at"))
    if day is not None and day > records.end + ONE_DAY:
        return mean(fact, unit, 0, np.full(records.count, np.nan))
    if name == "patients":
        return count(fact, unit, 0, np.ones(records.count))
    if kind in ("rate", "count"):
        return _of_fractures(records, fact, unit, simulated, since, day)
    if kind == "share":
        return _share(records, fact, name, of, since, day)
    return mean(fact, unit, 0, _values(records, name, of, since, day))


def _day(time: float | None) -> int | None:
    return None if time is None else round(time)


def _of_fractures(
    records: ArmRecords, fact: str, unit: str, how: Mapping[str, Any], since: int | None,
    day: int | None,
) -> Outcome:  # fmt: skip
    """Fractures per 100 person-years or per number of patients, up to a day or within a period."""
    event = event_of(how.get("of"))
    fractures, most = records.counts(*event, day), records.most(*event)
    if since is not None:
        fractures = fractures - records.counts(*event, since)
    if how["statistic"] == "fractures":
        return count(fact, unit, 0, fractures, scale=float(how["per_patients"]), most=most)
    years = records.years
    if day is not None:
        years = np.clip(years, 0, day / DAYS_PER_YEAR)
    if since is not None:
        years = np.maximum(years - since / DAYS_PER_YEAR, 0)
    return count(fact, unit, 0, fractures, years, 100, most)


def _share(
    records: ArmRecords, fact: str, name: str, of: str | None, since: int | None, day: int | None
) -> Outcome:
    """Share of patients with an event, up to a day or within a period."""
    if name == "share_stopped":
        return share(fact, 0, records.stopped(str(of)).astype(float))
    if name == "share_died":
        return share(fact, 0, records.had(Event.DEATH, None, day), records.most(Event.DEATH))
    if name == "share_with_reaction":
        reactions = reactions_named(records, str(of))
        number = [records.counts(Event.REACTION, one, day) for one in reactions]
        most = math.fsum(records.most(Event.REACTION, one) for one in reactions)
        return share(fact, 0, (sum(number, np.zeros(records.count)) > 0).astype(float), most)
    event = event_of(of)
    had, most = records.had(*event, day), records.most(*event)
    if since is not None:
        had = (records.counts(*event, day) > records.counts(*event, since)).astype(float)
        had = np.where(records.years * DAYS_PER_YEAR > since, had, np.nan)
    return share(fact, 0, had, most)


def reactions_named(records: ArmRecords, name: str) -> list[str]:
    """List the reactions of an arm that a fact means.

    Where therapies share the name of a reaction, the records name it with its therapy: `fever` is
    then that of any therapy, `zoledronate fever` of one.
    """
    known = records.subjects(Event.REACTION)
    if name in known:
        return [name]
    therapies = [*records.subjects(Event.INFUSION), *records.subjects(Event.COURSE)]
    return [
        one for one in known
        if any(one == f"{therapy} {name}" or name == f"{therapy} {one}" for therapy in therapies)
    ]  # fmt: skip


def _values(
    records: ArmRecords, name: str, of: str | None, since: int | None, day: int | None
) -> Floats:
    """One value per patient of a statistic that is a mean over patients."""
    match name:
        case "follow_up":
            return records.years * 12
        case "entry" if of in ENTRY:
            return records.entry(ENTRY[of])
        case "entry":
            return records.known[AT_ENTRY[str(of)]].astype(float)
        case "annual_increase":
            return records.annual_increase(str(of), day)
        case "mean_percent_change" | "total_increase" | "percent_change":
            quantity = MARKER_QUANTITIES.get(str(of), f"{of}_g_cm2")
            return 100 * (records.last(quantity, day) / _first(records, quantity, since) - 1)
        case "t_change":
            return records.last(f"{of}_t", day) - _first(records, f"{of}_t", since)
        case "t_final":
            return records.last(f"{of}_t", day)
    raise KeyError(f"no statistic is called '{name}'")


def _first(records: ArmRecords, quantity: str, since: int | None) -> Floats:
    """The value that a change begins with: at entry, or at a visit."""
    return records.entry(quantity) if since is None else records.last(quantity, since)
