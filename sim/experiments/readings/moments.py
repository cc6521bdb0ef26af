"""One outcome under every reading and in every arm: products summed over the same patients.

From them come each estimate, each paired difference, and the difference of two differences, with
Monte Carlo errors that know that all of them hold the same patients.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from sim.outcomes import CELL
from sim.outcomes.definitions.named import Kind, Outcome
from sim.outcomes.estimates import POISSON_ZERO, ROUNDING, UNKNOWN, Estimate, Products, Sums, ratio
from sim.outcomes.estimates import difference as of_two
from sim.simulation.records import Floats
from sim.vocabulary import Z95


class Moments(NamedTuple):
    """Sums over patients of the products of all pairs of columns: 1, then y and x of each line.

    A line is the outcome under one reading in one arm; its value is the sum of y over the sum of x.
    """

    name: str
    unit: str
    day: int
    kind: Kind
    scale: float
    sums: Floats

    def estimate(self, line: int) -> Estimate:
        """The outcome of one line."""
        return ratio(self._own(line), self.kind, self.scale)

    def difference(self, one: int, other: int) -> Estimate:
        """The paired difference of two lines."""
        (a, b), (c, d) = _places(one), _places(other)
        products = Products(*(float(self.sums[i, j]) for i in (a, b) for j in (c, d)))
        return of_two(self._own(one), self._own(other), products, self.kind, self.scale)

    def contrast(self, weights: Mapping[int, float]) -> Estimate:
        """A weighted sum of lines; the interval is as for a paired difference."""
        one, column = self.sums[0], np.zeros(len(self.sums))
        value, most, least = 0.0, 0.0, 0.0
        for line, weight in weights.items():
            y, x = _places(line)
            if one[x] == 0:
                return UNKNOWN
            of_line = one[y] / one[x]
            value += weight * of_line
            # What one patient adds to the value: weight * (y - of_line x) / sum of x.
            column[y], column[x] = weight / one[x], -weight * of_line / one[x]
            most += max(weight, 0.0) * POISSON_ZERO / one[x]
            least += min(weight, 0.0) * POISSON_ZERO / one[x]
        error = _error(float(one[0]), *self._squares(column))
        low, high = value - Z95 * error, value + Z95 * error
        if self.kind != "mean" and all(one[_places(line)[0]] == 0 for line in weights):
            low, high = least, most
        return Estimate(*(self.scale * number for number in (value, error, low, high)))

    def _own(self, line: int) -> Sums:
        (y, x), m = _places(line), self.sums
        numbers = (m[0, 0], m[0, y], m[0, x], m[y, y], m[y, x], m[x, x])
        return Sums(*map(float, numbers))

    def _squares(self, column: Floats) -> tuple[float, float]:
        """The sum over patients of what each adds, squared; and how much went into it."""
        added = float(column**2 @ np.diag(self.sums))
        return float(column @ self.sums @ column), added


def of_block(lines: Sequence[Outcome]) -> Moments:
    """One outcome of the patients of a block, whose sums are left cell by cell."""
    first = lines[0]
    ones = np.ones(len(first.numerator))
    columns = np.stack(
        [ones, *(part for line in lines for part in (line.numerator, line.denominator))], axis=1
    )
    ends = range(CELL, len(columns), CELL)
    sums = np.stack([cell.T @ cell for cell in np.split(columns, ends)])
    return Moments(first.name, first.unit, first.day, first.kind, first.scale, sums)


def added(whole: Moments | None, block: Moments) -> Moments:
    """The patients of a block put to those before them, cell after cell."""
    sums = np.zeros_like(block.sums[0]) if whole is None else whole.sums
    for cell in block.sums:
        sums = sums + cell
    return block._replace(sums=sums)


def _places(line: int) -> tuple[int, int]:
    """Columns of y and x of a line; the first column of all is 1."""
    return 1 + 2 * line, 2 + 2 * line


def _error(patients: float, squares: float, added: float) -> float:
    """Standard error from squared influences; what is rounding alone is none."""
    if patients < 2:
        return math.nan
    return math.sqrt((squares if squares > ROUNDING * added else 0.0) * patients / (patients - 1))
