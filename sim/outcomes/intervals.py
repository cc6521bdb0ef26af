"""95 % limits that hold where few patients carry an outcome, and keep to what is possible.

A Monte Carlo error alone says nothing where no patient, or one, had an event. These limits work on
the contributions of patients: a patient with three fractures is one patient of weight 3, not three
events. Every function takes numbers or arrays of one shape, and returns the lower and the upper
limits in this shape.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import scipy

from sim.simulation.records import Floats
from sim.vocabulary import Z95

LOWER, UPPER = 0.025, 0.975
FEW = 10
"""With fewer patients who carry an outcome, one more could be unlike all of them."""

NONE_SEEN = 3.6888794541139363
"""Upper 97.5 % limit of the number of patients with an event when none was seen: -ln 0.025."""

HALVINGS = 60
"""Halvings that find a limit between -1 and 1 to the last digit of a float."""

Number = float | Floats
Limits = tuple[Floats, Floats]


def of_share(events: Number, patients: Number) -> Limits:
    """Return the limits of a share of patients, by Clopper and Pearson.

    Parameters
    ----------
    events
        Number of patients with the event.
    patients
        Number of patients.

    References
    ----------
    Clopper CJ, Pearson ES. Biometrika 1934;26:404-413.

    Examples
    --------
    No event in 100 patients leaves up to 3.6 %:

    >>> low, high = of_share(0, 100)
    >>> float(low), round(float(high), 4)
    (0.0, 0.0362)
    """
    y, n = _floats(events, patients)
    with np.errstate(invalid="ignore"):
        low = np.where(y > 0, scipy.special.betaincinv(y, n - y + 1, LOWER), 0.0)
        high = np.where(y < n, scipy.special.betaincinv(y + 1, n - y, UPPER), 1.0)
    return low, high


def of_total(total: Number, squares: Number, largest: Number) -> Limits:
    """Return the limits of a sum of patients' counts, by the gamma distribution of Fay and Feuer.

    Parameters
    ----------
    total
        Sum of the counts.
    squares
        Variance of the sum: of rare events the sum of squared counts.
    largest
        The count that one more patient could have brought, at least 1 for events.

    References
    ----------
    Fay MP, Feuer EJ. Stat Med 1997;16:791-801: each patient with an event is a Poisson event of
    weight `count`.

    Examples
    --------
    For single events these are the exact limits of Poisson; three events in one patient are less
    certain than three patients with one event:

    >>> [round(float(limit), 2) for limit in of_total(3, 3, 1)]
    [0.62, 8.77]
    >>> [round(float(limit), 2) for limit in of_total(3, 9, 3)]
    [0.08, 16.71]
    """
    y, v, k = _floats(total, squares, largest)
    with np.errstate(invalid="ignore", divide="ignore"):
        low = np.where((y > 0) & (v > 0), v / y * scipy.special.gammaincinv(y**2 / v, LOWER), y)
        most, variance = y + k, v + k**2
        high = np.where(
            variance > 0,
            variance / most * scipy.special.gammaincinv(most**2 / variance, UPPER),
            most,
        )
    return low, high


def of_paired_share(first_only: Number, second_only: Number, pairs: Number) -> Limits:
    """Return the limits of the difference of two shares of the same patients, by Tango's score.

    Parameters
    ----------
    first_only, second_only
        Number of patients with the event under the first condition only, under the second only.
    pairs
        Number of patients seen under both conditions.

    References
    ----------
    Tango T. Stat Med 1998;17:891-908.

    Examples
    --------
    Without a discordant patient among 100 the difference is known to 3.7 points:

    >>> [round(float(limit), 4) for limit in of_paired_share(0, 0, 100)]
    [-0.037, 0.037]
    """
    b, c, n = _floats(first_only, second_only, pairs)
    middle = (b - c) / n

    def score(difference: Floats) -> Floats:
        """Distance between the observed and an assumed difference, in standard deviations."""
        linear = (2 * n - b + c) * difference - b - c
        constant = c * difference * (1 - difference)
        root = np.sqrt(np.maximum(linear**2 + 8 * n * constant, 0.0))
        variance = (root - linear) / 2 + n * difference * (1 - difference)
        return np.asarray((b - c - n * difference) / np.sqrt(np.maximum(variance, 1e-300)))

    end = np.ones_like(middle)
    return falling_roots(score, (-end, middle), (middle, end))


def of_mean(mean: Number, error: Number, freedom: Number) -> Limits:
    """Return the limits of a mean by Student's t, from its standard error."""
    m = np.asarray(mean, float)
    half = scipy.special.stdtrit(freedom, UPPER) * np.asarray(error, float)
    return m - half, m + half


def widening(units: Number) -> Floats:
    """How much longer an interval is by Student's t than by a variance that is known."""
    longer = scipy.special.stdtrit(np.maximum(np.asarray(units, float) - 1, 1.0), UPPER) / Z95
    return np.where(np.greater(units, 1), longer, 1.0)


def joined(up: tuple[Number, Limits], down: tuple[Number, Limits], correlation: Number) -> Limits:
    """Return the limits of a difference of two sums from the limits of each (MOVER).

    Parameters
    ----------
    up, down
        Each sum and its limits.
    correlation
        Correlation of the two sums.

    References
    ----------
    Zou GY, Donner A. Stat Med 2008;27:1693-1702.
    """
    (p, (p_low, p_high)), (q, (q_low, q_high)) = up, down

    def apart(one: Floats, other: Floats) -> Floats:
        squares = one**2 + other**2 - 2 * correlation * one * other
        return np.sqrt(np.maximum(squares, 0.0))

    difference = np.asarray(p, float) - q
    low, high = apart(p - p_low, q_high - q), apart(p_high - p, q - q_low)
    return difference - low, difference + high


def falling_roots(score: Callable[[Floats], Floats], low: Limits, high: Limits) -> Limits:
    """Find the limits that a falling score has, each from a low and a high end, both at once."""
    at = np.reshape([Z95, -Z95], (2,) + (1,) * low[0].ndim)
    lower, upper = falling_root(score, np.stack(low), np.stack(high), at)
    return lower, upper


def falling_root(
    score: Callable[[Floats], Floats], low: Floats, high: Floats, at: Number
) -> Floats:
    """Find where a falling score has a value. To load `scipy.optimize` would take 0.3 s."""
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        above = score(middle) > at
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return (low + high) / 2


def _floats(*numbers: Number) -> list[Floats]:
    return [np.asarray(number, float) for number in numbers]
