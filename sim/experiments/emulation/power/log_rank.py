"""The log-rank statistic of many trials at once, as a sum over patients."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.outcomes import ArmRecords, clinical
from sim.outcomes.definitions.named import name_of_count
from sim.outcomes.definitions.over_years import ENDPOINTS
from sim.simulation.records import Floats
from sim.vocabulary import ANY_CLINICAL, DAYS_PER_YEAR, Event

Flags = npt.NDArray[np.bool_]

ONCE = " at least once"
"""End of the name of an outcome: the share of patients with a reaction."""


class Times(NamedTuple):
    """The day on which each patient had the event (1), or was last seen without it (0)."""

    day: Floats
    event: Floats


def event_of(outcome: str) -> tuple[Event, str | None] | None:
    """Return the event whose first time an outcome is about; None where there is none."""
    named: dict[str, tuple[Event, str | None]] = {
        "deaths": (Event.DEATH, None),
        "any fracture": clinical.event_of(None),
        "any clinical fracture": clinical.event_of(ANY_CLINICAL),
        **{name_of_count(site): clinical.event_of(site) for site in ENDPOINTS},
    }
    if outcome.endswith(ONCE):
        return Event.REACTION, outcome.removesuffix(ONCE)
    return named.get(outcome)


def times_of(records: ArmRecords, outcome: str) -> Times:
    """Find the first event of each patient; who died or was lost is last seen on that day."""
    event = event_of(outcome)
    assert event is not None
    last = np.round(records.years * DAYS_PER_YEAR, 6)  # a whole day has no rounding error
    first = np.full(records.count, np.inf)
    for key, rows in records.events.items():
        if key[0] == event[0] and event[1] in (None, key[1]):
            np.minimum.at(first, rows.patient, rows.day.astype(float))
    return Times(np.minimum(first, last), (first <= last).astype(float))


def contributions(times: Times, treated: Floats) -> tuple[Floats, Floats]:
    """Return what each patient adds to observed less expected events, and to their variance.

    Parameters
    ----------
    times
        Days and events (1, else 0), trials x patients.
    treated
        1 for patients of the arm that is tested, 0 for the others, trials x patients.

    Returns
    -------
    tuple of numpy.ndarray, shape (trials, patients)
        Their sums over the patients of a trial are the log-rank statistic and its variance.

    References
    ----------
    Mantel N. Cancer Chemother Rep 1966;50:163-170: the variance is hypergeometric, and events of
    one day are tied.
    """
    order = np.argsort(times.day, axis=1, kind="stable")
    columns = (*times, treated)
    day, event, group = (np.take_along_axis(column, order, axis=1) for column in columns)
    before, end = _ties(day)
    at_risk = day.shape[1] - before
    treated_at_risk = group.sum(axis=1, keepdims=True) - _summed(group, before)
    events = _summed(event, end) - _summed(event, before)
    share = treated_at_risk / at_risk
    not_tied = (at_risk - events) / np.maximum(at_risk - 1, 1)
    apart = event * (group - share)
    variance = event * share * (1 - share) * not_tied
    return _restored(apart, order), _restored(variance, order)


def _ties(day: Floats) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Of each sorted day: how many days are before, and how many are not after."""
    places = np.arange(day.shape[1])
    new = np.diff(day, axis=1) > 0
    first = np.pad(new, ((0, 0), (1, 0)), constant_values=True)
    last = np.pad(new, ((0, 0), (0, 1)), constant_values=True)
    before = np.maximum.accumulate(np.where(first, places, 0), axis=1)
    end = np.where(last, places + 1, day.shape[1])
    return before, np.minimum.accumulate(end[:, ::-1], axis=1)[:, ::-1]


def _summed(values: Floats, until: npt.NDArray[np.intp]) -> Floats:
    """The sum of the first values of a row, up to each of several places."""
    sums = np.pad(np.cumsum(values, axis=1), ((0, 0), (1, 0)))
    return np.take_along_axis(sums, until, axis=1)


def _restored(values: Floats, order: npt.NDArray[np.intp]) -> Floats:
    """Values in the order of the patients."""
    restored = np.empty_like(values)
    np.put_along_axis(restored, order, values, axis=1)
    return restored
