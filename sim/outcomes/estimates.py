"""A mean, share or rate over patients, with its Monte Carlo error, alone or as a paired difference.

Everything is a ratio of two sums over patients: of values over number measured, of patients with
an event over patients, of fractures over person-years. The error comes from each patient's
influence on the ratio (linearisation), so recurrent events of one patient count as dependent and
a difference between arms uses that both arms hold the same patients. All that it takes are sums
over patients, which can be added up block by block.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from sim.outcomes.definitions.named import Kind
from sim.vocabulary import Z95

POISSON_ZERO = 3.6888794541139363
"""Upper 97.5 % limit of a Poisson mean when 0 events were seen: -ln 0.025."""

ROUNDING = 1e-12
"""A sum of squares below this share of what was added up and taken away is rounding: it is 0."""


class Sums(NamedTuple):
    """Sums over patients of a numerator y and a denominator x, of their squares and product."""

    patients: float
    y: float
    x: float
    yy: float
    xy: float
    xx: float


class Products(NamedTuple):
    """Sums over patients of products of one arm's y and x with those of another arm."""

    yy: float
    yx: float
    xy: float
    xx: float


class Estimate(NamedTuple):
    """An estimate, its Monte Carlo error, and its 95 % interval."""

    value: float
    mc_error: float
    low: float
    high: float


UNKNOWN = Estimate(math.nan, math.nan, math.nan, math.nan)


def ratio(sums: Sums, kind: Kind = "mean", scale: float = 1.0) -> Estimate:
    """Sum of numerators over sum of denominators, times `scale`.

    Nothing seen (a sum of 0) leaves an interval up to the exact Poisson limit; everything seen, the
    same from the other side.
    """
    if sums.x == 0:
        return UNKNOWN
    value = sums.y / sums.x
    error = _error(sums.patients, _squares(sums, value) / sums.x**2)
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
    one: Sums, other: Sums, products: Products, kind: Kind = "mean", scale: float = 1.0
) -> Estimate:
    """The paired difference of two arms that hold the same patients.

    Where nothing was seen in either arm the limits of the two arms bound the difference.
    """
    if one.x == 0 or other.x == 0:
        return UNKNOWN
    a, b = one.y / one.x, other.y / other.x
    together = products.yy - b * products.yx - a * products.xy + a * b * products.xx
    apart = (
        _squares(one, a) / one.x**2
        + _squares(other, b) / other.x**2
        - 2 * together / one.x / other.x
    )
    added = _added(one, a) / one.x**2 + _added(other, b) / other.x**2
    error = _error(one.patients, apart if apart > ROUNDING * added else 0.0)
    value = a - b
    low, high = value - Z95 * error, value + Z95 * error
    if kind != "mean" and a == b == 0:
        low, high = -POISSON_ZERO / other.x, POISSON_ZERO / one.x
    return Estimate(scale * value, scale * error, scale * low, scale * high)


def spread(sums: Sums) -> float:
    """Standard deviation between the patients of a value known in `x` of them."""
    if sums.x < 2:
        return math.nan
    return math.sqrt(_squares(sums, sums.y / sums.x) / (sums.x - 1))


def _squares(sums: Sums, value: float) -> float:
    """Sum over patients of (y - value x) squared, where `value` is the ratio of the sums."""
    squares = sums.yy - 2 * value * sums.xy + value**2 * sums.xx
    return squares if squares > ROUNDING * _added(sums, value) else 0.0


def _added(sums: Sums, value: float) -> float:
    return sums.yy + value**2 * sums.xx


def _error(patients: float, squares: float) -> float:
    """Standard error from the sum of squared influences of so many patients."""
    if patients < 2:
        return math.nan
    return math.sqrt(squares * patients / (patients - 1))
