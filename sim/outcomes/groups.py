"""Outcomes as sums over small groups of patients, from which any difference can be made later.

Where an arm or another set of parameters may be added afterwards, it is not known yet what will
be compared with what. Sums over groups of the same patients keep that open: a group is a unit,
and groups of two arms are paired as patients are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.outcomes.arm import Persons
from sim.outcomes.definitions.named import Kind, Outcome, outcomes_of
from sim.simulation.records import Floats
from sim.vocabulary import BONES

GROUP = 10
"""Patients of a group. Ten divide the numbers that people ask for, and so few still leave enough
groups for an error: a hundred of them know theirs to 7 %."""

OVER_TIME = tuple(f"{bone} change" for bone in BONES)
"""Outcomes that are kept at every visit; the others at their last day."""


class Line(NamedTuple):
    """An outcome of one arm, as it is called and scaled."""

    name: str
    unit: str
    day: int
    kind: Kind
    scale: float


class Grouped(NamedTuple):
    """The outcomes of one arm: `sums` holds groups x (numerator, denominator) x lines."""

    lines: Sequence[Line]
    sums: Floats


def grouped(people: Persons, end: int) -> Grouped:
    """Everyone's outcomes, group by group; `end` is the last day of follow-up."""
    kept = _kept([*outcomes_of(people, end)])
    starts = np.arange(0, people.count, GROUP)
    sums = [
        np.stack([np.add.reduceat(part, starts) for part in (o.numerator, o.denominator)], axis=1)
        for o in kept
    ]
    return Grouped([Line(o.name, o.unit, o.day, o.kind, o.scale) for o in kept], np.dstack(sums))


def _kept(found: list[Outcome]) -> list[Outcome]:
    last = {outcome.name: max(o.day for o in found if o.name == outcome.name) for outcome in found}
    return [o for o in found if o.name in OVER_TIME or o.day == last[o.name]]


def estimates(found: Grouped) -> tuple[Floats, Floats]:
    """Every line as a ratio of sums, and by how much each group moves it: lines, groups x lines.

    A group's influence is what the estimate would differ by if all were like it (linearised), so
    influences of several arms or points, which have the same groups, can be taken from one
    another; they add up to 0. NaN where nothing was measured.
    """
    scale = np.array([line.scale for line in found.lines])
    y, x = found.sums[:, 0], found.sums[:, 1]
    with np.errstate(invalid="ignore", divide="ignore"):
        values = y.sum(axis=0) / x.sum(axis=0)
        influences = len(x) * (y - x * values) / x.sum(axis=0)
    return scale * values, scale * influences


def errors(influences: Floats) -> Floats:
    """The Monte Carlo error of each line from the influences of the groups, groups x lines."""
    groups = len(influences)
    if groups < 2:
        return np.full(influences.shape[1:], np.nan)
    return np.asarray(np.sqrt((influences**2).sum(axis=0) / groups / (groups - 1)), float)


def joined(parts: Sequence[Grouped]) -> Grouped:
    """Blocks of patients that follow one another."""
    return Grouped(parts[0].lines, np.concatenate([part.sums for part in parts]))
