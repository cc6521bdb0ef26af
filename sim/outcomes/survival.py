"""Time to the first fracture: sums by day from which Kaplan-Meier curves and hazard ratios come.

Numbers of patients by day are enough for the curve of one arm. How far two arms move together over
the same patients is in a table of pairs: when and how a patient's time ended in one arm, by when
and how in the other, in up to a few dozen intervals of time. Both are whole numbers of a size that
does not grow with the patients.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.outcomes.arm import ArmRecords
from sim.outcomes.clinical import event_of
from sim.outcomes.definitions.over_years import ENDPOINTS, endpoints_of, report_days
from sim.simulation.records import Floats
from sim.vocabulary import DAYS_PER_YEAR

Counts = npt.NDArray[np.int64]

INTERVALS = 60
"""Intervals of time in a table of pairs, about."""

FRACTURED, GONE, FOLLOWED = range(3)
"""How the time to a first fracture ended: with it, with a death or a loss before it, or with the
study. A death and a loss are one way, because each ends the time at risk on its day."""


class Firsts(NamedTuple):
    """The end of the time to a first fracture, for each arm, endpoint and patient of a block.

    Attributes
    ----------
    day : numpy.ndarray of int32, shape (arms, endpoints, patients)
        Day of the first fracture, of a death or a loss without one, or the last day.
    how : numpy.ndarray of int8, of the same shape
        `FRACTURED`, `GONE` or `FOLLOWED`.
    """

    day: npt.NDArray[np.int32]
    how: npt.NDArray[np.int8]

    def of(self, first: int, last: int) -> Firsts:
        """Return some of the patients, by their positions in the block."""
        return Firsts(self.day[..., first:last], self.how[..., first:last])


@dataclass(frozen=True)
class Curves:
    """Numbers of patients by day and by pairs of ends, to which the patients of blocks are added.

    Attributes
    ----------
    pairs : sequence of tuple
        Positions of the arms that are compared.
    edges : numpy.ndarray of int
        Last day of each interval of time.
    by_day : numpy.ndarray of int, shape (arms, endpoints, 3, days)
        Patients whose time ended on a day, as `FRACTURED`, `GONE` or `FOLLOWED`.
    together : numpy.ndarray of int, shape (pairs, endpoints, ends, ends)
        Patients by their ends in the first and in the second arm: fractures in each interval, then
        deaths and losses in each interval, then followed to the end.
    """

    pairs: Sequence[tuple[int, int]]
    edges: Counts
    by_day: Counts
    together: Counts

    @cached_property
    def patients(self) -> int:
        """Number of patients."""
        return int(self.by_day[0, 0].sum())

    @property
    def end(self) -> int:
        """Last day of follow-up."""
        return int(self.by_day.shape[-1]) - 1

    @property
    def endpoints(self) -> tuple[str | None, ...]:
        """The endpoints, in the order of the numbers."""
        return ENDPOINTS[: self.by_day.shape[1]]

    def plus(self, firsts: Firsts) -> Curves:
        """Add patients."""
        ends = self.ends(firsts.day, firsts.how)
        days, size = self.by_day.shape[-1], self.together.shape[-1]
        by_day = np.stack([
            [np.bincount(how.astype(np.int64) * days + day, minlength=3 * days).reshape(3, days)
             for day, how in zip(of_arm.day, of_arm.how, strict=True)]
            for of_arm in map(Firsts, firsts.day, firsts.how)
        ])  # fmt: skip
        together = np.array([
            [np.bincount(one * size + other, minlength=size**2).reshape(size, size)
             for one, other in zip(ends[first], ends[second], strict=True)]
            for first, second in self.pairs
        ], np.int64).reshape(self.together.shape)  # fmt: skip
        return replace(self, by_day=self.by_day + by_day, together=self.together + together)

    def until(self, day: int) -> Curves:
        """Return the same patients followed to a day, which is the last of an interval."""
        if day == self.end:
            return self
        by_day = self.by_day[..., : day + 1].copy()
        by_day[..., FOLLOWED, day] += self.by_day[..., day + 1 :].sum(axis=(-2, -1))
        edges = self.edges[self.edges <= day]
        before, now = len(self.edges), len(edges)
        place = np.full(2 * before + 1, 2 * now)
        place[:now] = np.arange(now)
        place[before : before + now] = now + np.arange(now)
        moved = np.eye(2 * now + 1, dtype=np.int64)[place]
        return Curves(self.pairs, edges, by_day, moved.T @ self.together @ moved)

    def ends(self, day: npt.NDArray[np.integer], how: npt.NDArray[np.integer]) -> Counts:
        """Return the place in `together` of ends on days."""
        interval = np.searchsorted(self.edges, day)
        return np.where(how == FOLLOWED, 2 * len(self.edges), how * len(self.edges) + interval)


def no_curves(
    arms: int, pairs: Sequence[tuple[int, int]], end: int, days: Sequence[int] = (),
    has_clinical: bool = False,
) -> Curves:  # fmt: skip
    """Make the sums of no patient, for arms that are followed to the day `end`.

    `days` are further days on which an interval of time ends; `has_clinical` adds the clinical
    endpoints.
    """
    endpoints = len(endpoints_of(has_clinical))
    reports = np.array([0, *report_days(end)])
    steps = max(1, INTERVALS // (len(reports) - 1))
    inner = reports[:-1, None] + np.diff(reports)[:, None] * np.arange(1, steps + 1) / steps
    edges = np.unique([*np.round(inner).astype(np.int64).ravel(), *days])
    ends = 2 * len(edges) + 1
    by_day = np.zeros((arms, endpoints, 3, end + 1), np.int64)
    return Curves(pairs, edges, by_day, np.zeros((len(pairs), endpoints, ends, ends), int))


def firsts_of(arms: Mapping[str, ArmRecords]) -> Firsts:
    """Find the end of the time to each endpoint, in every arm."""
    of_arms = [
        [first_of(records, site) for site in endpoints_of(records.has_clinical)]
        for records in arms.values()
    ]
    day, how = (np.array([[one[i] for one in of_arm] for of_arm in of_arms]) for i in (0, 1))
    return Firsts(day.astype(np.int32), how.astype(np.int8))


def first_of(records: ArmRecords, site: str | None) -> tuple[Counts, Counts]:
    """Find the day and the way in which the time to a first fracture ended, of each patient.

    `site` is an endpoint: a site, clinical fractures, or None for fractures of all sites.
    """
    event = event_of(site)
    day = np.round(records.years * DAYS_PER_YEAR).astype(np.int64)
    how = np.where((records.died > 0) | (day < records.end), GONE, FOLLOWED)
    for (name, of), rows in records.events.items():
        if name == event[0] and event[1] in (None, of):
            np.minimum.at(day, rows.patient, rows.day)
            how[rows.patient] = FRACTURED
    return day, how


class Curve(NamedTuple):
    """One endpoint in one arm, day by day: fractures, and patients at risk in the morning."""

    fractures: Floats
    at_risk: Floats

    @property
    def free(self) -> Floats:
        """Share without a fracture by each day, if deaths are censored (Kaplan and Meier)."""
        with np.errstate(invalid="ignore"):
            hazard = np.where(self.at_risk > 0, self.fractures / self.at_risk, 0.0)
        return np.asarray(np.cumprod(1 - hazard), float)


def curve_of(curves: Curves, arm: int, endpoint: int) -> Curve:
    """Take the numbers of one arm and endpoint by day."""
    left = curves.by_day[arm, endpoint].astype(float)
    gone = np.cumsum(left.sum(axis=0))
    return Curve(left[FRACTURED], curves.patients - np.concatenate([[0.0], gone[:-1]]))


def curve_from(day: Counts, how: Counts, end: int) -> Curve:
    """Count single patients, whose times ended on a day and in a way, by the days up to `end`."""
    fractures, gone = (
        np.bincount(ended, minlength=end + 1)[: end + 1].astype(float)
        for ended in (day[how == FRACTURED], day)
    )
    return Curve(fractures, len(day) - np.concatenate([[0.0], np.cumsum(gone)[:-1]]))


def over_intervals(curves: Curves, arm: int, endpoint: int, values: Floats) -> Floats:
    """Average what ends on single days (3 x days) add over the ends in `together`."""
    patients = curves.by_day[arm, endpoint]
    how, day = np.indices(patients.shape)
    ends, size = curves.ends(day, how).ravel(), curves.together.shape[-1]
    total = np.bincount(ends, (values * patients).ravel(), minlength=size)
    return np.asarray(total / np.maximum(np.bincount(ends, patients.ravel(), minlength=size), 1))


def covariance(curves: Curves, pair: int, endpoint: int, first: Floats, second: Floats) -> float:
    """Sum over patients of what they add in the first arm times what they add in the second.

    `first` and `second` are averages from `over_intervals`.
    """
    return float(first @ curves.together[pair, endpoint] @ second)


def discordant(curves: Curves, pair: int, endpoint: int, day: int) -> tuple[float, float, float]:
    """Count patients with the fracture by a day of report: in one arm only, the other, in both."""
    had = np.zeros(curves.together.shape[-1])
    had[: np.searchsorted(curves.edges, day) + 1] = 1
    pairs = curves.together[pair, endpoint]
    both = float(had @ pairs @ had)
    return float(had @ pairs.sum(axis=1)) - both, float(pairs.sum(axis=0) @ had) - both, both
