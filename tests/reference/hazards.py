"""Hazards in time: intolerance with frailty, the life table, and chords between two reviews."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import brentq
from scipy.special import log_ndtr

YEAR = 365.25
Cumulative = Callable[[float], float]


def frailty_spread(sd: float) -> float:
    """SD of the logarithm of a log-normal frailty with mean 1 and this SD."""
    return math.sqrt(math.log(1 + sd**2))


def still_on(hazard: float, frailty_sd: float) -> float:
    """Share of the population without an event when frailty 1 has accumulated this hazard."""
    spread = frailty_spread(frailty_sd)
    z = np.linspace(-9, 9, 4001)
    frailty = np.exp(spread * z - spread**2 / 2)
    density = np.exp(-(z**2) / 2)
    return float(np.sum(density * np.exp(-frailty * hazard)) / np.sum(density))


def hazard_for(share: float, frailty_sd: float) -> float:
    """The accumulated hazard (of frailty 1) at which this share of the population is still on."""
    if share >= 1:
        return 0.0

    def excess(log_hazard: float) -> float:
        return still_on(math.exp(log_hazard), frailty_sd) - share

    return math.exp(brentq(excess, -40.0, 80.0, xtol=1e-12))


def intolerance_hazard(intolerance: Any, frailty_sd: float) -> Cumulative:
    """Accumulated hazard of frailty 1 at full dose, by days since the course began."""
    if intolerance.family == "steps":
        return _steps(intolerance.steps, frailty_sd)
    family, time = intolerance.family, getattr(intolerance, intolerance.family)
    if time.probability is None:
        level = {"weibull": time.scale, "exponential": time.rate, "gompertz": time.rate}.get(
            family, time.median
        )
        return lambda day: _accumulated(family, time, level, day)
    wanted = hazard_for(1 - time.probability, frailty_sd)

    def excess(log_level: float) -> float:
        reached = _accumulated(family, time, math.exp(log_level), time.by)
        return min(max(reached, 1e-300), 1e300) - wanted

    solved = math.exp(brentq(excess, -100.0, 100.0, xtol=1e-12))
    return lambda day: _accumulated(family, time, solved, day)


def _steps(steps: Any, frailty_sd: float) -> Cumulative:
    ends, reached = [0.0], [0.0]
    for step in steps:
        if step.rate is not None:
            total = reached[-1] + step.rate * (step.until - ends[-1]) / YEAR
        else:
            share = still_on(reached[-1], frailty_sd) * (1 - step.probability)
            total = hazard_for(share, frailty_sd) if step.probability else reached[-1]
        ends.append(step.until)
        reached.append(total)
    return lambda day: float(np.interp(day, ends, reached))


def _accumulated(family: str, time: Any, level: float, day: float) -> float:
    """Accumulated hazard of a named family; `level`: rate a year, scale or median in days."""
    if day <= 0:
        return 0.0
    years = day / YEAR
    if family == "exponential":
        return level * years
    if family == "gompertz":
        growth = time.growth
        return level * (math.expm1(min(growth * years, 700)) / growth if growth else years)
    if family == "weibull":
        return math.exp(min(time.shape * math.log(day / level), 700))
    if family == "lognormal_time":
        return float(-log_ndtr(-math.log(day / level) / time.sigma))
    return float(np.logaddexp(0, time.shape * math.log(day / level)))


def reached_on(cumulative: Cumulative, wanted: float, limit: float) -> float:
    """When the accumulated hazard reaches this much; infinity if not before the limit."""
    if cumulative(limit) < wanted:
        return math.inf
    return float(brentq(lambda day: cumulative(day) - wanted, 0.0, limit))


class LifeTable:
    """Death from other causes, by sex and exact age."""

    def __init__(self, table: dict[str, tuple[float, ...]], ratio: float) -> None:
        self.ages, self.cumulative = {}, {}
        for sex, yearly in table.items():
            hazards = [-math.log1p(-min(q, 1 - 1e-12)) * ratio for q in yearly]
            hazards += [hazards[-1]] * 200
            self.ages[sex] = np.arange(len(hazards) + 1.0)
            self.cumulative[sex] = np.concatenate([[0.0], np.cumsum(hazards)])

    def day_of_death(self, sex: str, age: float, threshold: float) -> float:
        """The whole day by which the hazard since enrolment has reached a threshold."""
        ages, cumulative = self.ages[sex], self.cumulative[sex]
        wanted = np.interp(age, ages, cumulative) + threshold
        if wanted >= cumulative[-1]:
            return math.inf
        return float(math.ceil((np.interp(wanted, cumulative, ages) - age) * YEAR))

    def daily(self, sex: str, age: float, days: Any) -> Any:
        """The hazard that accumulates between each of these days since enrolment and the next."""
        reached = np.interp(age + days / YEAR, self.ages[sex], self.cumulative[sex])
        return np.diff(reached)


@dataclass
class Chord:
    """A hazard per day whose logarithm runs straight from one value to another."""

    first: float
    last: float
    length: float

    def accumulated(self, time: float) -> float:
        """The hazard accumulated over the first days."""
        if self.first <= 0 or self.last <= 0:
            return 0.0
        x = math.log(self.last / self.first) * time / self.length
        return self.first * time * (math.expm1(x) / x if abs(x) > 1e-12 else 1.0)

    def time_to(self, wanted: float) -> float:
        """When so much has accumulated; infinity if not by the end."""
        return reached_on(self.accumulated, wanted, self.length)
