"""Time to intolerance: accumulated hazard of each distribution, in days since the start."""

from __future__ import annotations

import math
from collections.abc import Sequence

Vector = Sequence[float]

MOST = 700.0
"""Accumulated hazard beyond which nobody is left; exp(-700) is the smallest that a float holds."""


def steps_hazard(end: Vector, hazard: Vector, days: float) -> float:
    """Accumulated hazard, constant within steps: `hazard` has accumulated by each `end`."""
    start, before = 0.0, 0.0
    for i in range(len(end)):
        if days < end[i]:
            return before + (hazard[i] - before) * (days - start) / (end[i] - start)
        start, before = end[i], hazard[i]
    return before


def weibull_hazard(shape: float, scale: float, days: float) -> float:
    """Accumulated Weibull hazard (days / scale) ^ shape; shape 1 is the exponential."""
    if days <= 0.0:
        return 0.0
    return math.exp(min(shape * math.log(days / scale), math.log(MOST)))


def gompertz_hazard(rate: float, growth: float, days: float) -> float:
    """Accumulated Gompertz hazard: `rate` a day at the start, growing by exp(`growth`) a day."""
    if growth == 0.0:
        return min(rate * days, MOST)
    return min(rate * math.expm1(min(growth * days, MOST)) / growth, MOST)


def lognormal_hazard(median: float, sigma: float, days: float) -> float:
    """Accumulated hazard of a log-normal time: -log of its survival function."""
    if days <= 0.0:
        return 0.0
    survival = 0.5 * math.erfc(math.log(days / median) / (sigma * math.sqrt(2.0)))
    return min(-math.log(survival), MOST) if survival > 0.0 else MOST


def loglogistic_hazard(median: float, shape: float, days: float) -> float:
    """Accumulated hazard of a log-logistic time: log(1 + (days / median) ^ shape)."""
    if days <= 0.0:
        return 0.0
    return math.log1p(math.exp(min(shape * math.log(days / median), MOST)))
