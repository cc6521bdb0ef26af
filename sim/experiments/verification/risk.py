"""Ratio of each patient's fracture rates to the mean rates of the cohort."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy.special import gammainc

from sim.experiments.verification import chance, settings
from sim.experiments.verification.cohort import normal_of, probabilities
from sim.experiments.verification.subject import Subject
from sim.scenario import Scenario
from sim.simulation.records import Floats
from sim.vocabulary import DAYS_PER_YEAR

GRID = np.linspace(-12, 12, 24001)

EACH: settings.Changes = {
    ("fractures", "per_further_vertebral_fracture"): "0.8",
    ("fractures", "frailty_variance"): "2",
    **settings.each_site("per_decade_of_age", "1.3"),
}
"""Earlier fractures, a frailty and age at work. A factor below 1 has a mean in every cohort."""

NONE: settings.Changes = {
    ("fractures", "per_further_vertebral_fracture"): "1",
    ("fractures", "frailty_variance"): "0",
    **settings.each_site("per_decade_of_age", "1"),
}


def of_earlier_fractures(scenario: Scenario, counts: Any) -> Floats:
    """Rate ratio of patients with these numbers of earlier vertebral fractures.

    The mean over the cohort is a sum over the probabilities of the numbers.
    """
    factor, form = scenario.fractures.per_further_vertebral_fracture, scenario.cohort
    shares = probabilities(form.vertebral_fractures)
    powers = factor ** np.arange(len(shares), dtype=float)
    extra = np.asarray(counts - form.vertebral_fractures.at_least, dtype=float)
    return np.asarray(factor**extra / float(shares @ powers))


def of_age(scenario: Scenario, site: Any, age: Floats, days: Floats) -> Floats:
    """Rate ratio of patients of these ages at entry, on these days: days x patients."""
    yearly = math.log(site.per_decade_of_age) / 10
    mean, sd, low, high = normal_of(scenario.cohort.age)
    weight = np.exp(-(GRID**2) / 2) * ((low <= GRID) & (high >= GRID))
    ages = mean + sd * GRID
    if scenario.cohort.age.normal is None:
        ages = np.exp(ages)
    over_cohort = float(weight @ np.exp(yearly * (ages - 50)) / weight.sum())
    years = age - 50 + days[:, None] / DAYS_PER_YEAR
    return np.asarray(np.exp(yearly * years) / over_cohort)


def frailties(scenario: Scenario, people: Any) -> Floats:
    """The rest of each patient's risk after earlier fractures."""
    earlier = of_earlier_fractures(scenario, people["vertebral_fractures"])
    return np.asarray(np.exp(people["log_risk"]) / earlier)


def shapes(subject: Subject) -> Iterator[chance.Compared]:
    """The frailty is gamma-distributed with mean 1 and the variance of the file, or of 2."""
    for changes in ({}, EACH):
        scenario = subject.changed(changes).scenario
        variance = scenario.fractures.frailty_variance
        if variance > 0:
            factors = frailties(scenario, subject.people(subject.many, changes))
            share = gammainc(1 / variance, factors / variance)
            what = f"frailty of fractures, variance {variance:g}"
            yield chance.uniform(what, np.asarray(share, dtype=float))
