"""One table of sums over patients, from which every estimate of a run is computed.

A row of the table sums up a *part* of the patients: a cell of 128, or one simulated trial. Cells
are added in the order of the patients, so no result depends on the size of a block or on the
process that simulated it. The *unit of independence* is a patient, or several patients who follow
each other: the members of a group.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, combinations, islice

import numpy as np

from sim.outcomes import estimates, limits
from sim.outcomes.estimates import Estimate
from sim.outcomes.labels import (
    ArmKey,
    Label,
    Line,
    Weights,
    contrasts_of,
    pairs_of_facts,
    pairs_within,
)
from sim.outcomes.summed import Products, Signed, Sums
from sim.outcomes.units import by_part, over_parts
from sim.simulation.records import Floats, Integers

CELL = 128
"""Patients that are summed at once. Blocks hold whole cells, except at the end of a cohort."""

AT_ONCE = 4
"""Lines, pairs or contrasts that are summed at once: one call of numpy for a few of them takes half
of the time of single calls, and their numbers stay in the cache of a core."""

LARGEST = Sums._fields.index("largest")
MOST = slice(Signed._fields.index("most_up"), None)
"""Fields that are the largest of all patients, and not a sum."""


@dataclass(frozen=True)
class SumTable:
    """Sums over units, for each part of the patients.

    Attributes
    ----------
    labels : list of Label
        What the columns of `own` are.
    contrasts : list of Weights
        The weighted sums of labels that the columns of `signed` belong to.
    own : numpy.ndarray of float, shape (parts, 8, labels)
        The fields of `Sums`.
    paired : numpy.ndarray of float, shape (parts, 4, pairs)
        The fields of `Products`, for each of `pairs`.
    signed : numpy.ndarray of float, shape (parts, 7, contrasts)
        The fields of `Signed`.
    unit : int
        Patients per unit of independence.
    """

    labels: list[Label]
    contrasts: list[Weights]
    own: Floats
    paired: Floats
    signed: Floats
    unit: int = 1

    @cached_property
    def pairs(self) -> list[tuple[int, int]]:
        """Positions of the labels that stand in one contrast, two by two."""
        return pairs_within(self.contrasts)

    @property
    def patients(self) -> int:
        """Number of patients in the first part, over everyone."""
        return int(self.own[0, 0, 0]) * self.unit

    def part(self, at: int) -> SumTable:
        """Return one part as a table."""
        arrays = (self.own[[at]], self.paired[[at]], self.signed[[at]])
        return SumTable(self.labels, self.contrasts, *arrays, self.unit)

    def sums(self, at: int, part: int = 0) -> Sums:
        """Return the sums of the label at a position, in one part."""
        return Sums(*map(float, self.own[part, :, at]))

    def products(self, first: int, second: int, part: int = 0) -> Products:
        """Return the products of two labels, in one part. ValueError for no pair."""
        return Products(*map(float, self.paired[part, :, self.pairs.index((first, second))]))

    def estimate(self, at: int, part: int = 0) -> Estimate:
        """Estimate the outcome of the label at a position, in one part."""
        return estimates.ratio(self.labels[at].measure, self.sums(at, part), self.unit)

    def contrast(self, weights: Weights, part: int = 0) -> Estimate:
        """Estimate a weighted sum of labels: a difference, or the difference of two differences.

        Parameters
        ----------
        weights
            Weight of each label, by its position.
        part
            Position of the part.

        Returns
        -------
        Estimate
            The weighted sum, with the error of paired patients.

        Raises
        ------
        ValueError
            For weights that are not among the contrasts of the table.
        """
        signed = Signed(*map(float, self.signed[part, :, self.contrasts.index(weights)]))
        at = list(weights)
        products = {
            (i, j): self.products(at[i], at[j], part) for i, j in combinations(range(len(at)), 2)
        }
        return estimates.contrast(
            [self.labels[label].measure for label in at],
            [*weights.values()],
            [self.sums(label, part) for label in at],
            products,
            signed,
            self.unit,
        )


def joined(tables: Sequence[SumTable]) -> SumTable:
    """Put the parts of several tables below each other, as those of trials."""
    first = tables[0]
    own, paired, signed = (
        np.concatenate([getattr(table, name) for table in tables])
        for name in ("own", "paired", "signed")
    )
    return replace(first, own=own, paired=paired, signed=signed)


def plus(one: SumTable, other: SumTable) -> SumTable:
    """Add the sums of other patients, part by part; of the largest values keep the larger."""
    own, signed = one.own + other.own, one.signed + other.signed
    own[:, LARGEST] = np.maximum(one.own[:, LARGEST], other.own[:, LARGEST])
    signed[:, MOST] = np.maximum(one.signed[:, MOST], other.signed[:, MOST])
    return replace(one, own=own, paired=one.paired + other.paired, signed=signed)


def sum_table(
    lines: Sequence[Line], contrasts: Sequence[Weights] = (), part: int = CELL, unit: int = 1
) -> SumTable:
    """Sum the lines of a block.

    Parameters
    ----------
    lines
        Outcomes by patient, all of the same patients.
    contrasts
        Weights of lines, by their positions, whose weighted sums will be estimated.
    part
        Units per part; the last part may be smaller.
    unit
        Patients per unit of independence, who follow each other.

    Returns
    -------
    SumTable
        One part after another.

    Raises
    ------
    ValueError
        For patients who are no whole units.

    Examples
    --------
    Two patients per trial, three trials:

    >>> ones = np.ones(6)
    >>> label = Label((0, "a"), "all", "deaths", "%", 365, "share", 100, 0, 1)
    >>> table = sum_table([Line(label, ones, np.array([0.0, 1, 0, 0, 1, 1]), ones)], part=2)
    >>> [table.estimate(0, trial).value for trial in range(3)]
    [50.0, 0.0, 100.0]
    """
    lines = [line if unit == 1 else _by_unit(line, unit) for line in lines]
    starts = np.arange(0, len(lines[0].y), part)
    own = (_own(line) for line in lines)
    paired = (_products(lines[i], lines[j]) for i, j in pairs_within(contrasts))
    signed = (_signed(lines, weights) for weights in contrasts)
    return SumTable(
        [line.label for line in lines],
        [*contrasts],
        _over_parts(own, starts, len(Sums._fields), largest=1),
        _over_parts(paired, starts, len(Products._fields)),
        _over_parts(signed, starts, len(Signed._fields), largest=2),
        unit,
    )


def compared(
    lines: Iterable[Line],
    contrasts: Iterable[Mapping[ArmKey, float]],
    facts: Iterable[tuple[str, str]] = (),
    unit: int = 1,
) -> SumTable:
    """Sum the lines of a block in cells, with the contrasts of labels that compare arms.

    `facts` are the pairs of outcomes that published facts compare, by their names. Patients of a
    `unit` follow each other; then each unit is a cell.
    """
    lines = list(lines)
    labels = [line.label for line in lines]
    all_contrasts = [*contrasts_of(labels, contrasts), *pairs_of_facts(labels, facts)]
    return sum_table(lines, all_contrasts, CELL if unit == 1 else 1, unit)


def _own(line: Line) -> tuple[Floats, ...]:
    """What each unit adds to the fields of `Sums`."""
    x, y = line.x, line.y
    measure = line.label.measure
    carried = limits.carried(measure, y, x)
    most = limits.largest(measure, y, carried)
    return (line.inside, y, x, y * y, x * y, x * x, (carried != 0) * 1.0, most)


def _products(one: Line, other: Line) -> tuple[Floats, ...]:
    return (one.y * other.y, one.y * other.x, one.x * other.y, one.x * other.x)


def _signed(lines: Sequence[Line], weights: Weights) -> tuple[Floats, ...]:
    """What each unit adds to the fields of `Signed` of one contrast."""
    first, *others = [lines[at] for at in weights]
    apart = sum(weight * lines[at].y for at, weight in weights.items())
    differing = (apart != 0) | np.any([other.x != first.x for other in others], axis=0)
    up, down = np.maximum(apart, 0.0), np.maximum(-apart, 0.0)
    return (differing * 1.0, up, up * up, down, down * down, up, down)


def _over_parts(
    added: Iterator[tuple[Floats, ...]], starts: Integers, fields: int, largest: int = 0
) -> Floats:
    """Sum what units add to the fields of each column over parts; parts x fields x columns.

    Of the last fields, as many as `largest`, the largest is taken and not the sum. `starts` has the
    first unit of each part.
    """
    first, columns = fields - largest, [np.zeros((0, fields, len(starts)))]
    while some := [*islice(added, AT_ONCE)]:
        parts = [_of_fields(np.add, [of[:first] for of in some], starts)]
        if largest:
            parts.append(_of_fields(np.maximum, [of[first:] for of in some], starts))
        columns.append(np.concatenate(parts, axis=1))
    return np.ascontiguousarray(np.concatenate(columns).T)


def _of_fields(taken: np.ufunc, some: Sequence[tuple[Floats, ...]], starts: Integers) -> Floats:
    """The sums, or the largest, of some fields of some columns; columns x fields x parts."""
    parts = over_parts(taken, [*chain.from_iterable(some)], starts)
    return parts.reshape(len(some), -1, len(starts))


def _by_unit(line: Line, unit: int) -> Line:
    if len(line.inside) % unit:
        raise ValueError(f"{len(line.inside)} patients are no whole units of {unit}")
    inside, y, x = by_part(unit, line.inside, line.y, line.x).T
    return Line(line.label, np.minimum(inside, 1.0), y, x)
