"""Shares with a first fracture by Kaplan and Meier, deaths censored, and their differences."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.outcomes import intervals
from sim.outcomes.estimates import Estimate
from sim.outcomes.limits import around
from sim.outcomes.survival import (
    FRACTURED,
    GONE,
    Curve,
    Curves,
    covariance,
    curve_of,
    discordant,
    over_intervals,
)
from sim.simulation.records import Floats


class OfArm(NamedTuple):
    """A share, what each end of a time adds to it (3 x days), its variance, and its carriers."""

    share: float
    influence: Floats
    variance: float
    at_risk: float
    fractures: float


def share(curves: Curves, arm: int, endpoint: int, day: int) -> Estimate:
    """Estimate the share with a first fracture by a day, in one arm, deaths and losses censored.

    Parameters
    ----------
    curves
        Sums over patients.
    arm, endpoint
        Positions of the arm and of the endpoint.
    day
        A day of report.

    Returns
    -------
    Estimate
        The share with its error by Greenwood's formula. The limits are those of Clopper and Pearson
        for as many patients as would give this error; where nobody had a fracture, for those at
        risk on the day. Without deaths they are those of the crude share.

    References
    ----------
    Dorey FJ, Korn EL. Stat Med 1987;6:679-687 (effective sample sizes).
    """
    one = _of_arm(curves, arm, endpoint, day)
    value, variance = one.share, one.variance
    alike = value * (1 - value) / variance if variance > 0 else max(one.at_risk, one.fractures)
    low, high = intervals.of_share(value * alike, alike)
    return Estimate(value, variance**0.5, float(low), float(high), one.fractures)


def difference(curves: Curves, pair: int, endpoint: int, day: int) -> Estimate:
    """Estimate the difference of two arms in the share with a first fracture by a day.

    Parameters
    ----------
    curves
        Sums over patients.
    pair, endpoint
        Positions of the pair of arms and of the endpoint.
    day
        A day of report.

    Returns
    -------
    Estimate
        First less second arm. The limits are Tango's for the patients who had the fracture in one
        arm only, among those neither dead nor lost, moved to the difference of the curves and wider
        by the variance that deaths and losses add.
    """
    one, other = (_of_arm(curves, arm, endpoint, day) for arm in curves.pairs[pair])
    together = covariance(curves, pair, endpoint, one.influence, other.influence)
    variance = max(one.variance + other.variance - 2 * together, 0.0)
    first, second, _ = discordant(curves, pair, endpoint, day)
    gone = np.mean(
        [curves.by_day[arm, endpoint, GONE, : day + 1].sum() for arm in curves.pairs[pair]]
    )
    pairs = max(curves.patients - float(gone), first + second, 1.0)
    crude = (first - second) / pairs
    spread = (first + second - (first - second) ** 2 / pairs) / pairs**2
    limits = intervals.of_paired_share(first, second, pairs)
    value, error = one.share - other.share, variance**0.5
    low, high = around(value, crude, limits, spread, pairs, error)
    low, high = np.clip([low, high], -1, 1)
    return Estimate(value, error, float(low), float(high), first + second)


def _of_arm(curves: Curves, arm: int, endpoint: int, day: int) -> OfArm:
    curve = curve_of(curves, arm, endpoint)
    free = float(curve.free[day])
    influence = free * _influence(curve, day)
    ended = curves.by_day[arm, endpoint]
    variance = float((ended * influence**2).sum())
    fractures = float(curve.fractures[: day + 1].sum())
    after = curve.at_risk[day] - curve.fractures[day]
    return OfArm(1 - free, over_intervals(curves, arm, endpoint, influence), variance,
                 float(after), fractures)  # fmt: skip


def _influence(curve: Curve, day: int) -> Floats:
    """Contribution of a patient, by the day of the end, to -log of the share free of fracture."""
    d, n = curve.fractures, curve.at_risk
    with np.errstate(invalid="ignore", divide="ignore"):
        met = np.where(n > d, 1 / (n - d), 0.0)
        hazard = np.where(d > 0, met * d / n, 0.0)
    in_time = np.arange(len(d)) <= day
    passed = -np.cumsum(hazard * in_time)
    influence = np.tile(passed, (3, 1))
    influence[FRACTURED] += met * in_time
    return influence
