"""Effects of one arm against another over the same patients, each with its paired 95 % interval."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sim.outcomes import ratios
from sim.outcomes.intervals import Limits, Number
from sim.outcomes.labels import Weights
from sim.outcomes.ratios import Counted
from sim.outcomes.summed import Products, Signed, Sums
from sim.outcomes.sums import SumTable
from sim.vocabulary import CANNOT_OCCUR

TWO_PIECES = "two pieces"
"""The interval is everything up to `low` and everything from `high` on."""

ONE_SIDE = "one side"
"""There was no event in one arm: the ratio is 0 or infinite, and one limit holds."""

NOT_ESTIMABLE = "not estimable"


class Effect(NamedTuple):
    """An effect, its 95 % interval, the patients on whom it rests, and a word on the interval."""

    value: float
    low: float
    high: float
    carriers: float
    interval: str = ""


def risk_ratio(table: SumTable, weights: Weights) -> Effect:
    """Estimate the ratio of two shares of the same patients.

    Parameters
    ----------
    table
        Sums over patients.
    weights
        A difference among the contrasts of the table, of a share that is known of every patient.

    Returns
    -------
    Effect
        First over second arm, with the limits of `ratios.of_risk_ratio`.
    """
    one, other, products, signed = _of_pair(table, weights)
    both = products.yy
    limits = ratios.of_risk_ratio(one.y - both, other.y - both, both)
    return _ratio(_over(one, other), limits, signed.differing, _can_occur(table, weights))


def count_ratio(table: SumTable, weights: Weights) -> Effect:
    """Estimate the ratio of two rates, or of two mean counts, of the same patients.

    Parameters
    ----------
    table
        Sums over patients.
    weights
        A difference among the contrasts of the table, of a count.

    Returns
    -------
    Effect
        First over second arm, with the limits of `count_ratio_limits`.
    """
    one, other, products, signed = _of_pair(table, weights)
    limits = count_ratio_limits(one, other, products, signed)
    return _ratio(_over(one, other), limits, signed.differing, _can_occur(table, weights))


def count_ratio_limits(one: Sums, other: Sums, products: Products, signed: Signed) -> Limits:
    """Return the limits of the ratio of two rates or mean counts.

    Parameters
    ----------
    one, other
        Sums of each arm; numbers or arrays of one shape.
    products, signed
        Products of the two, and sums of their difference.

    Returns
    -------
    Limits
        Those of `ratios.of_count_ratio`, wider where the influences of patients on the logarithm of
        the ratio ask for more: by the person-years, and by patients who differ in their risk.
    """
    both = one.y - signed.up
    up, down, shared = (
        Counted(total, _variance(total, squares, one.units), np.maximum(most, 1.0))
        for total, squares, most in (
            (signed.up, signed.up_squares, signed.most_up),
            (signed.down, signed.down_squares, signed.most_down),
            (both, products.yy, 1.0),
        )
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        limits = ratios.of_count_ratio(up, down, shared)
        longer = np.divide(other.x, one.x)
        apart = shared.variance * np.square(np.divide(1, one.y) - np.divide(1, other.y))
        counted = up.variance / np.square(one.y) + down.variance / np.square(other.y) + apart
        more = _of_logarithm(one, other, products) - counted
        return ratios.widened(_over(one, other), (limits[0] * longer, limits[1] * longer), more)


def reduced(difference: Effect) -> Effect:
    """Turn a paired difference of shares round: how much lower the first arm is."""
    value, low, high, carriers, word = difference
    return Effect(0.0 - value, 0.0 - high, 0.0 - low, carriers, word)


def number_needed(reduction: Effect, scale: float) -> Effect:
    """Compute the number needed to treat to spare one patient the event, below 0 to harm one.

    Parameters
    ----------
    reduction
        An absolute risk reduction.
    scale
        Its factor, 100 for percentage points.

    Returns
    -------
    Effect
        Where the reduction may be 0 the number may be infinite: the interval is `TWO_PIECES`, from
        `high` to infinity for benefit, and from `low` (below 0) to minus infinity for harm.

    References
    ----------
    Altman DG. BMJ 1998;317:1309-1312.

    Examples
    --------
    >>> number_needed(Effect(2, -1, 5, 30), 100)
    Effect(value=50.0, low=-100.0, high=20.0, carriers=30, interval='two pieces')
    """
    value, low, high, carriers, _ = reduction
    if math.isnan(value):
        return reduction
    if low <= 0 <= high:
        below = -math.inf if low == 0 else scale / low
        return Effect(_inverse(value, scale), below, _inverse(high, scale), carriers, TWO_PIECES)
    return Effect(scale / value, scale / high, scale / low, carriers)


def _of_pair(table: SumTable, weights: Weights) -> tuple[Sums, Sums, Products, Signed]:
    first, second = weights
    signed = Signed(*map(float, table.signed[0, :, table.contrasts.index(weights)]))
    return table.sums(first), table.sums(second), table.products(first, second), signed


def _over(one: Sums, other: Sums) -> Number:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.divide(one.y, one.x) / np.divide(other.y, other.x))


def _can_occur(table: SumTable, weights: Weights) -> bool:
    return any(table.labels[at].most > 0 for at in weights)


def _ratio(value: Number, limits: Limits, carriers: float, can_occur: bool) -> Effect:
    low, high = (float(limit) for limit in limits)
    if not can_occur:
        return Effect(math.nan, math.nan, math.nan, 0.0, CANNOT_OCCUR)
    if math.isnan(value) or math.isnan(low):
        return Effect(math.nan, math.nan, math.nan, carriers, NOT_ESTIMABLE)
    word = "" if 0 < value < math.inf else ONE_SIDE
    return Effect(float(value), low, high, carriers, word)


def _inverse(number: float, scale: float) -> float:
    return math.inf if number == 0 else scale / number


def _variance(total: Number, squares: Number, units: Number) -> Number:
    """Variance of a sum over units, from their squares."""
    more = np.asarray(units) / np.maximum(np.asarray(units) - 1, 1)
    return np.asarray(np.maximum(more * (squares - np.square(total) / units), 0.0))


def _of_logarithm(one: Sums, other: Sums, products: Products) -> Number:
    """Variance of the logarithm of the ratio of two ratios, from the influences of units."""
    first, second = np.divide(one.y, one.x), np.divide(other.y, other.x)
    yy, yx, xy, xx = products
    together = yy - second * yx - first * xy + first * second * xx
    squares = [
        sums.yy - 2 * r * sums.xy + r**2 * sums.xx for sums, r in ((one, first), (other, second))
    ]
    terms = squares[0] / np.square(one.y) + squares[1] / np.square(other.y)
    more = np.asarray(one.units) / np.maximum(np.asarray(one.units) - 1, 1)
    return np.asarray(more * (terms - 2 * together / (np.asarray(one.y) * other.y)))
