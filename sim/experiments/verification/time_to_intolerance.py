"""Distributions of the time to intolerance in closed form, as the file states them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from sim.scenario.form.intolerance import FAMILIES
from sim.scenario.form.therapy import Course
from sim.vocabulary import DAYS_PER_YEAR

Hazard = Callable[[float], float]

GRID = np.linspace(-10, 10, 4001)
NORMAL = np.exp(-(GRID**2) / 2) / np.exp(-(GRID**2) / 2).sum()


def cumulative_hazard(therapy: Course) -> Hazard:
    """Cumulative hazard of intolerance at full dose and frailty 1, by days since the start.

    Parameters
    ----------
    therapy
        A course with a distribution of the time to intolerance.

    Returns
    -------
    function
        From days to a hazard without unit. A probability in the file is a share of the population,
        which differs in frailty; the hazard is that of a patient of frailty 1.

    References
    ----------
    docs/model.md, section "Tolerance".
    """
    form = therapy.intolerance
    assert form is not None
    if form.steps is not None:
        return _of_steps(form.steps, therapy.frailty_sd)
    time = getattr(form, form.family)
    if time.by is None:
        name = FAMILIES[form.family][1]
        level = getattr(time, name) / (DAYS_PER_YEAR if name == "rate" else 1.0)
        return _of_family(form.family, time, level)
    target = hazard_at(time.probability, therapy.frailty_sd)
    if not target:
        return lambda _: 0.0
    return _of_family(form.family, time, _level(form.family, time, target))


def _level(family: str, time: Any, target: float) -> float:
    """The parameter with which a family has a cumulative hazard of `target` at `time.by`."""
    by: float = time.by
    if family == "exponential":
        return target / by
    if family == "gompertz":
        growth = time.growth / DAYS_PER_YEAR
        return target * growth / math.expm1(growth * by) if growth else target / by
    if family == "weibull":
        return float(by / target ** (1 / time.shape))
    if family == "loglogistic":
        return float(by / math.expm1(target) ** (1 / time.shape))
    return float(by / math.exp(time.sigma * ndtri(-math.expm1(-target))))


def _of_family(family: str, time: Any, level: float) -> Hazard:
    """The cumulative hazard of a family; `level` is a rate per day or a time in days."""
    if family == "exponential":
        return lambda t: level * t
    if family == "gompertz":
        growth = time.growth / DAYS_PER_YEAR
        return lambda t: level * (math.expm1(growth * t) / growth if growth else t)
    if family == "weibull":
        return lambda t: float((t / level) ** time.shape)
    if family == "loglogistic":
        return lambda t: math.log1p((t / level) ** time.shape)
    return lambda t: -math.log(ndtr(-math.log(t / level) / time.sigma)) if t > 0 else 0.0


def _of_steps(steps: list[Any], frailty_sd: float) -> Hazard:
    """A constant hazard within each step; a probability is that of the population."""
    ends, reached, free = [0.0], [0.0], 1.0
    for step in steps:
        if step.probability is not None:
            free *= 1 - step.probability
            reached.append(hazard_at(1 - free, frailty_sd))
        else:
            reached.append(reached[-1] + step.rate * (step.until - ends[-1]) / DAYS_PER_YEAR)
            free = surviving(reached[-1], frailty_sd)
        ends.append(step.until)
    return lambda t: float(np.interp(t, ends, reached))


def surviving(hazard: float, frailty_sd: float) -> float:
    """Share of the population without the event at a hazard of frailty 1.

    Frailty is log-normal with mean 1; the integral over frailty is taken by the trapezoidal rule.
    """
    if frailty_sd == 0:
        return math.exp(-hazard)
    spread = math.sqrt(math.log(1 + frailty_sd**2))
    return float(NORMAL @ np.exp(-np.exp(spread * GRID - spread**2 / 2) * hazard))


def hazard_at(probability: float, frailty_sd: float) -> float:
    """Hazard of frailty 1 at which this share of the population has had the event."""
    if probability == 0:
        return 0.0
    return float(brentq(lambda h: 1 - surviving(h, frailty_sd) - probability, 0, 1e7, xtol=1e-14))
