"""Time to intolerance: the accumulated hazard of each distribution since the start of a course.

The hazards hold for a patient of frailty 1 at action 1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

Vector = Sequence[float]

MOST = 700.0
"""Upper limit of the accumulated hazard: survival is then exp(-700), about the least float."""


def steps_hazard(end: Vector, hazard: Vector, days: float) -> float:
    """Accumulated hazard of a distribution whose hazard is constant within steps.

    Parameters
    ----------
    end : sequence of float, one per step
        End of each step, days since the start of the course, ascending.
    hazard : sequence of float, one per step
        Hazard accumulated by each end, without unit.
    days : float
        Time since the start of the course, days.

    Returns
    -------
    float
        Accumulated hazard; after the last step the hazard is 0, and the value stays constant.

    References
    ----------
    Derived here: docs/model.md, section "Tolerance".

    Examples
    --------
    Hazard 0.3 in the first 90 days and none after:

    >>> round(steps_hazard([90.0], [0.3], 45.0), 6), steps_hazard([90.0], [0.3], 365.0)
    (0.15, 0.3)
    """
    start, before = 0.0, 0.0
    for i in range(len(end)):
        if end[i] <= start:
            break
        if days < end[i]:
            return before + (hazard[i] - before) * (days - start) / (end[i] - start)
        start, before = end[i], hazard[i]
    return before


def weibull_hazard(shape: float, scale: float, days: float) -> float:
    """Accumulated Weibull hazard: (days / scale) ^ shape; shape 1 is the exponential distribution.

    Parameters
    ----------
    shape : float
        Shape, positive.
    scale : float
        Scale, days, positive.
    days : float
        Time since the start of the course, days.

    Returns
    -------
    float
        Accumulated hazard, at most `MOST`.

    References
    ----------
    Standard distribution: docs/model.md, section "Tolerance".

    Examples
    --------
    >>> round(weibull_hazard(2.0, scale=1000.0, days=500.0), 6)
    0.25
    """
    if days <= 0.0:
        return 0.0
    return math.exp(min(shape * math.log(days / scale), math.log(MOST)))


def gompertz_hazard(rate: float, growth: float, days: float) -> float:
    """Accumulated Gompertz hazard: rate x (exp(growth x days) - 1) / growth.

    Parameters
    ----------
    rate : float
        Hazard at the start, per day.
    growth : float
        Change of the logarithm of the hazard, per day; 0 is the exponential distribution.
    days : float
        Time since the start of the course, days.

    Returns
    -------
    float
        Accumulated hazard, at most `MOST`.

    References
    ----------
    Standard distribution: docs/model.md, section "Tolerance".

    Examples
    --------
    >>> round(gompertz_hazard(0.001, growth=0.01, days=100.0), 4)
    0.1718
    """
    if growth == 0.0:
        return min(rate * days, MOST)
    return min(rate * math.expm1(min(growth * days, MOST)) / growth, MOST)


def lognormal_hazard(median: float, sigma: float, days: float) -> float:
    """Accumulated hazard of a log-normal time: minus the logarithm of its survival function.

    Parameters
    ----------
    median : float
        Median time, days, positive.
    sigma : float
        Standard deviation of the logarithm of the time, positive.
    days : float
        Time since the start of the course, days.

    Returns
    -------
    float
        Accumulated hazard, at most `MOST`.

    References
    ----------
    Standard distribution: docs/model.md, section "Tolerance".

    Examples
    --------
    At the median, half of the patients still tolerate the course, and the hazard is ln 2:

    >>> round(lognormal_hazard(365.0, sigma=1.0, days=365.0), 4)
    0.6931
    """
    if days <= 0.0:
        return 0.0
    survival = 0.5 * math.erfc(math.log(days / median) / (sigma * math.sqrt(2.0)))
    return min(-math.log(survival), MOST) if survival > 0.0 else MOST


def loglogistic_hazard(median: float, shape: float, days: float) -> float:
    """Accumulated hazard of a log-logistic time: ln(1 + (days / median) ^ shape).

    Parameters
    ----------
    median : float
        Median time, days, positive.
    shape : float
        Shape, positive.
    days : float
        Time since the start of the course, days.

    Returns
    -------
    float
        Accumulated hazard, at most `MOST`.

    References
    ----------
    Standard distribution: docs/model.md, section "Tolerance".

    Examples
    --------
    >>> round(loglogistic_hazard(365.0, shape=2.0, days=365.0), 4)
    0.6931
    """
    if days <= 0.0:
        return 0.0
    return math.log1p(math.exp(min(shape * math.log(days / median), MOST)))
