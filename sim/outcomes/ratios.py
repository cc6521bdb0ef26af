"""95 % limits of ratios of two arms over the same patients: of shares, and of counts of events.

A ratio without an event in one arm has one side: it is 0 or infinite, and the other limit holds.
Every function takes numbers or arrays of one shape, and gives NaN where there was no event at all.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import scipy

from sim.outcomes.intervals import LOWER, UPPER, Limits, Number, falling_roots
from sim.simulation.records import Floats
from sim.vocabulary import Z95

POINTS = 4096
"""Points at which the confidence distributions of three counts are combined."""

STEPS = np.array([1 / POINTS, (5**0.5 - 1) / 2, 2**0.5])
"""Steps from point to point in three dimensions, without a common measure: evenly spread points."""

EDGE = 1e-9
"""The smallest share that a search for a limit tries, and the distance of the largest from 1."""


class Counted(NamedTuple):
    """A sum of patients' counts, its variance, and the count that one more patient could have."""

    total: Number
    variance: Number
    largest: Number = 1.0


def of_risk_ratio(first_only: Number, second_only: Number, both: Number) -> Limits:
    """Return the limits of the ratio of two shares of the same patients, by the paired score.

    Parameters
    ----------
    first_only, second_only, both
        Number of patients with the event in the first arm only, in the second only, in both.
        The number of patients without an event does not matter.

    References
    ----------
    Nam J, Blackwelder WC. Stat Med 2002;21:689-699; Tang NS et al. Stat Med 2003;22:1217-1233.

    Examples
    --------
    Eight against twelve events, five of them in the same patients:

    >>> [round(float(limit), 2) for limit in of_risk_ratio(3, 7, 5)]
    [0.34, 1.27]
    """
    b, c, a = (np.asarray(number, float) for number in (first_only, second_only, both))
    with np.errstate(invalid="ignore", divide="ignore"):
        middle = np.clip((a + b) / (2 * a + b + c), EDGE, 1 - EDGE)

        def score(place: Floats) -> Floats:
            return _paired_score(b, c, a, place / (1 - place))

        ends = np.full_like(middle, EDGE), np.full_like(middle, 1 - EDGE)
        low, high = falling_roots(score, (ends[0], middle), (middle, ends[1]))
        low = np.where(a + b > 0, low / (1 - low), 0.0)
        high = np.where(a + c > 0, high / (1 - high), np.inf)
    return _where_seen(a + b + c, (low, high))


def of_count_ratio(first_only: Counted, second_only: Counted, both: Counted) -> Limits:
    """Return the limits of (both + first only) / (both + second only), three sums of counts.

    What patients have in both arms moves the ratio little; what they have in one arm only decides.
    Each sum has the gamma limits of Fay and Feuer, at every level of confidence; the ratio takes
    the upper ones of the first and the lower ones of the second arm for its upper limit.

    Parameters
    ----------
    first_only, second_only
        What patients have more in the first arm, and more in the second.
    both
        What they have in both.

    References
    ----------
    Fay MP, Proschan MA, Brittain E. Biometrics 2015;71:146-156 (melded intervals). For sums of
    single events of which none is shared these are the exact limits by the binomial distribution.

    Examples
    --------
    No event against eight leaves a ratio of up to 0.58:

    >>> [round(float(limit), 2) for limit in of_count_ratio(Counted(0, 0), Counted(8, 8), NONE)]
    [0.0, 0.58]
    """
    of_first, of_second, of_both = (0.5 * STEPS + np.arange(POINTS)[:, None] * STEPS).T % 1
    shared = _gamma(both, of_both, False)

    def ratio(is_upper: bool, level: float) -> Floats:
        above = shared + _gamma(first_only, of_first, is_upper)
        below = shared + _gamma(second_only, of_second, not is_upper)
        with np.errstate(invalid="ignore", divide="ignore"):
            drawn = np.nan_to_num(above / below, nan=0.0, posinf=np.inf)
        return np.asarray(np.partition(drawn, rank := int(level * POINTS))[..., rank])

    limits = ratio(False, LOWER), ratio(True, UPPER)
    return _where_seen(first_only.total + second_only.total + both.total, limits)


def of_independent(
    first: Number, of_first: tuple[Number, Number], second: Number, of_second: tuple[Number, Number]
) -> Limits:
    """Return the limits of the ratio of two statistics of different patients, by MOVER.

    Parameters
    ----------
    first, second
        The two statistics, at least 0.
    of_first, of_second
        Their limits.

    References
    ----------
    Zou GY, Donner A. Stat Med 2008;27:1693-1702, on the logarithm. Where a statistic is 0, its
    limits alone decide.

    Examples
    --------
    >>> [round(float(limit), 2) for limit in of_independent(10, (5, 20), 20, (10, 40))]
    [0.19, 1.33]
    """
    (a, a_low, a_high), (b, b_low, b_high) = (
        [np.asarray(number, float) for number in (value, *limits)]
        for value, limits in ((first, of_first), (second, of_second))
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        below = np.hypot(np.log(a / a_low), np.log(b_high / b))
        above = np.hypot(np.log(a_high / a), np.log(b / b_low))
        seen = (a > 0) & (b > 0)
        low = np.where(seen, a / b * np.exp(-below), a_low / b_high)
        high = np.where(seen, a / b * np.exp(above), a_high / b_low)
    return _where_seen(a + b, (low, high))


NONE = Counted(0.0, 0.0)
"""A sum of no events."""


def widened(value: Number, limits: Limits, variance: Number) -> Limits:
    """Return the limits of a ratio with more variance of its logarithm; one side stays as it is."""
    low, high = limits
    added = Z95 * np.sqrt(np.maximum(np.nan_to_num(variance), 0.0))
    with np.errstate(invalid="ignore", divide="ignore"):
        below, above = (np.hypot(np.log(limit / value), added) for limit in limits)
        whole = (np.asarray(value) > 0) & np.isfinite(value)
        return (
            np.where(whole, value * np.exp(-below), low),
            np.where(whole, value * np.exp(above), high),
        )


def _paired_score(b: Floats, c: Floats, a: Floats, ratio: Floats) -> Floats:
    """Standard deviations between what was seen and a ratio, with the likeliest shares for it."""
    m = a + b + c
    k, q = 1 + ratio, (ratio - 1) * m
    linear = m * (b + c) - k * q * (a + c)
    root = np.sqrt(np.maximum(linear**2 + 4 * k * m * c * q * m, 0.0))
    second = (linear + root) / (2 * k * m)
    variance = ratio * np.maximum(second + (second + q) / ratio, 1e-300)
    return np.asarray((a + b - ratio * (a + c)) / np.sqrt(variance))


def _gamma(counted: Counted, levels: Floats, is_upper: bool) -> Floats:
    """A sum at levels of confidence, as the lower or the upper limits have it."""
    total, variance, largest = (np.asarray(number, float)[..., None] for number in counted)
    if is_upper:
        total, variance = total + largest, variance + largest**2
    with np.errstate(invalid="ignore", divide="ignore"):
        shape = total**2 / variance
        return np.where(
            variance > 0, variance / total * scipy.special.gammaincinv(shape, levels), total
        )


def _where_seen(events: Number, limits: Limits) -> Limits:
    low, high = (np.where(np.asarray(events) > 0, limit, np.nan) for limit in limits)
    return low, high
