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
from typing import Any, NamedTuple

import numpy as np

from sim.outcomes import limits
from sim.outcomes.definitions.named import Measure
from sim.outcomes.intervals import Limits, Number
from sim.outcomes.summed import Products, Signed, Sums
from sim.simulation.records import Floats
from sim.vocabulary import ROUNDING


class Estimate(NamedTuple):
    """An estimate, its Monte Carlo error (a standard error), and its 95 % interval.

    `carriers` is the number of patients on whom the estimate rests: those with a value; with the
    event or without, whichever are fewer; those who differ between arms. The fields are numbers, or
    arrays where sums are arrays.
    """

    value: Any
    mc_error: Any
    low: Any
    high: Any
    carriers: Any

    @property
    def longer_side(self) -> float:
        """The longer side of the interval."""
        return float(max(self.value - self.low, self.high - self.value))


UNKNOWN = Estimate(*(math.nan,) * 4, 0.0)


def ratio(measure: Measure, sums: Sums, unit: int = 1) -> Estimate:
    """Estimate a mean, a share or a rate.

    Parameters
    ----------
    measure
        What the ratio is, with its limits and its scale.
    sums
        Sums over independent units; numbers, or arrays of one shape.
    unit
        Patients per unit.

    Returns
    -------
    Estimate
        `scale` x y / x; NaN where x is 0. The error is NaN for a single unit. The interval is that
        of `sim.outcomes.limits`.

    References
    ----------
    Cochran WG. Sampling techniques. 3rd ed. Wiley, 1977, section 6.4 (variance of a ratio).

    Examples
    --------
    Two of four patients had a fracture:

    >>> share = Measure("any fracture", "%", 365, "share", 100, 0, 1)
    >>> estimate = ratio(share, Sums(units=4, y=2, x=4, yy=2, xy=2, xx=4, carriers=2, largest=1))
    >>> estimate.value, round(estimate.low, 1), round(estimate.high, 1)
    (50.0, 6.8, 93.2)
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.divide(sums.y, sums.x)
        error = _error(sums.units, _squares(sums, value) / np.square(sums.x))
        within = limits.of_ratio(measure, sums, error, unit)
        return _estimate(measure, value, error, within, limits.carriers(measure, sums))


def contrast(
    measures: Sequence[Measure],
    weights: Sequence[float],
    sums: Sequence[Sums],
    products: Mapping[tuple[int, int], Products],
    signed: Signed,
    unit: int = 1,
) -> Estimate:
    """Estimate a weighted sum of ratios over the same patients.

    With the weights 1, -1 this is the paired difference of two arms, with 1, -1, -1, 1 the
    difference of two differences.

    Parameters
    ----------
    measures
        What each ratio is, of one kind and scale; one may be possible in one arm alone.
    weights
        Weight of each ratio.
    sums
        Sums of each ratio, over the same units; numbers, or arrays of one shape.
    products
        Products of each ratio with every later one, by their positions.
    signed
        Sums of the weighted numerators of the units.
    unit
        Patients per unit.

    Returns
    -------
    Estimate
        `scale` x sum of weight x y / x, with the error of paired patients; NaN where an x is 0.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        ratios = [np.divide(one.y, one.x) for one in sums]
        terms = list(zip(weights, sums, ratios, strict=True))
        squares = sum(w**2 * _squares(one, r) / np.square(one.x) for w, one, r in terms)
        size = sum(w**2 * _sizes(one, r) / np.square(one.x) for w, one, r in terms)
        for (i, j), of_pair in products.items():
            together = _together(of_pair, ratios[i], ratios[j])
            squares = squares + 2 * weights[i] * weights[j] * together / sums[i].x / sums[j].x
        error = _error(sums[0].units, np.where(squares > ROUNDING * size, squares, 0.0 * squares))
        value = sum(w * r for w, _, r in terms)
        pairs = products[0, 1] if unit == 1 and tuple(weights) == (1.0, -1.0) else None
        within = limits.of_contrast(measures, weights, sums, signed, error, pairs, unit)
        return _estimate(measures[0], value, error, within, signed.differing)


def _estimate(
    measure: Measure, value: Number, error: Number, within: Limits, carriers: Number
) -> Estimate:
    """The estimate in the unit of the measure; nothing is known where the value is not."""
    low, high = (np.where(np.isnan(value), np.nan, limit) for limit in within)
    scaled = [np.multiply(measure.scale, number) for number in (value, error, low, high)]
    fields = (*scaled, np.where(np.isnan(value), 0.0, carriers))
    return Estimate(*(field if np.ndim(field) else float(field) for field in fields))


def spread(sums: Sums) -> float:
    """Return the standard deviation between patients of a value that is known in `x` of them."""
    if sums.x < 2:
        return math.nan
    return math.sqrt(float(_squares(sums, sums.y / sums.x)) / (sums.x - 1))


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


def _squares(sums: Sums, value: Number) -> Number:
    """Sum over units of (y - value x) squared, where `value` is the ratio of the sums."""
    squares = sums.yy - 2 * value * sums.xy + value**2 * sums.xx
    return np.where(squares > ROUNDING * _sizes(sums, value), squares, 0.0 * squares)


def _sizes(sums: Sums, value: Number) -> Number:
    """The positive terms of `_squares`, against which its rounding error is judged."""
    return sums.yy + value**2 * sums.xx


def _together(products: Products, first: Number, second: Number) -> Number:
    """Sum over units of (y - first x) of one arm times (y - second x) of the other."""
    yy, yx, xy, xx = products
    return yy - second * yx - first * xy + first * second * xx


def _error(units: Number, squares: Number) -> Number:
    """Standard error from the sum of squared influences of units; NaN for a single unit."""
    more = np.divide(units, np.subtract(units, 1.0))
    return np.where(np.greater(units, 1), np.sqrt(squares * more), np.nan)
