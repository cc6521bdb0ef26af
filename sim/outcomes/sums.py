"""A block of patients reduced to sums, from which every estimate can be made.

Sums are taken over cells of patients and then added in the order of the patients, so that no
result depends on how many patients a block holds, or on who simulated it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.outcomes.arm import Persons
from sim.outcomes.definitions.named import Kind, Outcome, outcomes_of
from sim.outcomes.definitions.published import asked
from sim.outcomes.definitions.subgroups import Conditions, members
from sim.outcomes.estimates import Products, Sums
from sim.simulation.records import Floats
from sim.vocabulary import EVERYONE

CELL = 128
"""Patients that are summed up at once; blocks hold whole cells, the last one of a cohort aside."""

MARK = 8 * CELL
"""Patients after whole numbers of which a run can be gone on from; blocks begin there."""

Key = tuple[int, str]
"""An arm: the place of its scenario among those that run together, and its name."""


class Label(NamedTuple):
    """Whose sums these are. `subgroup` is None for a published fact, which has its own group."""

    arm: Key
    subgroup: str | None
    name: str
    unit: str
    day: int
    kind: Kind
    scale: float


class Wanted(NamedTuple):
    """What is wanted of one scenario: its last day, subgroups, published facts and their groups."""

    end: int
    subgroups: Mapping[str, Conditions]
    facts: Sequence[Mapping[str, Any]]
    groups: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Tally:
    """Sums over patients: `own` cells x 6 x labels, `paired` cells x 4 x pairs of labels."""

    labels: list[Label]
    pairs: list[tuple[int, int]]
    own: Floats
    paired: Floats

    def sums(self, place: int) -> Sums:
        """The sums of one label, of a tally of one cell."""
        return Sums(*map(float, self.own[0, :, place]))

    def products(self, place: int) -> Products:
        """The products of one pair, of a tally of one cell."""
        return Products(*map(float, self.paired[0, :, place]))


class Line(NamedTuple):
    """One outcome of the patients of a block: 0 in both for who is not in the subgroup."""

    label: Label
    inside: Floats
    y: Floats
    x: Floats


def tally(
    people: Mapping[Key, Persons], wanted: Sequence[Wanted], against: Mapping[Key, Key]
) -> Tally:
    """The sums of a block, cell by cell; `against` names the arm that each is compared with."""
    lines = [line for key, arm in people.items() for line in _lines(key, arm, wanted[key[0]])]
    place = {_meaning(line.label, line.label.arm): i for i, line in enumerate(lines)}
    pairs = [
        (i, place[_meaning(line.label, against[line.label.arm])])
        for i, line in enumerate(lines)
        if line.label.arm in against and _meaning(line.label, against[line.label.arm]) in place
    ]
    return Tally(
        [line.label for line in lines],
        pairs,
        np.stack([_own(line) for line in lines], axis=2),
        np.stack([_paired(lines[i], lines[j]) for i, j in pairs], axis=2)
        if pairs
        else np.zeros((_cells(lines), 4, 0)),
    )


class Total:
    """Sums of patients added one cell after another, and where they can be gone on from.

    `mark` holds the sums after the last whole MARK of patients: more patients can be added to it
    later, and the sums are the same as if all had been simulated at once.
    """

    def __init__(self, begun: Tally | None = None) -> None:
        self._whole = begun
        self.mark = begun

    @property
    def sums(self) -> Tally:
        """The sums so far. Raises ValueError before the first patient."""
        if self._whole is None:
            raise ValueError("no patient was added yet")
        return self._whole

    @property
    def patients(self) -> int:
        """Patients added so far."""
        return 0 if self._whole is None else int(self._whole.own[0, 0, 0])

    def add(self, part: Tally) -> None:
        """Add the cells of the patients that come next."""
        for cell in range(len(part.own)):
            own, paired = part.own[[cell]], part.paired[[cell]]
            if self._whole is not None:
                own, paired = self._whole.own + own, self._whole.paired + paired
            self._whole = Tally(part.labels, part.pairs, own, paired)
            if self.patients % MARK == 0:
                self.mark = self._whole


def added(tallies: Iterable[Tally]) -> Tally:
    """The tally of all patients, in one cell, from those of the blocks in their order."""
    total = Total()
    for part in tallies:
        total.add(part)
    return total.sums


def _lines(key: Key, people: Persons, wanted: Wanted) -> Iterable[Line]:
    """Every outcome of an arm in every subgroup, then the published facts about it."""
    found = list(outcomes_of(people, wanted.end))
    for subgroup, conditions in {EVERYONE: {}, **wanted.subgroups}.items():
        inside = members(people, conditions)
        for outcome in found:
            yield _line(key, subgroup, outcome, inside)
    for outcome, inside in asked(people, key[1], wanted.facts, wanted.groups):
        yield _line(key, None, outcome, inside)


def _line(key: Key, subgroup: str | None, outcome: Outcome, inside: npt.NDArray[np.bool_]) -> Line:
    label = Label(
        key, subgroup, outcome.name, outcome.unit, outcome.day, outcome.kind, outcome.scale
    )
    if inside.all():
        return Line(label, inside.astype(float), outcome.numerator, outcome.denominator)
    return Line(
        label, inside.astype(float), outcome.numerator * inside, outcome.denominator * inside
    )


def _meaning(label: Label, arm: Key) -> tuple[object, ...]:
    """What must be the same for two lines to be compared, in one arm or another."""
    fact = label.arm if label.subgroup is None else None  # facts are compared with nothing
    return (arm, label.subgroup, label.name, label.day, fact)


def _own(line: Line) -> Floats:
    x, y = line.x, line.y
    return np.stack([_by_cell(a) for a in (line.inside, y, x, y * y, x * y, x * x)], axis=1)


def _paired(one: Line, other: Line) -> Floats:
    products = (one.y * other.y, one.y * other.x, one.x * other.y, one.x * other.x)
    return np.stack([_by_cell(a) for a in products], axis=1)


def _by_cell(values: Floats) -> Floats:
    return np.asarray(np.add.reduceat(values, np.arange(0, len(values), CELL)))


def _cells(lines: list[Line]) -> int:
    return -(-len(lines[0].x) // CELL)
