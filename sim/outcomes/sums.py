"""One table of sums over patients, from which every estimate of a run is computed.

A row of the table sums up a *part* of the patients: a cell of 128, or one simulated trial. Cells
are added in the order of the patients, so no result depends on the size of a block or on the
process that simulated it. The *unit of independence* is a patient, or several patients who follow
each other: the members of a group.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.outcomes import estimates
from sim.outcomes.definitions.named import Kind
from sim.outcomes.estimates import Estimate, Products, Sums
from sim.outcomes.units import by_part
from sim.simulation.records import Floats

CELL = 128
"""Patients that are summed at once. Blocks hold whole cells, except at the end of a cohort."""

ArmKey = tuple[int, str]
"""An arm: the position of its study among those simulated together, and its name."""


class Label(NamedTuple):
    """A column of a table of sums: one outcome of one arm.

    `subgroup` is None for a published fact, which has a group of its own.
    """

    arm: ArmKey
    subgroup: str | None
    name: str
    unit: str
    day: int
    kind: Kind
    scale: float


class Line(NamedTuple):
    """One outcome by unit: 1 or 0 for units inside or outside the subgroup, numerator, denominator.

    Outside the subgroup numerator and denominator are 0.
    """

    label: Label
    inside: Floats
    y: Floats
    x: Floats


@dataclass(frozen=True)
class SumTable:
    """Sums over units, for each part of the patients.

    Attributes
    ----------
    labels : list of Label
        What the columns of `own` are.
    pairs : list of (int, int)
        Positions of the labels whose products the columns of `paired` are.
    own : numpy.ndarray of float, shape (parts, 6, labels)
        The fields of `Sums`.
    paired : numpy.ndarray of float, shape (parts, 4, pairs)
        The fields of `Products`.
    """

    labels: list[Label]
    pairs: list[tuple[int, int]]
    own: Floats
    paired: Floats

    @property
    def patients(self) -> int:
        """Number of units in the first part, over everyone."""
        return int(self.own[0, 0, 0])

    def sums(self, at: int, part: int = 0) -> Sums:
        """Return the sums of the label at a position, in one part."""
        return Sums(*map(float, self.own[part, :, at]))

    def products(self, at: int) -> Products:
        """Return the products of the pair at a position, in the first part."""
        return Products(*map(float, self.paired[0, :, at]))

    def estimate(self, at: int, part: int = 0) -> Estimate:
        """Estimate the outcome of the label at a position, in one part."""
        return estimates.ratio(self.sums(at, part), *self._how(at))

    def difference(self, at: int) -> Estimate:
        """Estimate the paired difference of the pair at a position."""
        first, second = self.pairs[at]
        sums = self.sums(first), self.sums(second)
        return estimates.difference(*sums, self.products(at), *self._how(first))

    def contrast(self, weights: Mapping[int, float]) -> Estimate:
        """Estimate a weighted sum of labels, such as the difference of two differences.

        Parameters
        ----------
        weights
            Weight of each label, by its position.

        Returns
        -------
        Estimate
            The weighted sum, with the error of paired patients.

        Raises
        ------
        ValueError
            Where a pair of these labels, in this order, is not among the pairs of the table.
        """
        at = list(weights)
        products = {
            (i, j): self.products(self.pairs.index((at[i], at[j])))
            for i, j in itertools.combinations(range(len(at)), 2)
        }
        sums = [self.sums(label) for label in at]
        return estimates.contrast([*weights.values()], sums, products, *self._how(at[0]))

    def _how(self, at: int) -> tuple[Kind, float]:
        return self.labels[at].kind, self.labels[at].scale


def joined(tables: Sequence[SumTable]) -> SumTable:
    """Put the parts of several tables below each other, as those of trials."""
    first = tables[0]
    own, paired = (np.concatenate([getattr(t, name) for t in tables]) for name in ("own", "paired"))
    return SumTable(first.labels, first.pairs, own, paired)


def sum_table(
    lines: Sequence[Line], pairs: Sequence[tuple[int, int]] = (), part: int = CELL, unit: int = 1
) -> SumTable:
    """Sum the lines of a block.

    Parameters
    ----------
    lines
        Outcomes by patient, all of the same patients.
    pairs
        Positions of the lines whose products are wanted.
    part
        Units per part; the last part may be smaller.
    unit
        Patients per unit of independence, who follow each other.

    Returns
    -------
    SumTable
        One part after another.

    Examples
    --------
    Two patients per trial, three trials:

    >>> ones = np.ones(6)
    >>> label = Label((0, "a"), "all", "deaths", "%", 365, "share", 100)
    >>> table = sum_table([Line(label, ones, np.array([0.0, 1, 0, 0, 1, 1]), ones)], part=2)
    >>> [table.estimate(0, trial).value for trial in range(3)]
    [50.0, 0.0, 100.0]
    """
    lines = [line if unit == 1 else _by_unit(line, unit) for line in lines]
    own = [by_part(part, line.inside, *_own(line)) for line in lines]
    paired = [by_part(part, *_products(lines[i], lines[j])) for i, j in pairs]
    products = np.zeros((len(own[0]), len(Products._fields), 0))
    if paired:
        products = np.stack(paired, axis=2)
    return SumTable([line.label for line in lines], [*pairs], np.stack(own, axis=2), products)


def compared(lines: Iterable[Line], arms: Iterable[tuple[ArmKey, ArmKey]]) -> SumTable:
    """Sum the lines of a block in cells, with the pairs of labels that compare pairs of arms."""
    lines = list(lines)
    return sum_table(lines, pairs_of([line.label for line in lines], arms))


def pairs_of(
    labels: Sequence[Label], arms: Iterable[tuple[ArmKey, ArmKey]]
) -> list[tuple[int, int]]:
    """Find the pairs of labels that compare two arms.

    Parameters
    ----------
    labels
        Labels of a table.
    arms
        Pairs of arms.

    Returns
    -------
    list of (int, int)
        For each pair of arms the positions of the labels with the same outcome, day and subgroup.
        Published facts are compared with nothing.
    """
    at = {_meaning(label, label.arm): i for i, label in enumerate(labels) if label.subgroup}
    return [
        (i, at[_meaning(labels[i], other)])
        for arm, other in arms
        for i in at.values()
        if labels[i].arm == arm and _meaning(labels[i], other) in at
    ]


def _meaning(label: Label, arm: ArmKey) -> tuple[object, ...]:
    """What must be equal for two labels to be compared, here or in another arm."""
    return (arm, label.subgroup, label.name, label.day)


def _own(line: Line) -> tuple[Floats, ...]:
    x, y = line.x, line.y
    return (y, x, y * y, x * y, x * x)


def _products(one: Line, other: Line) -> tuple[Floats, ...]:
    return (one.y * other.y, one.y * other.x, one.x * other.y, one.x * other.x)


def _by_unit(line: Line, unit: int) -> Line:
    inside, y, x = by_part(unit, line.inside, line.y, line.x).T
    return Line(line.label, np.minimum(inside, 1.0), y, x)
