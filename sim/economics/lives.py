"""The lives of the patients of an arm, and one function for each kind of quantity.

Each function returns a number for each patient, undiscounted and discounted. No time goes on after
death, loss to follow-up or the end of the study.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.economics import ages, states
from sim.economics.discounting import NO_RATE, ByDay, Rate, by_day, lasting, of_costs, of_health
from sim.outcomes.arm import ArmRecords
from sim.scenario.form.economics import Economics, ShortLoss
from sim.simulation.records import Floats, Integers
from sim.vocabulary import SKIPPED, Event


class Pair(NamedTuple):
    """A quantity of each patient, undiscounted and discounted."""

    undiscounted: Floats
    discounted: Floats


@dataclass(frozen=True)
class Lives:
    """The lives of the patients of one arm, with what each day is worth.

    Attributes
    ----------
    records : ArmRecords
        Records of the patients.
    economics : Economics
        Rates of discount, and baseline utilities.
    paid_on : ByDay, optional
        What a cost on each day counts, in the place of its discount.
    since : int
        Day from which costs count; what is paid before counts 0.
    """

    records: ArmRecords
    economics: Economics
    paid_on: ByDay | None = None
    since: int = 0

    @cached_property
    def last(self) -> Integers:
        """Last day of each patient."""
        return states.last_days(self.records)

    @cached_property
    def plain(self) -> ByDay:
        """The worth of each day without discount."""
        return by_day(NO_RATE, self.records.end).since(self.since)

    @cached_property
    def costs(self) -> ByDay:
        """The worth of each day at the rate of costs, unless `paid_on` says another."""
        if self.paid_on is not None:
            return self.paid_on.since(self.since)
        return by_day(of_costs(self.economics), self.records.end).since(self.since)

    @cached_property
    def health(self) -> ByDay:
        """The worth of each day at the rate of health."""
        return by_day(of_health(self.economics), self.records.end)

    @cached_property
    def well_years(self) -> Pair:
        """Years in each combined state times the utility without a fracture: states x patients."""
        stretches, quality = states.after_fractures(self.records), self.economics.quality
        utility = [*ages.utility_since(self.records, quality)]
        shape = len(states.COMBINED), self.records.count
        cell = stretches.state * shape[1] + stretches.patient

        def of(worth: ByDay) -> Floats:
            years = ages.weighted(stretches, worth.integral, utility)
            total = np.bincount(cell, weights=years, minlength=shape[0] * shape[1])
            return np.asarray(total.reshape(shape), dtype=float)

        return Pair(of(self.plain), of(self.health))

    def per_patient(self, patient: Integers, weights: Floats) -> Floats:
        """Sum what rows bring to each patient, in the order of the rows."""
        total = np.bincount(patient, weights=weights, minlength=self.records.count)
        return np.asarray(total, dtype=float)


def from_day(lives: Lives, day: int, column: Callable[[Lives], Pair]) -> Pair:
    """The part of a quantity that is paid for from a day on."""
    return column(replace(lives, since=day))


def life_years(lives: Lives) -> Pair:
    """Years until death, loss to follow-up or the end, discounted as health."""
    return Pair(lives.plain.integral[lives.last], lives.health.integral[lives.last])


def well_years(lives: Lives, state: int) -> Pair:
    """Years in one combined state times the utility without a fracture, discounted as health."""
    return Pair(*(years[state] for years in lives.well_years))


def events(lives: Lives, event: Event, subject: str) -> Pair:
    """Events of one kind, each discounted as costs on its day; one on the day of death counts."""
    return _counted(lives, [(event, subject)])


def missed(lives: Lives, therapy: str) -> Pair:
    """Planned doses that were not given, discounted as costs; not those that a clinic skipped.

    A dose that a clinic skips had no place, so nobody prepared for it.
    """
    patient, day, value = lives.records.events.get((Event.MISSED_INFUSION, therapy), states.NO_ROWS)
    kept = value != SKIPPED
    return Pair(*(lives.per_patient(patient[kept], of.factor[day[kept]])
                  for of in (lives.plain, lives.costs)))  # fmt: skip


def reactions(lives: Lives, labels: Sequence[str]) -> Pair:
    """Reactions of one name, of one therapy or more, discounted as costs."""
    return _counted(lives, [(Event.REACTION, label) for label in labels])


def _counted(lives: Lives, keys: Sequence[tuple[str, str]]) -> Pair:
    patient, day = _rows(lives, keys)
    return Pair(*(lives.per_patient(patient, of.factor[day]) for of in (lives.plain, lives.costs)))


def _rows(lives: Lives, keys: Sequence[tuple[str, str]]) -> tuple[Integers, Integers]:
    """Patients and days of events; none of an event that the arm does not have."""
    rows = [lives.records.events.get(key, states.NO_ROWS) for key in keys]
    return np.concatenate([of.patient for of in rows]), np.concatenate([of.day for of in rows])


def occasions(lives: Lives, names: tuple[str, ...]) -> Pair:
    """Visits at which any of these quantities was measured, discounted as costs."""
    seen: dict[int, npt.NDArray[np.bool_]] = {}
    for name in names:
        values = lives.records.measured.get(name)
        for column, day in enumerate(lives.records.visits.get(name, [])):
            assert values is not None
            measured = ~np.isnan(values[:, column])
            seen[day] = seen[day] | measured if day in seen else measured
    number, worth = np.zeros(lives.records.count), np.zeros(lives.records.count)
    for day, measured in sorted(seen.items()):
        number += measured
        worth += measured * lives.costs.factor[day]
    return Pair(number, worth)


def years_after(lives: Lives, site: str) -> Pair:
    """Years from day 365 after the first fracture of a site on, discounted as costs.

    After a vertebral fracture before enrolment those of the site begin on day 0; they never begin
    twice.
    """
    patient, day, _ = lives.records.events[Event.FRACTURE, site]
    is_first = states.begins(patient)
    begin = lives.last.copy()
    begin[patient[is_first]] = day[is_first] + states.FIRST_YEAR
    begin[states.had_before(lives.records, site)] = 0
    begin = np.minimum(begin, lives.last)
    both = (of.integral for of in (lives.plain, lives.costs))
    return Pair(*(integral[lives.last] - integral[begin] for integral in both))


def years_on(lives: Lives, therapy: str, is_course: bool) -> Pair:
    """Years on a therapy at any dose, discounted as health."""
    return _years_in(lives, _stretches(lives, therapy, is_course), lives.health)


def doses(lives: Lives, therapy: str, a_year: float) -> Pair:
    """Doses of a course, as many at every step above 0, discounted as costs."""
    years = _years_in(lives, states.on_course(lives.records, therapy), lives.costs)
    return Pair(a_year * years.undiscounted, a_year * years.discounted)


def start_loss(lives: Lives, therapy: str, is_course: bool, loss: ShortLoss) -> Pair:
    """Years of the loss at the start of a therapy, discounted as health."""
    stretches = _stretches(lives, therapy, is_course)
    is_first = states.begins(stretches.patient)
    return _lost(lives, stretches.patient[is_first], stretches.begin[is_first], loss)


def reaction_loss(lives: Lives, labels: Sequence[str], loss: ShortLoss) -> Pair:
    """Years of the losses from reactions, discounted as health; losses that overlap add up."""
    patient, day = _rows(lives, [(Event.REACTION, label) for label in labels])
    return _lost(lives, patient, day, loss)


def _stretches(lives: Lives, therapy: str, is_course: bool) -> states.Stretches:
    of = states.on_course if is_course else states.on_doses
    return of(lives.records, therapy)


def _years_in(lives: Lives, stretches: states.Stretches, worth: ByDay) -> Pair:
    """Years in stretches of state 1."""
    years = (states.years_of(stretches, of.integral) for of in (lives.plain, worth))
    return Pair(*(lives.per_patient(stretches.patient, stretches.state * of) for of in years))


def _lost(lives: Lives, patient: Integers, day: Integers, loss: ShortLoss) -> Pair:
    """Years of losses that begin on some days, ended by the end of follow-up."""

    def of(rate: Rate, worth: ByDay) -> Floats:
        whole = lasting(rate, lives.records.end, loss.days)[day]
        left = worth.integral[lives.last[patient]] - worth.integral[day]
        return lives.per_patient(patient, np.minimum(whole, left))

    return Pair(of(NO_RATE, lives.plain), of(of_health(lives.economics), lives.health))
