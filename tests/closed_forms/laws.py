"""Moments of the distributions that patients are drawn from, and of what is computed from them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import stats

from tests.closed_forms.form import Law

ORDER = np.arange(1, 5)


def law(raw: Any) -> Law:
    """The law of a value from its moments of order 1 to 4 about zero."""
    a, b, c, d = map(float, raw)
    variance = b - a**2
    return Law(a, math.sqrt(variance), (d - 4 * a * c + 6 * a**2 * b - 3 * a**4) / variance**2)


def scaled(found: Law, by: float, origin: float = 0.0) -> Law:
    return Law(by * (found.mean - origin), abs(by) * found.sd, found.kurtosis)


def percent(raw: Any) -> Law:
    """The law of a percent change, from the moments of last value / first value."""
    return scaled(law(raw), 100, 1)


def nodes(distribution: Any, count: int = 4000) -> tuple[Any, Any]:
    """Midpoints of narrow cells that cover a distribution, and the probability of each cell."""
    low, high = distribution.ppf([1e-16, 1 - 1e-16])
    edges = np.linspace(low, high, count + 1)
    weight = np.diff(distribution.cdf(edges))
    return (edges[1:] + edges[:-1]) / 2, weight / weight.sum()


Z, OF_Z = nodes(stats.norm())


def moments(values: Any, weight: Any) -> Any:
    return (np.asarray(values) ** ORDER[:, None]) @ np.asarray(weight)


def normal(mean: Any, sd: Any) -> Any:
    """Moments of a normal variable; of many of them where mean and SD are arrays."""
    m, v = np.asarray(mean), np.asarray(sd) ** 2
    return np.array([m, m**2 + v, m**3 + 3 * m * v, m**4 + 6 * m**2 * v + 3 * v**2])


def lognormal(mean: float, variance: float) -> Any:
    """Moments of a log-normal variable, given mean and variance of its logarithm."""
    return np.exp(ORDER * mean + ORDER**2 * variance / 2)


def of_logarithm(mean: float, sd: float) -> tuple[float, float]:
    """Mean and variance of the logarithm of a log-normal variable with this mean and SD."""
    variance = math.log1p((sd / mean) ** 2)
    return math.log(mean) - variance / 2, variance


def truncated(mean: float, sd: float, low: float, high: float) -> Any:
    """A normal distribution of which only the values between two limits are drawn."""
    return stats.truncnorm((low - mean) / sd, (high - mean) / sd, mean, sd)


def negative_binomial(mean: float, sd: float) -> Any:
    return stats.nbinom(mean**2 / (sd**2 - mean), mean / sd**2)


def poisson(rate: Any, weight: Any = 1.0) -> Law:
    """The law of a Poisson count whose mean may differ between patients."""
    of_rate = moments(np.atleast_1d(rate), np.atleast_1d(weight))
    return law(np.array([[1, 0, 0, 0], [1, 1, 0, 0], [1, 3, 1, 0], [1, 7, 6, 1]]) @ of_rate)


def binomial(count: int, chance: float) -> Law:
    mean, variance, _, excess = map(float, stats.binom(count, chance).stats("mvsk"))
    return Law(mean, math.sqrt(variance), 3 + excess)


def two_readings(cv: float) -> Any:
    """Moments of the ratio of two densitometries of the same bone."""
    return moments(1 + cv * Z, OF_Z) * moments(1 / (1 + cv * Z), OF_Z)
