"""Courses: their plans, doses and tolerance, with a frailty that differs between patients."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy

from sim.scenario import Mistake, ScenarioError
from sim.scenario.form.intolerance import Intolerance, Time
from sim.scenario.form.study import Scenario
from sim.scenario.form.therapy import Course
from sim.simulation import records
from sim.simulation.biology.tolerance import MOST
from sim.simulation.lowering.padding import padded
from sim.simulation.lowering.root import root
from sim.vocabulary import DAYS_PER_YEAR

LEAST_SURVIVAL = 1e-9
"""Shares of patients without intolerance are held at this or above."""

MOST_HAZARD = 60.0
"""The accumulated hazard that a distribution of the time to intolerance can reach by some time."""

Z, WEIGHTS = np.polynomial.hermite_e.hermegauss(64)
"""Nodes and weights of the quadrature over a standard normal variable."""


def course_fields(scenario: Scenario) -> dict[str, Any]:
    """Compute the fields of `PARAMS` under the heading "courses".

    Parameters
    ----------
    scenario : Scenario
        Values of a study.

    Returns
    -------
    dict
        Value of each field by name, in the units of `PARAMS`.

    Raises
    ------
    ScenarioError
        If a course has more rungs or more steps of intolerance than a record has room for.

    References
    ----------
    docs/model.md, section "Tolerance".
    """
    empty: list[list[float]] = [[] for _ in range(records.THERAPIES)]
    ladder, ends, hazards = empty.copy(), empty.copy(), empty.copy()
    fields: dict[str, Any] = {
        "course_start": np.zeros(records.THERAPIES, np.int64),
        "course_length": np.full(records.THERAPIES, records.NEVER, np.int64),
        "family": np.full(records.THERAPIES, records.NO_INTOLERANCE, np.int64),
    }
    for name in ("relative_dose", "dose_exponent", "family_a", "family_b"):
        fields[name] = np.zeros(records.THERAPIES)
    for slot, (name, therapy) in enumerate(scenario.therapies.items()):
        if not isinstance(therapy, Course):
            continue
        begins = round(therapy.start.day)
        fields["course_start"][slot] = begins
        if therapy.duration is not None:
            length = round(therapy.start.day + therapy.duration) - begins
            fields["course_length"][slot] = max(length, 1)
        fields["relative_dose"][slot] = therapy.relative_dose
        fields["dose_exponent"][slot] = therapy.hazard_by_dose
        ladder[slot] = [{"halve": 0.5, "stop": 0.0}[rung] for rung in therapy.on_intolerance]
        if therapy.intolerance is not None:
            family = _family(name, therapy.intolerance, therapy.frailty_sd)
            for field, value in zip(("family", "family_a", "family_b"), family, strict=True):
                fields[field][slot] = value
            ends[slot], hazards[slot] = _steps(therapy.intolerance, therapy.frailty_sd)
    fields["ladder"] = padded(ladder, records.RUNGS, -1.0, "rungs of on_intolerance")
    fields["step_end"] = padded(ends, records.STEPS_OF_HAZARD, None, "steps of intolerance")
    fields["step_hazard"] = padded(hazards, records.STEPS_OF_HAZARD, None, "steps of intolerance")
    return fields


def _family(name: str, intolerance: Intolerance, frailty_sd: float) -> tuple[int, float, float]:
    """Family of the time to intolerance and its two parameters (days); steps have none."""
    if intolerance.steps is not None:
        return records.STEPS, 0.0, 0.0
    family = intolerance.family
    time = getattr(intolerance, family)
    target = None if time.by is None else _target(name, family, time, frailty_sd)
    if family == "weibull":
        scale = time.scale if target is None else time.by / target ** (1 / time.shape)
        return records.WEIBULL, time.shape, scale
    if family in ("exponential", "gompertz"):
        growth = (time.growth or 0.0) / DAYS_PER_YEAR
        grown = math.expm1(min(growth * (time.by or 0), MOST))
        unit = grown / growth if growth else time.by
        rate = time.rate / DAYS_PER_YEAR if target is None else target / unit
        return records.GOMPERTZ, rate, growth
    if family == "lognormal_time":
        above = 0.0 if target is None else float(scipy.special.ndtri(-math.expm1(-target)))
        median = time.median if target is None else time.by / math.exp(time.sigma * above)
        return records.LOGNORMAL_TIME, median, time.sigma
    median = time.median if target is None else time.by / math.expm1(target) ** (1 / time.shape)
    return records.LOGLOGISTIC, median, time.shape


def _target(name: str, family: str, time: Time, frailty_sd: float) -> float:
    """The hazard by which the population has a probability of intolerance, or a refusal."""
    assert time.probability is not None
    target = hazard_for_survival(1 - time.probability, frailty_sd)
    if target > MOST_HAZARD:
        share = f"{100 * time.probability:g} % intolerant with frailty_sd {frailty_sd:g}"
        message = (
            f"{share} is out of reach: too many patients hardly have a risk; lower one of them"
        )
        path = f"therapies.{name}.intolerance.{family}.probability"
        raise ScenarioError([Mistake(path, message)])
    return target


def _steps(intolerance: Intolerance, frailty_sd: float) -> tuple[list[float], list[float]]:
    """Ends and accumulated hazards of the steps, at frailty 1."""
    ends, hazards, survival, start = [], [0.0], 1.0, 0.0
    for step in intolerance.steps or []:
        if step.probability is not None:
            survival = max(survival * (1 - step.probability), LEAST_SURVIVAL)
            hazards.append(max(hazards[-1], hazard_for_survival(survival, frailty_sd)))
        else:
            added = (step.rate or 0.0) * (step.until - start) / DAYS_PER_YEAR
            hazards.append(hazards[-1] + added)
            survival = max(survival_under(hazards[-1], frailty_sd), LEAST_SURVIVAL)
        ends.append(step.until)
        start = step.until
    return ends, hazards[1:]


def log_sd(sd: float) -> float:
    """Compute the standard deviation of the logarithm of a frailty with mean 1.

    Parameters
    ----------
    sd : float
        Standard deviation of the frailty.

    Returns
    -------
    float
        Standard deviation of its logarithm.
    """
    return math.sqrt(math.log1p(sd * sd))


def survival_under(hazard: float, sd: float) -> float:
    """Compute the share of a population that is free of an event.

    The share is the mean of exp(-frailty x hazard) over a log-normal frailty with mean 1, by
    Gauss-Hermite quadrature over the logarithm.

    Parameters
    ----------
    hazard : float
        Accumulated hazard of a patient of frailty 1.
    sd : float
        Standard deviation of the frailty.

    Returns
    -------
    float
        Share, from 0 to 1.

    References
    ----------
    docs/model.md, section "Tolerance".

    Examples
    --------
    >>> round(survival_under(0.2, sd=0.0), 4), round(survival_under(0.2, sd=0.8), 4)
    (0.8187, 0.8279)
    """
    if sd == 0:
        return math.exp(-hazard)
    spread = log_sd(sd)
    frailty = np.exp(spread * Z - spread**2 / 2)
    return float(np.sum(WEIGHTS * np.exp(-frailty * hazard)) / np.sum(WEIGHTS))


def hazard_for_survival(survival: float, sd: float) -> float:
    """Find the accumulated hazard of a patient of frailty 1 at which a population shows a survival.

    Parameters
    ----------
    survival : float
        Share of the population that is free of the event, above 0.
    sd : float
        Standard deviation of the frailty.

    Returns
    -------
    float
        Accumulated hazard; the inverse of `survival_under`.

    References
    ----------
    docs/model.md, section "Tolerance".
    """
    exact = -math.log(survival)
    if sd == 0 or exact == 0:
        return exact
    return root(lambda h: survival_under(h, sd) - survival, 0.0, 1e6 * exact, within=1e-14)
