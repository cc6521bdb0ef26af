"""The named outcomes of an arm, each as a numerator and a denominator of every patient."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

import numpy as np

from sim.outcomes.arm import Persons
from sim.simulation.records import Floats
from sim.vocabulary import BONES, MARKERS, QUANTITIES, SITES

OSTEOPOROSIS_T = -2.5

MARKER_QUANTITIES = dict(zip(MARKERS, QUANTITIES[len(BONES) :], strict=True))

Kind = Literal["mean", "count", "share"]
"""What a numerator may be: any number; none below 0; 0 or 1, as its denominator."""


class Outcome(NamedTuple):
    """A named outcome of one arm on a day, as a ratio of sums over patients.

    A patient without the measurement has 0 in numerator and denominator.
    """

    name: str
    unit: str
    day: int
    kind: Kind
    numerator: Floats
    denominator: Floats
    scale: float = 1.0


def outcomes_of(people: Persons, end: int) -> Iterator[Outcome]:
    """Every outcome of one arm; `end` is the last day of follow-up.

    Which there are depends on the arm and its visits, never on what happened to the patients.
    """
    one = np.ones(people.count)
    yield from _changes(people)
    for bone in BONES:
        if f"{bone}_g_cm2" in people.measured:
            yield mean(f"{bone} annual increase", "%/year", end, people.annual_increase(bone))
    for therapy in people.subjects("course"):
        yield Outcome(f"off {therapy}", "%", end, "share", people.off(therapy), one, 100)
    for therapy in people.subjects("infusion"):
        received = people.counts("infusion", therapy)
        yield Outcome(f"{therapy} doses received", "doses", end, "count", received, one)
        missed = people.counts("missed infusion", therapy)
        yield Outcome(f"{therapy} doses missed", "doses", end, "count", missed, one)
    for reaction in people.subjects("reaction"):
        had = people.had("reaction", reaction)
        yield Outcome(f"{reaction} at least once", "%", end, "share", had, one, 100)
    for site in (*SITES, None):
        name, unit = f"{site or 'all'} fractures", "per 100 person-years"
        fractures = people.counts("fracture", site)
        yield Outcome(name, unit, end, "count", fractures, people.years, 100)
    yield Outcome("any fracture", "%", end, "share", people.had("fracture"), one, 100)
    yield Outcome("deaths", "%", end, "share", people.died, one, 100)


def mean(
    name: str, unit: str, day: int, values: Floats, kind: Kind = "mean", scale: float = 1.0
) -> Outcome:
    """The mean of a value over the patients in whom it was measured."""
    known = ~np.isnan(values)
    numerator = np.where(known, values, 0.0)
    return Outcome(name, unit, day, kind, numerator, known.astype(float), scale)


def _changes(people: Persons) -> Iterator[Outcome]:
    """Change from entry at each visit, and the share above a T-score of -2.5."""
    for name, quantity in {**{b: f"{b}_g_cm2" for b in BONES}, **MARKER_QUANTITIES}.items():
        for column, day in enumerate(people.visits.get(quantity, [])):
            if day > 0:
                change = 100 * (people.measured[quantity][:, column] / people.entry(quantity) - 1)
                yield mean(f"{name} change", "%", day, change)
    for bone in BONES:
        for column, day in enumerate(people.visits.get(f"{bone}_t", [])):
            score = people.measured[f"{bone}_t"][:, column]
            above = np.where(np.isnan(score), np.nan, score > OSTEOPOROSIS_T)
            yield mean(f"{bone} above T -2.5", "%", day, above, "share", 100)
