"""Trials of several sizes in money: what they are worth to all patients, less what they cost."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from sim.economics.information.partial import Value
from sim.economics.information.population import people
from sim.economics.information.sample import Optimum, Trial, enbs, optimum


class Population(NamedTuple):
    """Whom a decision concerns and what a trial costs; money is that of the scenario.

    `patients_a_year` start treatment in each of `years` years, after which the decision is taken
    anew. A trial costs `cost_per_patient` for each of its patients, and `fixed_cost`.
    """

    patients_a_year: float
    years: float
    cost_per_patient: float
    fixed_cost: float


class Trials(NamedTuple):
    """What trials of several sizes would be worth.

    Attributes
    ----------
    outcome : str
        The outcome whose mean in each arm the trials tell.
    arms : int
        Arms of a trial.
    follow_up : float
        Years after which a trial reports.
    values : mapping
        EVSI per patient who is treated afterwards, by patients per arm.
    population : Population or None
        Whom the decision concerns, where it was said.
    people : float
        Discounted number of patients who start after the trial reports.
    trials : list of Trial
        Value to all these patients, cost and ENBS of each size; none without a population.
    optimum : Optimum or None
        The size with the highest ENBS; None if no size has an ENBS above 0.
    """

    outcome: str
    arms: int
    follow_up: float
    values: Mapping[int, Value]
    population: Population | None
    people: float
    trials: list[Trial]
    optimum: Optimum | None

    @property
    def by_size(self) -> list[Trial]:
        """Each size; without a population its value to all patients and its cost are not known."""
        unknown = (math.nan,) * 4
        return self.trials or [
            Trial(size, one.value, one.se, *unknown) for size, one in self.values.items()
        ]


def in_money(
    outcome: str, arms: int, follow_up: float, values: Mapping[int, Value],
    population: Population | None, rate: float,
) -> Trials:  # fmt: skip
    """Put the value of trials beside what they cost.

    Patients who start before a trial reports are not helped by it; it reports after its follow-up.

    Parameters
    ----------
    outcome, arms, follow_up, values, population
        As of `Trials`.
    rate
        Discount rate of costs per year, such as 0.025.

    Examples
    --------
    >>> value = Value("50 patients", 300.0, 5.0, 0.0, 1000, 2.0)
    >>> found = in_money("x", 2, 2.0, {50: value}, Population(40.0, 5.0, 100.0, 1000.0), 0.0)
    >>> found.people, found.trials[0].gain, found.trials[0].cost, found.optimum.patients
    (120.0, 36000.0, 11000.0, 50)
    """
    if population is None:
        return Trials(outcome, arms, follow_up, values, None, 0.0, [], None)
    per_year, years, per_patient, fixed = population
    helped = people(per_year, years, rate, follow_up)
    trials = enbs(values, helped, fixed, arms * per_patient)
    return Trials(outcome, arms, follow_up, values, population, helped, trials, optimum(trials))
