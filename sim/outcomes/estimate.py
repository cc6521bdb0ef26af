"""A mean, share or rate over patients, with its Monte Carlo error, alone or as a paired difference.

Everything is a ratio of two sums over patients: of values over number measured, of patients with
an event over patients, of fractures over person-years. The error comes from each patient's
influence on the ratio (linearisation), so recurrent events of one patient count as dependent and
a difference between arms uses that both arms hold the same patients.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Z95 = 1.959963984540054
POISSON_ZERO = 3.6888794541139363
"""Upper 97.5 % limit of a Poisson mean when 0 events were seen: -ln 0.025."""

Floats = npt.NDArray[np.float64]


class Estimate(NamedTuple):
    """An estimate, its Monte Carlo error, its 95 % interval, and each patient's influence on it."""

    value: float
    mc_error: float
    low: float
    high: float
    influence: Floats


def ratio(numerator: Floats, denominator: Floats, scale: float = 1.0) -> Estimate:
    """Sum of numerators over sum of denominators, times `scale`; one entry of each a patient.

    A patient without the measurement has 0 in both. Nothing seen (a sum of 0) leaves an interval
    up to the exact Poisson limit; everything seen, the same from the other side.
    """
    total, count = float(np.sum(denominator)), len(numerator)
    if total == 0:
        nothing = np.full(count, np.nan)
        return Estimate(np.nan, np.nan, np.nan, np.nan, nothing)
    value = float(np.sum(numerator)) / total
    influence = (numerator - value * denominator) * (count / total)
    error = _error(influence)
    low, high = value - Z95 * error, value + Z95 * error
    if np.all(numerator >= 0):
        low = max(low, 0.0)
        if value == 0:
            high = POISSON_ZERO / total
    if {*np.unique(numerator), *np.unique(denominator)} <= {0.0, 1.0}:  # a share
        high = min(high, 1.0)
        if value == 1:
            low = max(0.0, 1 - POISSON_ZERO / total)
    return Estimate(scale * value, scale * error, scale * low, scale * high, scale * influence)


def difference(one: Estimate, other: Estimate) -> Estimate:
    """The paired difference of two arms that hold the same patients in the same order.

    Where nothing was seen in either arm the limits of the two arms bound the difference.
    """
    value = one.value - other.value
    influence = one.influence - other.influence
    error = _error(influence)
    low, high = value - Z95 * error, value + Z95 * error
    if one.value == other.value == 0 and error == 0:
        low, high = one.low - other.high, one.high - other.low
    return Estimate(value, error, low, high, influence)


def _error(influence: Floats) -> float:
    count = len(influence)
    if count < 2:
        return float("nan")
    return float(np.sqrt(np.sum(influence**2) / (count - 1) / count))
