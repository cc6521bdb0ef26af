"""The numbers of the figure `waiting`: doses by their wait, and the interval between doses."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd

from sim.display.figures.steps import Days, Floats
from sim.outcomes import estimates
from sim.outcomes.definitions.named import Kind, Measure
from sim.outcomes.summed import Sums
from sim.results import Tables
from sim.scenario.form.study import Scenario
from sim.scenario.form.therapy import Infusions
from sim.vocabulary import DAYS_PER_MONTH, SKIPPED, Event

LEAST_DAYS = 7
"""Days of waiting that the scale shows at least."""

STEP, SHORT_STEP = 12.0, 3.0
"""Months over which intervals are averaged, and within the first two years of follow-up."""

SHORT = 24.0


def shares(tables: Tables, scenario: Scenario, arm: str, therapy: str) -> pd.DataFrame:
    """Percent of the doses asked for that were given after at most so many days.

    Doses that the patient cancelled or did not come for are not counted; a skipped one is never
    given. One row per day of waiting, with the 95 % interval over clinics.
    """
    events = _of(tables, arm, therapy)
    given = events[events["event"] == Event.INFUSION]
    is_skipped = (events["event"] == Event.MISSED_INFUSION) & (events["value"] == SKIPPED)
    skipped = events[is_skipped]
    waits = _waits(events, given)
    unit, count = scenario.together, len(tables.patients)
    patient = given["patient"].to_numpy(np.int64)
    asked = np.concatenate([patient, skipped["patient"].to_numpy(np.int64)])
    days = np.arange(max(LEAST_DAYS, int(waits.max(initial=0))) + 1)
    rows = [
        _estimated("share", 100.0, patient[waits <= day], None, asked, count, unit) for day in days
    ]
    return pd.DataFrame(rows).assign(days=days, doses=len(asked), skipped=len(skipped))


def intervals(tables: Tables, scenario: Scenario, arm: str, therapy: str) -> pd.DataFrame:
    """Mean days between two doses in each part of the follow-up, beside the planned ones.

    An interval counts in the part in which it ends. One row per part with an interval, with the
    95 % interval over clinics.
    """
    given = _of(tables, arm, therapy)
    given = given[given["event"] == Event.INFUSION]
    patient, gap, end = gaps(given["patient"].to_numpy(np.int64), given["day"].to_numpy(np.int64))
    rows = []
    for start, stop in parts(scenario.horizon):
        inside = (end > start) & (end <= stop)
        if not inside.any():
            continue
        who, count = patient[inside], len(tables.patients)
        row = _estimated("mean", 1.0, who, gap[inside], who, count, scenario.together)
        months = {"from_month": start / DAYS_PER_MONTH, "to_month": stop / DAYS_PER_MONTH}
        rows.append({**row, **months, "planned": _planned(scenario, therapy, start, stop)})
    return pd.DataFrame(rows)


def gaps(patient: Days, day: Days) -> tuple[Days, Days, Days]:
    """The patient, the length and the last day of each interval between two doses.

    >>> [each.tolist() for each in gaps(np.array([0, 0, 0, 1]), np.array([0, 30, 65, 2]))]
    [[0, 0], [30, 35], [30, 65]]
    """
    same = patient[1:] == patient[:-1]
    return patient[1:][same], np.diff(day)[same], day[1:][same]


def parts(horizon: float) -> Iterator[tuple[float, float]]:
    """The parts of a follow-up in days: years, or quarters of a short one."""
    months = horizon / DAYS_PER_MONTH
    step = STEP if months > SHORT else SHORT_STEP
    for i in range(math.ceil(months / step)):
        yield i * step * DAYS_PER_MONTH, min((i + 1) * step, months) * DAYS_PER_MONTH


def _of(tables: Tables, arm: str, therapy: str) -> pd.DataFrame:
    """Events of a therapy in an arm, by patient and in their order."""
    events = tables.events
    return events[(events["arm"] == arm) & (events["what"] == therapy)]


def _waits(events: pd.DataFrame, given: pd.DataFrame) -> Floats:
    """Days that each given dose waited; the row of a wait has the patient and day of its dose."""
    waited = events[events["event"] == Event.WAITED].set_index(["patient", "day"])["value"]
    keys = pd.MultiIndex.from_frame(given[["patient", "day"]])
    return waited.reindex(keys).fillna(0).to_numpy(float)


def _planned(scenario: Scenario, therapy: str, start: float, stop: float) -> float:
    """Mean days between planned doses of which the later one is in a part; NaN without one."""
    own = scenario.therapies[therapy]
    if not isinstance(own, Infusions):
        return math.nan
    days = np.array(own.schedule.days(own.start.day, scenario.horizon), float)
    inside = (days[1:] > start) & (days[1:] <= stop)
    return float(np.diff(days)[inside].mean()) if inside.any() else math.nan


def _estimated(
    kind: Kind, scale: float, who: Days, values: Days | None, counted: Days,
    patients: int, unit: int,
) -> dict[str, float]:  # fmt: skip
    """A ratio of sums over clinics with its interval: values of `who` over those `counted`."""
    clinics = patients // unit
    y = np.bincount(who // unit, values, minlength=clinics).astype(float)
    x = np.bincount(counted // unit, minlength=clinics).astype(float)
    carriers = float(np.count_nonzero(x if kind == "mean" else y))
    sums = Sums(clinics, y.sum(), x.sum(), y @ y, x @ y, x @ x, carriers, y.max())
    most = 1.0 if kind == "share" else math.inf
    measure = Measure("waiting", "", 0, kind, scale, 0.0, most)
    estimate = estimates.ratio(measure, sums, unit)
    return {"estimate": estimate.value, "low": estimate.low, "high": estimate.high}
