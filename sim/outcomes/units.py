"""Sums within units of independence: patients of a group, who are compared as one.

In a sweep an arm or another set of parameters may be added later, so the pairs that will be
compared are not known when a block is made. Sums within groups of the same patients leave this
open: a group is a unit, and groups of two arms are paired as patients are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from sim.outcomes import estimates
from sim.outcomes.definitions.named import Measure, Outcome
from sim.simulation.records import Floats

GROUP = 10
"""Patients of a group in a sweep. Most cohorts are multiples of ten, and groups this small leave
enough of them for an error: a hundred groups give theirs within 7 %."""


class UnitSums(NamedTuple):
    """Numerators and denominators of units, from which any comparison can be made later.

    Attributes
    ----------
    measures : sequence of Measure
        What the columns are.
    sums : numpy.ndarray of float, shape (units, 2, measures)
        Numerator and denominator of each unit.
    """

    measures: Sequence[Measure]
    sums: Floats

    def estimates(self) -> tuple[Floats, Floats]:
        """Estimate every measure, and the influence of each unit on it (`estimates.influences`).

        Returns
        -------
        tuple of numpy.ndarray of float, shapes (measures,) and (units, measures)
            Estimates and influences in the units of the measures.
        """
        scale = np.array([measure.scale for measure in self.measures])
        values, influences = estimates.influences(self.sums)
        return scale * values, scale * influences


def unit_sums(outcomes: Iterable[Outcome], unit: int = GROUP) -> UnitSums:
    """Sum outcomes within units of so many patients, who follow each other."""
    outcomes = list(outcomes)
    sums = [by_part(unit, one.numerator, one.denominator) for one in outcomes]
    return UnitSums([one.measure for one in outcomes], np.stack(sums, axis=2))


def units_joined(blocks: Sequence[UnitSums]) -> UnitSums:
    """Put the units of blocks of patients that follow each other below each other."""
    return UnitSums(blocks[0].measures, np.concatenate([block.sums for block in blocks]))


def by_part(size: int, *columns: Floats) -> Floats:
    """Sum each column over parts of so many entries; returns parts x columns."""
    starts = np.arange(0, len(columns[0]), size)
    return np.stack([np.add.reduceat(column, starts) for column in columns], axis=1)
