"""The named outcomes of an arm, a numerator and a denominator of every patient, and subgroups."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.outcomes.arm import ArmRecords
from sim.simulation.records import Floats
from sim.vocabulary import ANY_CLINICAL, BONES, MARKERS, QUANTITIES

PER_YEARS = "per 100 person-years"
"""Unit of rates."""

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
    patient can have; an outcome with `most` = 0 cannot occur. `event` is the most that one event
    changes an amount, such as a cost; None for a mean of another kind.
    """

    name: str
    unit: str
    day: int
    kind: Kind
    scale: float
    least: float
    most: float
    event: float | None = None


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
