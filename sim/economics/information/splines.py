"""Smooth functions of one parameter: B-splines, sorted from the smoothest to the roughest.

A curve through draws is a sum of B-splines whose coefficients bend little from one to the next
(Eilers and Marx). Sums of B-splines that are orthogonal over the draws and over the penalty make
the fit a matter of shrinking each coefficient by itself.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import scipy

from sim.simulation.records import Floats

SIZE = 20
"""Functions of a parameter: enough for a curve, few against a thousand draws."""

CUBIC, LINEAR = 3, 1

SMALLEST = 1e-10
"""Share of the mean square that is added to each square, so that a function without draws below
it does not divide by 0."""


class Functions(NamedTuple):
    """Functions of a parameter at its draws, orthonormal over these.

    `values` has shape (draws, functions): the constant, the straight line, and curves. `roughness`
    is the integral of the squared second derivative of each, with the parameter in units of its SD.
    """

    values: Floats
    roughness: Floats


def functions_of(parameter: Floats, size: int = SIZE) -> Functions:
    """Return the smooth functions of a parameter, from the smoothest to the roughest.

    Knots are quantiles of the draws. A parameter with no more than `size` values has straight lines
    between them, and a parameter with one value has the constant alone.

    Parameters
    ----------
    parameter
        The parameter in each draw, of shape (draws,).
    size
        Number of functions, the constant and the straight line included.

    Returns
    -------
    Functions of shape (draws, at most `size`).

    References
    ----------
    Eilers PHC, Marx BD. Stat Sci 1996;11:89-121.

    Examples
    --------
    >>> made = functions_of(np.linspace(0.0, 1.0, 101), 8)
    >>> made.values.shape, [float(round(rough, 6)) for rough in made.roughness[:2]]
    ((101, 8), [0.0, 0.0])
    """
    count, spread = len(parameter), parameter.std()
    constant = np.full((count, 1), count**-0.5)
    if spread == 0 or parameter.min() == parameter.max():
        return Functions(constant, np.zeros(1))
    standard = (parameter - parameter.mean()) / spread
    knots, degree = _knots(standard, size)
    splines = scipy.interpolate.BSpline.design_matrix(standard, knots, degree).toarray()
    values, roughness = diagonal(splines, _roughness(knots, degree, splines.shape[1]))
    # The first two are any two that span the straight lines; pairs need the constant by itself.
    return Functions(
        np.hstack([constant, standard[:, None] * count**-0.5, values[:, 2:]]),
        np.r_[0.0, 0.0, roughness[2:]],
    )


def _knots(values: Floats, size: int) -> tuple[Floats, int]:
    """The knots of a clamped basis, and its degree."""
    distinct = np.unique(values)
    if len(distinct) <= size:
        return np.r_[distinct[0], distinct, distinct[-1]], LINEAR
    inner = np.unique(np.quantile(values, np.linspace(0, 1, size - CUBIC + 1)[1:-1]))
    inner = inner[(inner > distinct[0]) & (inner < distinct[-1])]
    ends = np.ones(CUBIC + 1)
    return np.r_[distinct[0] * ends, inner, distinct[-1] * ends], CUBIC


def _roughness(knots: Floats, degree: int, count: int) -> Floats:
    """The penalty on second differences of the coefficients, at the Greville points.

    Coefficients on a straight line over these points make a straight line, without penalty.
    """
    points = np.array([knots[i + 1 : i + degree + 1].mean() for i in range(count)])
    slopes = np.diff(np.eye(count), axis=0) / np.diff(points)[:, None]
    widths = (points[2:] - points[:-2]) / 2
    bends = np.diff(slopes, axis=0) / np.sqrt(widths)[:, None]
    return np.asarray(bends.T @ bends)


def diagonal(columns: Floats, penalty: Floats) -> Functions:
    """Return combinations of columns that are orthonormal, and orthogonal over the penalty.

    Parameters
    ----------
    columns
        Shape (draws, functions).
    penalty
        Shape (functions, functions), symmetric, with no value below 0 along any direction.

    Returns
    -------
    The combinations with their penalties, which rise.
    """
    square = columns.T @ columns
    square[np.diag_indices_from(square)] += SMALLEST * np.trace(square) / len(square)
    roughness, mixed = scipy.linalg.eigh(penalty, square)
    largest = np.abs(mixed).argmax(axis=0)
    mixed = mixed * np.sign(mixed[largest, np.arange(len(mixed))])  # the same on every machine
    return Functions(columns @ mixed, np.maximum(roughness, 0.0))
