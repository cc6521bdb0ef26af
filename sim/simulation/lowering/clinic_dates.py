"""The days of a clinic: before its limits begin, and after."""

from __future__ import annotations

import math

from sim.scenario.form.clinic import Clinic
from sim.scenario.form.study import Scenario


def days_before(clinic: Clinic, scenario: Scenario) -> int:
    """Days of the clinic before its limits begin: a follow-up, or none."""
    return math.ceil(scenario.horizon) if clinic.already_enrolled else 0


def days_of(clinic: Clinic, scenario: Scenario) -> int:
    """Days from the first day of the limits to the last day of the last follow-up."""
    return round(clinic.enrolment) + math.ceil(scenario.horizon) + 1
