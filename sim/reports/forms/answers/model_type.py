"""Answers on what a simulation of patients has not, and what the format does not allow."""

from __future__ import annotations

from sim.reports.forms.given import Given
from sim.scenario.durations import in_time
from sim.scenario.form.therapy import Course
from sim.scenario.protocol import with_ratio
from sim.vocabulary import DAYS_PER_YEAR

LIFETIME = 50
"""Years from which on a follow-up counts as a lifetime."""


def another_type(_: Given) -> str:
    """The test is of another type of model."""
    return (
        "not applicable: the model simulates events of patients, one by one in continuous time; it "
        "has no cycles, no transition matrix, no decision tree and no prevalence"
    )


def possible_probabilities(_: Given) -> str:
    """The format refuses impossible probabilities; patients are counted one by one."""
    return (
        "The format refuses probabilities below 0 % and above 100 % when the scenario is read, and "
        "at each point of a sweep. Patients are counted one by one, so no number is below 0."
    )


def parametric_times(given: Given) -> str | None:
    """Not applicable without a parametric time to intolerance; None with one."""
    courses = [t for t in given.scenario.therapies.values() if isinstance(t, Course)]
    if any(c.intolerance is not None and c.intolerance.steps is None for c in courses):
        return None
    return "not applicable: no time to an event of this scenario has a parametric distribution"


def no_ratios(given: Given) -> str | None:
    """Not applicable without direct ratios of fractures or deaths; None with one."""
    own = given.scenario
    if with_ratio(own) or any(row.mortality_ratio != 1 for row in own.effects.values()):
        return None
    return "not applicable: no effect of this scenario is a ratio of rates"


def no_lifetime(given: Given) -> str | None:
    """Not applicable to a follow-up that is no lifetime; None for one that is."""
    horizon = given.scenario.horizon
    if horizon >= LIFETIME * DAYS_PER_YEAR:
        return None
    return f"not applicable: patients are followed for {in_time(horizon)}, not for a lifetime"
