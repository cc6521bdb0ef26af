"""The named outcomes of an arm, a numerator and a denominator of every patient, and subgroups."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.outcomes.arm import ArmRecords, Rows
from sim.outcomes.clinical import event_of
from sim.simulation.records import Floats
from sim.vocabulary import (
    ANY_CLINICAL,
    BONES,
    CLINICAL,
    MARKERS,
    NOT_COMING,
    QUANTITIES,
    SITES,
    SKIPPED,
    Event,
)

PER_YEARS = "per 100 person-years"
"""Unit of rates."""

LATE = 7
"""Days of waiting for a place above which a dose counts as late."""

OSTEOPOROSIS_T = -2.5
"""T-score at or below which bone is osteoporotic."""

MARKER_QUANTITIES = dict(zip(MARKERS, QUANTITIES[len(BONES) :], strict=True))

AT_ENTRY = {"age": "age_years", "weight": "weight_kg", "vertebral_fractures": "vertebral_fractures"}
"""Conditions on facts at entry, and the names of these facts in the records."""

Conditions = Mapping[str, str | tuple[float, float]]
"""For each fact a sex, or the lower and the upper limit."""

Kind = Literal["mean", "count", "share"]
"""Values of a numerator: any number; at least 0; between 0 and the denominator."""


class Measure(NamedTuple):
    """The name of an outcome, its unit, the day it stands for, its kind, and the factor on it.

    `least` and `most` are the limits of the ratio that the numerator and the denominator of a
    patient can have; an outcome with `most` = 0 cannot occur.
    """

    name: str
    unit: str
    day: int
    kind: Kind
    scale: float
    least: float
    most: float


class Outcome(NamedTuple):
    """A named outcome of one arm on a day, as a ratio of sums over patients.

    Attributes
    ----------
    name, unit : str
        Name and unit, as tables show them.
    day : int
        Day since enrolment.
    kind : Kind
        Values of the numerator.
    numerator, denominator : numpy.ndarray of float, shape (patients,)
        Both are 0 for a patient without the measurement.
    scale : float
        Factor on the ratio, such as 100 for percent.
    least, most : float
        Limits of the ratio of a patient, before `scale`: 0 and 1 for a share, 0 and the planned
        doses for doses received. An outcome that cannot occur has `most` = 0.
    """

    name: str
    unit: str
    day: int
    kind: Kind
    numerator: Floats
    denominator: Floats
    scale: float = 1.0
    least: float = -math.inf
    most: float = math.inf

    @property
    def measure(self) -> Measure:
        """The outcome without the patients."""
        limits = (self.least, self.most)
        return Measure(self.name, self.unit, self.day, self.kind, self.scale, *limits)


def outcomes_of(records: ArmRecords) -> Iterator[Outcome]:
    """Compute every outcome of one arm.

    Parameters
    ----------
    records
        Records of the patients of the arm.

    Yields
    ------
    Outcome
        Outcomes at visits first, then those of the whole follow-up. The arm and its visits decide
        which there are, whatever happened to the patients.

    Examples
    --------
    >>> from sim.outcomes.plan import records_by_arm
    >>> from sim.scenario import load
    >>> records = records_by_arm(load("scenarios/laroche2011.yaml"), range(5), "simpy")
    >>> [outcome.name for outcome in outcomes_of(records["pamidronate"])][-1]
    'deaths'
    """
    end, most = records.end, records.most
    yield from _changes(records)
    for bone in BONES:
        if f"{bone}_g_cm2" in records.measured:
            day = records.visits[f"{bone}_g_cm2"][-1] or end
            yield mean(f"{bone} annual increase", "%/year", day, records.annual_increase(bone))
    for therapy in records.subjects(Event.COURSE):
        yield share(f"off {therapy}", end, records.off(therapy))
    for therapy in records.subjects(Event.INFUSION):
        for event, happened in ((Event.INFUSION, "received"), (Event.MISSED_INFUSION, "missed")):
            name, number = f"{therapy} doses {happened}", records.counts(event, therapy)
            at_most, planned = most(event, therapy), event == Event.INFUSION
            yield count(name, "doses", end, number, most=at_most, is_planned=planned)
    for therapy in records.subjects(Event.WAITED):
        yield from _of_waiting(records, therapy)
    for reaction in records.subjects(Event.REACTION):
        had = records.had(Event.REACTION, reaction)
        yield share(f"{reaction} at least once", end, had, most(Event.REACTION, reaction))
    yield from _of_fractures(records)
    yield share("deaths", end, records.died, most(Event.DEATH))
    if records.subjects(Event.LOST):
        yield share("lost to follow-up", end, records.had(Event.LOST))


def _of_waiting(records: ArmRecords, therapy: str) -> Iterator[Outcome]:
    """What a wait for places does to the doses of a therapy: days, late doses, the interval."""
    end, waits = records.end, records.events[Event.WAITED, therapy]
    given, missed = (
        records.events[event, therapy] for event in (Event.INFUSION, Event.MISSED_INFUSION)
    )
    doses, late = records.number(given.patient), records.number(waits.patient[waits.value > LATE])
    days = records.number(waits.patient, waits.value)
    yield Outcome(f"{therapy} wait for a place", "days", end, "count", days, doses, least=0.0)
    yield Outcome(f"{therapy} doses late", "% of doses", end, "share", late, doses, 100, 0.0, 1.0)
    for name, reason in (("doses skipped by the clinic", SKIPPED), ("visits lost", NOT_COMING)):
        number = records.number(missed.patient[missed.value == reason])
        yield count(f"{therapy} {name}", "doses", end, number)
    gaps, between = _gaps(records, given)
    yield Outcome(f"{therapy} interval", "days", end, "count", between, gaps, least=0.0)


def _gaps(records: ArmRecords, given: Rows) -> tuple[Floats, Floats]:
    """Intervals between the doses of each patient: how many, and the days of all of them."""
    same = given.patient[1:] == given.patient[:-1]
    who, days = given.patient[1:][same], np.diff(given.day)[same].astype(float)
    return records.number(who), records.number(who, days)


def at_last_day(outcomes: Iterable[Outcome], at_every_day: Collection[str] = ()) -> list[Outcome]:
    """Keep each outcome at its last day; those named in `at_every_day` at every day."""
    outcomes = list(outcomes)
    last = {one.name: max(o.day for o in outcomes if o.name == one.name) for one in outcomes}
    return [one for one in outcomes if one.name in at_every_day or one.day == last[one.name]]


def mean(name: str, unit: str, day: int, values: Floats, least: float = -math.inf) -> Outcome:
    """Make the mean of a value an outcome; patients whose value is NaN do not count."""
    known = ~np.isnan(values)
    numerator = np.where(known, values, 0.0)
    return Outcome(name, unit, day, "mean", numerator, known.astype(float), least=least)


def share(name: str, day: int, had: Floats, most: float = 1.0) -> Outcome:
    """Make the share of patients with 1 an outcome, in percent; those with NaN do not count.

    `most` is the number of times that the event can happen to a patient, 0 if it cannot occur.
    """
    known = ~np.isnan(had)
    numerator, most = np.where(known, had, 0.0), min(most, 1.0)
    return Outcome(name, "%", day, "share", numerator, known.astype(float), 100, 0.0, most)


def count(
    name: str,
    unit: str,
    day: int,
    number: Floats,
    years: Floats | None = None,
    scale: float = 1.0,
    most: float = math.inf,
    is_planned: bool = False,
) -> Outcome:
    """Make the number of events per patient an outcome, or per patient-year where `years` is given.

    `most` is the number of times that the event can happen to a patient. It bounds the outcome
    where the plan is that it happens so often; of other events it tells whether they can occur.
    """
    if not is_planned and most > 0:
        most = math.inf
    per = np.ones(len(number)) if years is None else years
    return Outcome(name, unit, day, "count", number, per, scale, 0.0, most)


def name_of_count(site: str | None) -> str:
    """Name the outcome that counts fractures, e.g. `hip fractures`, `all clinical fractures`."""
    return f"{'all clinical' if site == ANY_CLINICAL else site or 'all'} fractures"


def _of_fractures(records: ArmRecords) -> Iterator[Outcome]:
    """Rates of each site and of all, and the share with any; clinical ones if they are known."""
    clinical = CLINICAL if records.has_clinical else ()
    for site in (*SITES, None, *clinical):
        number, at_most = records.counts(*event_of(site)), records.most(*event_of(site))
        name = name_of_count(site)
        yield count(name, PER_YEARS, records.end, number, records.years, 100, at_most)
    for site in (None, ANY_CLINICAL) if clinical else (None,):
        had, at_most = records.had(*event_of(site)), records.most(*event_of(site))
        yield share(f"{site or 'any'} fracture", records.end, had, at_most)


def _changes(records: ArmRecords) -> Iterator[Outcome]:
    """Change from entry at each visit, and the share above a T-score of -2.5."""
    for name, quantity in {**{b: f"{b}_g_cm2" for b in BONES}, **MARKER_QUANTITIES}.items():
        for column, day in enumerate(records.visits.get(quantity, [])):
            if day > 0:
                change = 100 * (records.measured[quantity][:, column] / records.entry(quantity) - 1)
                yield mean(f"{name} change", "%", day, change, least=-100.0)
    for bone in BONES:
        days = records.visits.get(f"{bone}_t", [])
        for column, day in enumerate(days if days[1:] else []):  # entry alone is no outcome
            score = records.measured[f"{bone}_t"][:, column]
            above = np.where(np.isnan(score), np.nan, score > OSTEOPOROSIS_T)
            yield share(f"{bone} above T -2.5", day, above)


def members(records: ArmRecords, conditions: Conditions) -> npt.NDArray[np.bool_]:
    """Mark the patients who meet every condition.

    Parameters
    ----------
    records
        Records of the patients of an arm.
    conditions
        A sex, or limits of age (years), weight (kg), vertebral fractures, or a T-score (`spine_t`,
        `hip_t`) as measured at entry. The lower limit is included, the upper one is not.

    Returns
    -------
    numpy.ndarray of bool, shape (patients,)
        True for members.
    """
    inside = np.ones(records.count, dtype=bool)
    for name, condition in conditions.items():
        if isinstance(condition, str):
            inside &= records.known[name] == condition
        else:
            column = AT_ENTRY.get(name)
            values = records.known[column].astype(float) if column else records.entry(name)
            inside &= (values >= condition[0]) & (values < condition[1])
    return inside
