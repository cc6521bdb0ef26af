"""The clinic of a scenario: its calendar, its rules, and the days on which patients enrol."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from sim.scenario.form.clinic import Clinic
from sim.scenario.form.study import Scenario
from sim.simulation.clinic.calendar import Calendar
from sim.simulation.clinic.engine import Rules
from sim.simulation.lowering.clinic import slots_of
from sim.simulation.records import ENROLS, NEVER, Inputs

EVERY_PLACE = NEVER
"""Stands for a number of places that is not limited."""


def rules_of(scenario: Scenario) -> Rules:
    """Return the rules of the clinic of a scenario. ValueError without a clinic.

    Days of the clinic begin one follow-up before its limits where patients are enrolled already.
    """
    clinic = scenario.clinic
    if clinic is None:
        raise ValueError("the scenario has no clinic")
    before = _before(clinic, scenario)
    closed = tuple(
        range(before + closure.days.start, before + closure.days.stop) for closure in clinic.closed
    )
    return Rules(
        Calendar(-before % 7, clinic.weekdays, closed, before),
        EVERY_PLACE if isinstance(clinic.places, str) else int(clinic.places),
        slots_of(clinic, scenario),
        NEVER if isinstance(clinic.at_most_late, str) else round(clinic.at_most_late),
    )


def enrolled(scenario: Scenario, inputs: Inputs) -> Sequence[int]:
    """Return the day of the clinic on which each patient of one clinic enrols.

    The first `already_enrolled` patients enrol before the limits begin, each on a random day of one
    follow-up; the others over the time of enrolment.
    """
    clinic = scenario.clinic
    if clinic is None:
        raise ValueError("the scenario has no clinic")
    before, uniform = _before(clinic, scenario), inputs.numbers(ENROLS, 0)[:, 0]
    is_early = np.arange(len(uniform)) < clinic.already_enrolled
    days = np.where(is_early, uniform * before, before + uniform * round(clinic.enrolment))
    return [int(day) for day in np.floor(days)]


def _before(clinic: Clinic, scenario: Scenario) -> int:
    """Days of the clinic before its limits begin: a follow-up, or none."""
    return math.ceil(scenario.horizon) if clinic.already_enrolled else 0
