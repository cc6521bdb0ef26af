"""The clinic of a scenario: its calendar, its rules, and the days on which patients enrol."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from sim.scenario.form.chairs import Chairs as ChairsForm
from sim.scenario.form.clinic import Clinic
from sim.scenario.form.nurses import all_day
from sim.scenario.form.study import Scenario
from sim.scenario.form.supply import Supply as SupplyForm
from sim.simulation.clinic.calendar import Calendar
from sim.simulation.clinic.chairs import Chairs
from sim.simulation.clinic.places import Places
from sim.simulation.clinic.rules import ON_TIME, Minutes, Rules
from sim.simulation.clinic.supply import Supply
from sim.simulation.lowering.clinic import slots_of
from sim.simulation.lowering.clinic_dates import days_before
from sim.simulation.records import ENROLS, NEVER, Floats, Inputs, Integers

EVERY_PLACE = NEVER
"""Stands for a number of places that is not limited."""


def rules_of(scenario: Scenario) -> Rules:
    """Return the rules of the clinic of a scenario. ValueError without a clinic.

    Days of the clinic begin one follow-up before its limits where patients are enrolled already.
    """
    clinic = scenario.clinic
    if clinic is None:
        raise ValueError("the scenario has no clinic")
    before = days_before(clinic, scenario)
    closed = tuple(
        range(before + closure.days.start, before + closure.days.stop) for closure in clinic.closed
    )
    names, chairs = [*scenario.therapies], clinic.chairs
    full = clinic.full(scenario.horizon)
    return Rules(
        Calendar(-before % 7, clinic.weekdays, closed, before),
        _capacity(clinic, names),
        slots_of(clinic, scenario),
        NEVER if isinstance(clinic.at_most_late, str) else round(clinic.at_most_late),
        clinic.booking_order,
        {} if chairs is None else _visits(chairs, names),
        _arrival(chairs),
        {names.index(name): _supply(of, before) for name, of in clinic.supply.items()},
        range(before + full.start, before + full.stop),
    )


def _capacity(clinic: Clinic, names: Sequence[str]) -> Places | Chairs:
    """What an open day has room for."""
    chairs, urgent = clinic.chairs, clinic.urgent
    kept = 0 if urgent is None else urgent.kept_free
    if chairs is None:
        places = int(clinic.places) if isinstance(clinic.places, float) else EVERY_PLACE
        return Places(places, clinic.overbook, kept)
    nurses = chairs.nurses
    return Chairs(
        chairs.number,
        *chairs.times,
        {names.index(name): math.ceil(stay.mean) for name, stay in chairs.visits.items()},
        all_day(chairs.number) if nurses is None else nurses.shifts,
        0 if nurses is None else round(nurses.busy),
        chairs.after_closing == "sent home",
        0 if clinic.other_patients is None else clinic.other_patients.minutes,
        kept,
        0 if urgent is None else urgent.minutes,
    )


def _arrival(chairs: ChairsForm | None) -> Minutes:
    """Minutes between appointment and arrival."""
    if chairs is None or chairs.arrival is None:
        return ON_TIME
    return Minutes(chairs.arrival.mean, chairs.arrival.sd)


def _visits(chairs: ChairsForm, names: Sequence[str]) -> dict[int, Minutes]:
    """Minutes in a chair by slot: log-normal by mean and SD."""
    visits = {}
    for name, stay in chairs.visits.items():
        variance = math.log1p((stay.sd / stay.mean) ** 2)
        centre = math.log(stay.mean) - variance / 2
        visits[names.index(name)] = Minutes(centre, math.sqrt(variance), is_log=True)
    return visits


def _supply(of: SupplyForm, begins: int) -> Supply:
    """The supply of a drug in days of the clinic."""
    deliveries = of.deliveries
    shortages = tuple(
        (range(begins + shortage.days.start, begins + shortage.days.stop), shortage.delivered)
        for shortage in of.shortages
    )
    supply = Supply(
        tuple(of.vials), of.stock, half_below=of.half_below or 0.0,
        severe_first=of.when_short == "most severe first",
    )  # fmt: skip
    if deliveries is None:
        return supply
    return supply._replace(
        begins=begins, every=max(1, round(deliveries.every)), up_to=deliveries.up_to,
        after=round(deliveries.after), shortages=shortages,
    )  # fmt: skip


def enrolled(scenario: Scenario, inputs: Inputs) -> Sequence[int]:
    """Return the day of the clinic on which each patient of one clinic enrols.

    The first `already_enrolled` patients enrol before the limits begin, each on a random day of one
    follow-up; the others over the time of enrolment.
    """
    clinic = scenario.clinic
    if clinic is None:
        raise ValueError("the scenario has no clinic")
    before, uniform = days_before(clinic, scenario), inputs.numbers(ENROLS, 0)[:, 0]
    return [before + day for day in enrolment_days(scenario, uniform).tolist()]


def enrolment_days(scenario: Scenario, uniform: Floats) -> Integers:
    """Return the day on which each patient of one clinic enrols, since its limits began.

    Parameters
    ----------
    scenario : Scenario
        A scenario with a clinic.
    uniform : numpy.ndarray of float, shape (patients,)
        A uniform random number of each patient of the clinic, in their order.

    Returns
    -------
    numpy.ndarray of int, shape (patients,)
        Days; below 0 for patients who enrolled before. ValueError without a clinic.
    """
    clinic = scenario.clinic
    if clinic is None:
        raise ValueError("the scenario has no clinic")
    before = days_before(clinic, scenario)
    is_early = np.arange(len(uniform)) < clinic.already_enrolled
    days = np.where(is_early, uniform * before, before + uniform * round(clinic.enrolment))
    return np.floor(days).astype(np.int64) - before
