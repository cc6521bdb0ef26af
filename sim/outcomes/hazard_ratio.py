"""The hazard ratio of first fractures of two arms over the same patients."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sim.outcomes import intervals, ratios
from sim.outcomes.estimates import Estimate
from sim.outcomes.ratios import Counted
from sim.outcomes.survival import (
    FRACTURED,
    Curve,
    Curves,
    covariance,
    curve_of,
    discordant,
    over_intervals,
)
from sim.simulation.records import Floats

ENOUGH = 10
"""With fewer patients who had the fracture in one arm only, a hazard ratio is not estimated."""


class Fit(NamedTuple):
    """A hazard ratio, and the variance of its logarithm."""

    ratio: float
    variance: float


def hazard_ratio(curves: Curves, pair: int, endpoint: int) -> Estimate:
    """Estimate the hazard ratio of the first fracture, deaths censored.

    Parameters
    ----------
    curves
        Sums over patients.
    pair, endpoint
        Positions of the pair of arms and of the endpoint.

    Returns
    -------
    Estimate
        The ratio of Cox's model from the patients at risk on each day (ties by Breslow), first to
        second arm; `mc_error` is the standard error of its logarithm, from the influence of each
        patient in both arms. The limits are those of the ratio of patients with a fracture, moved
        to the hazard ratio and wider where the influences ask for more. NaN with fewer than
        `ENOUGH` patients who had the fracture in one arm only. Without a fracture in one arm the
        ratio is 0 or infinite, and the other limit holds.

    References
    ----------
    Lin DY, Wei LJ. J Am Stat Assoc 1989;84:1074-1078 (robust variance); Lee EW, Wei LJ, Amato DA.
    In: Survival analysis: state of the art. Kluwer, 1992:237-247 (paired times).
    """
    first, second, both = discordant(curves, pair, endpoint, curves.end)
    carriers = first + second
    if carriers < ENOUGH:
        return Estimate(math.nan, math.nan, math.nan, math.nan, carriers)
    limits = ratios.of_count_ratio(*(Counted(n, n) for n in (first, second, both)))
    if min(first, second) + both == 0:
        longer = _exposure(curves, pair, endpoint)
        low, high = (float(limit * longer) for limit in limits)
        return Estimate(0.0 if first == 0 else math.inf, math.nan, low, high, carriers)
    fit = _fit(curves, pair, endpoint)
    one, other = first + both, second + both
    counted = first / one**2 + second / other**2 + both * (1 / one - 1 / other) ** 2
    moved = tuple(limit * fit.ratio * other / one for limit in limits)
    wide = ratios.widened(fit.ratio, (moved[0], moved[1]), fit.variance - counted)
    low, high = (float(limit) for limit in wide)
    return Estimate(fit.ratio, fit.variance**0.5, low, high, carriers)


def ratio_of(one: Curve, other: Curve) -> float:
    """Estimate the hazard ratio of different patients; NaN without a fracture in the second arm."""
    if not other.fractures.any():
        return math.nan
    on_days = one.fractures + other.fractures > 0
    return _root(*(Curve(*(column[on_days] for column in arm)) for arm in (one, other)))


def _fit(curves: Curves, pair: int, endpoint: int) -> Fit:
    """Cox's model with the arm as its only covariate, and the robust variance of paired times."""
    one, other = (curve_of(curves, arm, endpoint) for arm in curves.pairs[pair])
    fractures, ratio = one.fractures + other.fractures, _root(one, other)
    exposed = _exposed(one, other, ratio)
    information = float((fractures * exposed * (1 - exposed)).sum())
    influences = _influences(one, other, ratio)
    arms = curves.pairs[pair]
    squares = sum(
        float((curves.by_day[arm, endpoint] * influence**2).sum())
        for arm, influence in zip(arms, influences, strict=True)
    )
    means = [over_intervals(curves, arm, endpoint, influence)
             for arm, influence in zip(arms, influences, strict=True)]  # fmt: skip
    squares += 2 * covariance(curves, pair, endpoint, *means)
    return Fit(ratio, max(squares, 0.0) / information**2)


def _root(one: Curve, other: Curve) -> float:
    """The ratio at which the score of Cox's model is 0; 0 without a fracture in the first arm."""
    if not one.fractures.any():
        return 0.0
    fractures = one.fractures + other.fractures

    def score(place: Floats) -> Floats:
        in_first = _exposed(one, other, place / (1 - place))
        return np.asarray((one.fractures - fractures * in_first).sum())

    edge = np.asarray(ratios.EDGE)
    place = float(intervals.falling_root(score, edge, 1 - edge, 0.0))
    return place / (1 - place)


def _exposed(one: Curve, other: Curve, ratio: float | Floats) -> Floats:
    """Share of the hazard on each day that is in the first arm."""
    weighted = ratio * one.at_risk
    with np.errstate(invalid="ignore"):
        return np.nan_to_num(weighted / (weighted + other.at_risk))


def _influences(one: Curve, other: Curve, ratio: float) -> list[Floats]:
    """Contribution of a patient to the score of each arm, by the day of the end; 3 x days."""
    exposed = _exposed(one, other, ratio)
    whole = ratio * one.at_risk + other.at_risk
    with np.errstate(invalid="ignore", divide="ignore"):
        hazard = np.where(whole > 0, (one.fractures + other.fractures) / whole, 0.0)
    influences = []
    for is_first, factor in ((1.0, ratio), (0.0, 1.0)):
        passed = -np.cumsum((is_first - exposed) * factor * hazard)
        influence = np.tile(passed, (3, 1))
        influence[FRACTURED] += is_first - exposed
        influences.append(influence)
    return influences


def _exposure(curves: Curves, pair: int, endpoint: int) -> float:
    """Time at risk in the second arm over that in the first."""
    one, other = (curve_of(curves, arm, endpoint) for arm in curves.pairs[pair])
    return float(other.at_risk.sum() / one.at_risk.sum())
