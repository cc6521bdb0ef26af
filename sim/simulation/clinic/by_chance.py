"""What comes to a clinic from outside the study, day by day since its limits begin.

Day d has the random numbers of patient d modulo N of the N patients of the clinic, so that none is
drawn in vain. They belong to the clinic: no number of a patient moves.
"""

from __future__ import annotations

from itertools import zip_longest

from sim.scenario.form.clinic import Clinic
from sim.scenario.form.study import Scenario
from sim.simulation.clinic.outside import Outside
from sim.simulation.lowering.breakdowns import lost_on_days
from sim.simulation.lowering.clinic_dates import days_before, days_of
from sim.simulation.lowering.other_patients import on_days, poisson
from sim.simulation.records import FAILS, OTHERS, URGENT, Inputs


def outside_of(scenario: Scenario, inputs: Inputs) -> dict[int, Outside]:
    """Return what comes to one clinic from outside the study.

    Parameters
    ----------
    scenario : Scenario
        Values of a study.
    inputs : Inputs
        The patients of one clinic with their random numbers.

    Returns
    -------
    dict of int to Outside
        By the day of the clinic; empty without a clinic, and where nothing comes to it.
    """
    clinic = scenario.clinic
    if clinic is None:
        return {}
    before, days = days_before(clinic, scenario), days_of(clinic, scenario)
    of = [_others(clinic, inputs, days), _lost(clinic, inputs, days), _urgent(clinic, inputs, days)]
    return {
        before + day: Outside(*numbers) for day, numbers in enumerate(zip_longest(*of, fillvalue=0))
    }


def _others(clinic: Clinic, inputs: Inputs, days: int) -> list[int]:
    """Other patients of each day."""
    if clinic.other_patients is None:
        return []
    return on_days(clinic.other_patients, _uniform(OTHERS, inputs, days) or [0.5] * days)


def _lost(clinic: Clinic, inputs: Inputs, days: int) -> list[int]:
    """Places or chairs that are lost on each day by a breakdown."""
    if clinic.breakdowns is None:
        return []
    return lost_on_days(clinic.breakdowns, _uniform(FAILS, inputs, days))


def _urgent(clinic: Clinic, inputs: Inputs, days: int) -> list[int]:
    """Urgent patients of each day."""
    if clinic.urgent is None:
        return []
    return poisson(clinic.urgent.per_open_day, _uniform(URGENT, inputs, days))


def _uniform(stream: int, inputs: Inputs, days: int) -> list[float]:
    """A random number of each day; none if none was drawn."""
    numbers: list[float] = inputs.numbers(stream, 0).T.reshape(-1)[:days].tolist()
    return numbers
