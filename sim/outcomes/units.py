"""Sums within units of independence: patients of a group, who are compared as one.

In a sweep an arm or another set of parameters may be added later, so the pairs that will be
compared are not known when a block is made. Sums within groups of the same patients leave this
open: a group is a unit, and groups of two arms are paired as patients are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from sim.outcomes import estimates, intervals, limits
from sim.outcomes.definitions.named import Measure, Outcome
from sim.outcomes.intervals import FEW, Limits
from sim.outcomes.summed import Signed, Sums
from sim.simulation.records import Floats, Integers
from sim.vocabulary import ROUNDING

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
    """Sum outcomes within units of consecutive patients."""
    outcomes = list(outcomes)
    columns = [column for one in outcomes for column in (one.numerator, one.denominator)]
    sums = by_part(unit, *columns).reshape(-1, len(outcomes), 2)
    return UnitSums([one.measure for one in outcomes], np.ascontiguousarray(sums.swapaxes(1, 2)))


def units_joined(blocks: Sequence[UnitSums]) -> UnitSums:
    """Put the units of blocks of patients that follow each other below each other."""
    return UnitSums(blocks[0].measures, np.concatenate([block.sums for block in blocks]))


def sums_of(measures: Sequence[Measure], sums: Floats) -> Floats:
    """Return what limits need of single arms.

    Parameters
    ----------
    measures
        What the columns are.
    sums : numpy.ndarray of float, shape (units, 2, measures)
        Numerator and denominator of each unit.

    Returns
    -------
    numpy.ndarray of float, shape (8, measures)
        The fields of `Sums`, over units. `yy` is what the squares of patients would add up to.
    """
    units, (y, x) = len(sums), sums.sum(axis=0)
    carried = np.stack([
        limits.carried(measure, *sums[:, :, at].T) for at, measure in enumerate(measures)
    ], axis=1)  # fmt: skip
    with np.errstate(invalid="ignore", divide="ignore"):
        between = ((sums[:, 0] - sums[:, 1] * y / x) ** 2).sum(axis=0) * units / (units - 1.0) / x
        yy = y**2 / x + (x - 1) * between
    carriers = (carried != 0).sum(axis=0)
    largest = [limits.largest(measure, sums[:, 0, at], carried[:, at]).max()
               for at, measure in enumerate(measures)]  # fmt: skip
    return np.stack([np.full(len(y), float(units)), y, x, yy, y, x, carriers, largest])


def signed_of(weights: Sequence[float], terms: Sequence[Floats]) -> Floats:
    """Return what limits need of weighted sums of outcomes of the same units.

    Parameters
    ----------
    weights
        Weight of each term.
    terms : sequence of numpy.ndarray of float, shape (units, 2, measures)
        Numerator and denominator of each unit.

    Returns
    -------
    numpy.ndarray of float, shape (7, measures)
        The fields of `Signed`, over units; squares are larger where units are few (`_squares`).
    """
    parts = [weight * term[:, 0] for weight, term in zip(weights, terms, strict=True)]
    apart, size = np.sum(parts, axis=0), np.sum(np.abs(parts), axis=0)
    apart[np.abs(apart) <= ROUNDING * size] = 0.0
    first, *others = terms
    unlike = [other[:, 1] != first[:, 1] for other in others]
    differing = np.logical_or.reduce([apart != 0, *unlike]).sum(axis=0)
    up, down = np.maximum(apart, 0.0), np.maximum(-apart, 0.0)
    sums = [differing, up.sum(axis=0), _squares(up), down.sum(axis=0), _squares(down)]
    return np.stack([*sums, up.max(axis=0), down.max(axis=0)])


def limits_of(
    measure: Measure,
    weights: Sequence[float],
    sums: Floats,
    signed: Floats,
    error: Floats,
    unit: int = 1,
) -> Limits:
    """Return the 95 % limits of an outcome of an arm, or of a weighted sum of its values.

    Parameters
    ----------
    measure
        What the outcome is.
    weights
        Weight of each term; one weight for an arm alone.
    sums : numpy.ndarray of float, shape (terms, 8, points)
        What `sums_of` returned for each term.
    signed : numpy.ndarray of float, shape (7, points)
        What `signed_of` returned; not looked at for an arm alone.
    error : numpy.ndarray of float, shape (points,)
        Monte Carlo error, in the unit of the measure.
    unit
        Patients who follow each other, as in a clinic.

    Returns
    -------
    tuple of numpy.ndarray of float, shape (points,)
        Lower and upper limits in the unit of the measure; NaN where no patient was measured, and of
        a mean in a single unit. They are those of `sim.outcomes.limits`. With few units their
        variance is itself not well known: limits of counts are then wider, as those of means are by
        Student's t.
    """
    own = [Sums(*fields) for fields in sums]
    with np.errstate(invalid="ignore", divide="ignore"):
        within = error / measure.scale
        if measure.kind != "mean" and unit == 1:
            within = within * intervals.widening(own[0].units)
        if len(weights) > 1:
            measures = [measure] * len(weights)
            found = limits.of_contrast(measures, weights, own, Signed(*signed), within, unit=unit)
        else:
            least = within if unit > 1 else _at_least(measure, own[0], within)
            found = limits.of_ratio(measure, own[0], least, unit)
    known = np.all([one.x > 0 for one in own], axis=0)
    known &= ~np.isnan(error) | (measure.kind != "mean")
    low, high = (np.where(known, measure.scale * limit, np.nan) for limit in found)
    return low, high


def _squares(part: Floats) -> Floats:
    """Sum of squares over units: about its mean larger where units are few.

    A variance from fewer than ten units may be 0 by chance: it is taken to be no smaller than that
    of single events. Of one unit nothing is known: all that it has may be one patient's.
    """
    units, total = len(part), part.sum(axis=0)
    about = (part**2).sum(axis=0) - total**2 / units
    if units == 1:
        return np.asarray(2 * total**2, float)
    about = about * intervals.widening(units) ** 2
    if units < FEW:
        about = np.maximum(about, total * (units - 1) / units)
    return np.asarray(about + total**2 / units, float)


def _at_least(measure: Measure, sums: Sums, error: Floats) -> Floats:
    """An error no smaller than that of single events, where units are few."""
    total = measure.most * sums.x - sums.y if limits.is_planned(measure) else sums.y
    single = np.where(np.less(sums.units, FEW), np.sqrt(np.maximum(total, 0.0)) / sums.x, 0.0)
    return np.where(np.isnan(error), np.nan, np.maximum(error, single))


def by_part(size: int, *columns: Floats) -> Floats:
    """Sum each column over parts of equal length; returns parts x columns."""
    starts = np.arange(0, len(columns[0]), size)
    return over_parts(np.add, columns, starts).T


def over_parts(taken: np.ufunc, columns: Sequence[Floats], starts: Integers) -> Floats:
    """Take the sum, or the largest, of each column over parts.

    The columns are joined to one row, because numpy lets other threads work while it goes along a
    row, and not while it goes along one of several axes.

    Parameters
    ----------
    taken : numpy.ufunc
        `numpy.add` for the sum, `numpy.maximum` for the largest.
    columns : sequence of numpy.ndarray of float, shape (units,)
        The columns.
    starts : numpy.ndarray of int, shape (parts,)
        First unit of each part.

    Returns
    -------
    numpy.ndarray of float, shape (columns, parts)

    Examples
    --------
    >>> over_parts(np.maximum, [np.array([1.0, 3, 2]), np.array([5.0, 4, 6])], np.array([0, 2]))
    array([[3., 2.],
           [5., 6.]])
    """
    units = len(columns[0])
    begins = np.arange(0, len(columns) * units, units)[:, np.newaxis] + starts
    of_all = taken.reduceat(np.concatenate(columns), begins.reshape(-1))
    return np.asarray(of_all.reshape(begins.shape), float)
