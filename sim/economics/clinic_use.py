"""What a clinic has and uses, as quantities of its patients: each has an equal share of the day.

Chairs, nurses and overtime belong to a clinic and to none of its patients. A clinic of N patients
has them on each of its open days, so a patient has an N-th of each open day of the follow-up,
whether alive or not: nobody who dies takes a chair away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from sim.economics.discounting import ByDay
from sim.economics.lives import Lives, Pair
from sim.scenario.form.clinic import Clinic
from sim.scenario.form.study import Scenario
from sim.simulation.clinic import enrolment_days
from sim.simulation.lowering.other_patients import taken_by_others
from sim.simulation.lowering.urgent import taken_by_urgent
from sim.simulation.records import Floats, Integers
from sim.vocabulary import Event

PLACES, CHAIRS, NURSES, OVERTIME = "places", "chair hours", "nurse hours", "overtime hours"
THROWN_AWAY = "thrown away"
MINUTES = 60.0
"""Minutes of an hour."""

Column = Callable[[Lives], Pair]


def of_clinic(scenario: Scenario) -> Iterator[tuple[str, Column]]:
    """Each quantity of a clinic with the way in which it is computed; none without a clinic.

    Parameters
    ----------
    scenario
        Values of a study, with economics.

    Yields
    ------
    tuple of str and callable
        Places of open days, or hours of chairs, nurses and overtime; then mg of each drug with a
        stock that are thrown away.
    """
    clinic = scenario.clinic
    if clinic is None:
        return
    for key, number in _of_a_day(clinic).items():
        yield key, partial(_of_open_days, scenario=scenario, number=number)
    if clinic.chairs is not None:
        yield OVERTIME, partial(_overtime, scenario=scenario)
    for therapy in clinic.supply:
        yield f"{THROWN_AWAY}: {therapy}", partial(_thrown_away, therapy=therapy)


def _of_a_day(clinic: Clinic) -> dict[str, float]:
    """Places, or hours of chairs and nurses, of an open day, less what is not for the study."""
    chairs, others = clinic.chairs, clinic.other_patients
    taken, urgent = taken_by_others(clinic), taken_by_urgent(clinic)
    if chairs is None:
        return {PLACES: clinic.places - taken - urgent} if isinstance(clinic.places, float) else {}
    opens, closes = chairs.times
    hours = (closes - opens) / MINUTES
    in_chairs = 0.0 if others is None else taken * others.minutes / MINUTES
    if clinic.urgent is not None:
        in_chairs += urgent * clinic.urgent.minutes / MINUTES
    found = {CHAIRS: chairs.number * hours - in_chairs}
    if chairs.nurses is not None:
        busy = (taken + urgent) * round(chairs.nurses.busy) / MINUTES
        found[NURSES] = chairs.nurses.mean(opens, closes) * hours - busy
    return found


def _of_open_days(lives: Lives, scenario: Scenario, number: float | Floats) -> Pair:
    """The share of each patient in what there is on each open day; none in an arm without it."""
    if not _is_served(lives):
        return Pair(np.zeros(lives.records.count), np.zeros(lives.records.count))
    first = _enrolled(lives, scenario)
    is_open, begin = _open(first, scenario)
    share, days = number / scenario.together, round(scenario.horizon)
    each, where = np.unique(first - begin, return_inverse=True)

    def of(worth: ByDay) -> Floats:
        """The worth of the open days of each follow-up, by the day on which it begins."""
        found = [is_open[day : day + days] @ worth.factor[:days] for day in each.tolist()]
        return np.asarray(share * np.array(found)[where], dtype=float)

    return Pair(of(lives.plain), of(lives.costs))


def _overtime(lives: Lives, scenario: Scenario) -> Pair:
    """Hours of overtime: those of a mean open day while the clinic is full, on each open day."""
    days = lives.records.offered["open_days"] * scenario.together
    minutes = np.zeros(lives.records.count)
    for therapy in lives.records.subjects(Event.OVERTIME):
        rows = lives.records.events[Event.OVERTIME, therapy]
        minutes += lives.per_patient(rows.patient, rows.value)
    of_clinics = minutes.reshape(-1, scenario.together).sum(axis=1)
    a_day = np.repeat(of_clinics, scenario.together) / MINUTES / max(1.0, days)
    return _of_open_days(lives, scenario, a_day)


def _thrown_away(lives: Lives, therapy: str) -> Pair:
    """Milligrams of opened vials that are thrown away, discounted as costs on their day."""
    rows = lives.records.events.get((Event.WASTED, therapy))
    if rows is None:
        return Pair(np.zeros(lives.records.count), np.zeros(lives.records.count))
    return Pair(*(lives.per_patient(rows.patient, rows.value * of.factor[rows.day])
                  for of in (lives.plain, lives.costs)))  # fmt: skip


def _is_served(lives: Lives) -> bool:
    """Whether the arm has a therapy that the clinic serves."""
    return bool(lives.records.subjects(Event.WAITED))


def _enrolled(lives: Lives, scenario: Scenario) -> Integers:
    """The day of enrolment since the limits began, of patients of whole clinics."""
    if lives.records.count % scenario.together:
        raise ValueError(f"{lives.records.count} patients are no whole clinics")
    of_clinics = lives.records.enrols.reshape(-1, scenario.together)
    return np.concatenate([enrolment_days(scenario, uniform) for uniform in of_clinics])


def _open(first: Integers, scenario: Scenario) -> tuple[Floats, int]:
    """1 for each open day since the limits began, 0 for others; and the day of the first of them.

    The days are those of all follow-ups that begin on some days of the clinic.
    """
    clinic, begin = scenario.clinic, int(first.min())
    assert clinic is not None
    days = range(begin, int(first.max()) + round(scenario.horizon))
    return np.array([day >= 0 and clinic.is_open(day) for day in days], dtype=float), begin
