"""Means, shares and rates over patients with their Monte Carlo errors, alone or as differences.

Every outcome is a ratio of two sums over independent units: values over the number measured,
patients with an event over patients, fractures over person-years. The error comes from the
influence of each unit on the ratio (linearisation), so recurrent fractures of one patient count as
dependent, and a difference between arms uses that both arms hold the same patients. All of this can
be computed from sums, which are added block by block.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from sim.outcomes.definitions.named import Kind
from sim.simulation.records import Floats
from sim.vocabulary import ROUNDING, Z95

POISSON_ZERO = 3.6888794541139363
"""Upper 97.5 % limit of a Poisson mean when no event was seen: -ln 0.025."""


class Sums(NamedTuple):
    """Sums over units of a numerator y and a denominator x, of their squares and their product.

    `units` is the number of independent units, patients unless a function says otherwise.
    """

    units: float
    y: float
    x: float
    yy: float
    xy: float
    xx: float


class Products(NamedTuple):
    """Sums over units of products of the y and x of one arm with those of another arm."""

    yy: float
    yx: float
    xy: float
    xx: float


class Estimate(NamedTuple):
    """An estimate, its Monte Carlo error (a standard error), and its 95 % interval."""

    value: float
    mc_error: float
    low: float
    high: float


UNKNOWN = Estimate(math.nan, math.nan, math.nan, math.nan)


def ratio(sums: Sums, kind: Kind = "mean", scale: float = 1.0) -> Estimate:
    """Estimate a mean, a share or a rate.

    Parameters
    ----------
    sums
        Sums over independent units.
    kind
        `mean` for any numerator, `count` for one of at least 0, `share` for one between 0 and its
        denominator. The interval of a count or share keeps to these limits; if no event was seen,
        it ends at the exact Poisson limit, and likewise if everyone had the event.
    scale
        Factor on the ratio, such as 100 for percent.

    Returns
    -------
    Estimate
        `scale` x y / x; NaN where x is 0. The error is NaN for a single unit.

    References
    ----------
    Cochran WG. Sampling techniques. 3rd ed. Wiley, 1977, section 6.4 (variance of a ratio).

    Examples
    --------
    Two of four patients had a fracture:

    >>> ratio(Sums(units=4, y=2, x=4, yy=2, xy=2, xx=4), "share", 100).value
    50.0
    """
    if sums.x == 0:
        return UNKNOWN
    value = sums.y / sums.x
    error = _error(sums.units, _squares(sums, value) / sums.x**2)
    low, high = value - Z95 * error, value + Z95 * error
    if kind != "mean":
        low = max(low, 0.0)
        if value == 0:
            high = POISSON_ZERO / sums.x
    if kind == "share":
        high = min(high, 1.0)
        if value == 1:
            low = max(0.0, 1 - POISSON_ZERO / sums.x)
    return Estimate(scale * value, scale * error, scale * low, scale * high)


def difference(
    first: Sums, second: Sums, products: Products, kind: Kind = "mean", scale: float = 1.0
) -> Estimate:
    """Estimate the difference of two arms that hold the same patients.

    Parameters
    ----------
    first, second
        Sums of the two arms over the same units.
    products
        Products of the first arm with the second.
    kind, scale
        As in `ratio`.

    Returns
    -------
    Estimate
        First ratio less the second, with the error of the paired difference. If no event was seen
        in either arm, the limits of the two arms bound the difference.

    Examples
    --------
    Arms with the same value in every patient differ by 0 without error:

    >>> sums = Sums(units=2, y=3, x=2, yy=5, xy=3, xx=2)
    >>> difference(sums, sums, Products(yy=5, yx=3, xy=3, xx=2))
    Estimate(value=0.0, mc_error=0.0, low=0.0, high=0.0)
    """
    return contrast((1.0, -1.0), (first, second), {(0, 1): products}, kind, scale)


def contrast(
    weights: Sequence[float],
    sums: Sequence[Sums],
    products: Mapping[tuple[int, int], Products],
    kind: Kind = "mean",
    scale: float = 1.0,
) -> Estimate:
    """Estimate a weighted sum of ratios over the same patients.

    With the weights 1, -1, -1, 1 this is the difference of two differences.

    Parameters
    ----------
    weights
        Weight of each ratio.
    sums
        Sums of each ratio, over the same units.
    products
        Products of each ratio with every later one, by their positions.
    kind, scale
        As in `ratio`.

    Returns
    -------
    Estimate
        `scale` x sum of weight x y / x, with the error of paired patients; NaN where an x is 0.
    """
    if any(one.x == 0 for one in sums):
        return UNKNOWN
    ratios = [one.y / one.x for one in sums]
    terms = list(zip(weights, sums, ratios, strict=True))
    squares = math.fsum(w**2 * _squares(one, r) / one.x**2 for w, one, r in terms)
    size = math.fsum(w**2 * _sizes(one, r) / one.x**2 for w, one, r in terms)
    for (i, j), of_pair in products.items():
        together = _together(of_pair, ratios[i], ratios[j])
        squares += 2 * weights[i] * weights[j] * together / sums[i].x / sums[j].x
    error = _error(sums[0].units, squares if squares > ROUNDING * size else 0.0)
    value = math.fsum(w * r for w, _, r in terms)
    low, high = value - Z95 * error, value + Z95 * error
    if kind != "mean" and not any(ratios):
        low = math.fsum(min(w, 0.0) * POISSON_ZERO / one.x for w, one, _ in terms)
        high = math.fsum(max(w, 0.0) * POISSON_ZERO / one.x for w, one, _ in terms)
    return Estimate(scale * value, scale * error, scale * low, scale * high)


def spread(sums: Sums) -> float:
    """Return the standard deviation between patients of a value that is known in `x` of them."""
    if sums.x < 2:
        return math.nan
    return math.sqrt(_squares(sums, sums.y / sums.x) / (sums.x - 1))


def influences(sums: Floats) -> tuple[Floats, Floats]:
    """Compute ratios of sums, and how far each unit moves them.

    The influence of a unit is the difference that the estimate would have if all units were like
    it (linearised). Influences of arms or of points of a sweep that hold the same units can be
    subtracted from each other; the influences on one ratio add up to 0.

    Parameters
    ----------
    sums : numpy.ndarray of float, shape (units, 2, labels)
        Numerator and denominator of each unit.

    Returns
    -------
    tuple of numpy.ndarray of float, shapes (labels,) and (units, labels)
        The ratios, and the influences. NaN where no unit has a denominator.
    """
    y, x = sums[:, 0], sums[:, 1]
    with np.errstate(invalid="ignore", divide="ignore"):
        values = y.sum(axis=0) / x.sum(axis=0)
        return values, len(x) * (y - x * values) / x.sum(axis=0)


def errors(influences: Floats) -> Floats:
    """Compute Monte Carlo errors from influences, units x labels; NaN for a single unit."""
    units = len(influences)
    if units < 2:
        return np.full(influences.shape[1:], np.nan)
    return np.asarray(np.sqrt((influences**2).sum(axis=0) / units / (units - 1)), float)


def _squares(sums: Sums, value: float) -> float:
    """Sum over units of (y - value x) squared, where `value` is the ratio of the sums."""
    squares = sums.yy - 2 * value * sums.xy + value**2 * sums.xx
    return squares if squares > ROUNDING * _sizes(sums, value) else 0.0


def _sizes(sums: Sums, value: float) -> float:
    """The positive terms of `_squares`, against which its rounding error is judged."""
    return sums.yy + value**2 * sums.xx


def _together(products: Products, first: float, second: float) -> float:
    """Sum over units of (y - first x) of one arm times (y - second x) of the other."""
    yy, yx, xy, xx = products
    return yy - second * yx - first * xy + first * second * xx


def _error(units: float, squares: float) -> float:
    """Standard error from the sum of squared influences of so many units."""
    if units < 2:
        return math.nan
    return math.sqrt(squares * units / (units - 1))
