"""The mean of net benefit given some parameters: a smooth regression over the draws.

Each output has its own amount of smoothing, by generalised cross-validation. The noise of the
patients of a draw is part of the residual: it does not depend on the parameters, so it drops out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from sim.economics.information.design import designs
from sim.economics.information.splines import Functions
from sim.simulation.records import Floats

SMOOTHINGS = 49
"""Amounts of smoothing that are tried, from almost none to straight lines."""

FEWEST = 50
"""Draws below which no curve of 20 functions is fitted."""

TINY = 1e-300
"""Keeps the logarithm of the criterion of a perfect fit finite."""

AT_ONCE = 512
"""Draws whose replicates are in memory together."""

SEED = 20140131
"""Of the random numbers of replicates, so that a result repeats to the last digit."""


class Fit(NamedTuple):
    """A regression of outputs on some parameters.

    `functions` are orthonormal over the draws, of shape (draws, functions). `coefficients` and
    `shrinkage` have shape (functions, outputs): 1 is a coefficient as least squares give it, 0 a
    coefficient that is smoothed away. `freedom` is the effective number of coefficients of each
    output, `covariance` that of the residuals between outputs. `fitted` is the mean of each output
    given the parameters, of shape (draws, outputs). `criterion` is that of cross-validation.
    """

    functions: Floats
    coefficients: Floats
    shrinkage: Floats
    mean: Floats
    fitted: Floats
    residuals: Floats
    freedom: Floats
    covariance: Floats
    criterion: Floats

    @property
    def chance(self) -> Floats:
        """The variance of chance that is left in the fitted values, per output."""
        return np.asarray(self.freedom * np.diag(self.covariance) / len(self.fitted))


def regress(outputs: Floats, parameters: Floats) -> Fit:
    """Return the mean of each output given the parameters, as a smooth function of these.

    One parameter has a curve of 20 B-splines. Several have a curve each and, up to 12 parameters,
    a surface for each pair if cross-validation finds that surfaces improve the prediction.

    Parameters
    ----------
    outputs
        Shape (draws, outputs), such as differences of net benefit from one arm.
    parameters
        Shape (draws, parameters).

    References
    ----------
    Strong M, Oakley JE, Brennan A. Med Decis Making 2014;34:311-326.
    Golub GH, Heath M, Wahba G. Technometrics 1979;21:215-223.

    Examples
    --------
    >>> x = np.linspace(-1, 1, 400)[:, None]
    >>> fit = regress(x**2, x)
    >>> bool(np.abs(fit.fitted - x**2).max() < 0.001)
    True
    """
    _check(outputs, parameters)
    fits = [_fit(outputs, functions) for functions in designs(parameters)]
    return min(fits, key=lambda fit: float(np.log(fit.criterion).sum()))


def _check(outputs: Floats, parameters: Floats) -> None:
    if len(outputs) != len(parameters):
        raise ValueError(
            f"{len(outputs)} draws of outcomes and {len(parameters)} of parameters: "
            "each row must be one draw"
        )
    if len(outputs) < FEWEST:
        raise ValueError(f"{len(outputs)} draws are too few for a regression: {FEWEST} at least")
    for name, values in (("an outcome", outputs), ("a parameter", parameters)):
        rows = np.flatnonzero(~np.isfinite(values).all(axis=1))
        if len(rows):
            raise ValueError(f"draw {rows[0] + 1}: {name} is not a finite number")


def _fit(outputs: Floats, functions: Functions) -> Fit:
    """The fit of every output with the smoothing that predicts it best."""
    count, mean = len(outputs), outputs.mean(axis=0)
    raw = functions.values.T @ (outputs - mean)
    shrinkages = 1 / (1 + _smoothings(functions.roughness)[:, None] * functions.roughness)
    beyond = np.maximum(((outputs - mean) ** 2).sum(axis=0) - (raw**2).sum(axis=0), 0.0)
    left = beyond + (1 - shrinkages) ** 2 @ raw**2
    freedoms = shrinkages.sum(axis=1)
    criteria = count * left / (count - freedoms[:, None]) ** 2
    best = criteria.argmin(axis=0)
    shrinkage = shrinkages[best].T
    coefficients = shrinkage * raw
    fitted = mean + functions.values @ coefficients
    residuals, freedom = outputs - fitted, freedoms[best]
    free = np.sqrt(count - freedom)
    return Fit(
        functions.values, coefficients, shrinkage, mean, fitted, residuals, freedom,
        (residuals / free).T @ (residuals / free), criteria.min(axis=0) + TINY,
    )  # fmt: skip


def _smoothings(roughness: Floats) -> Floats:
    """Factors of the penalty between no curve shrunk and every curve a straight line."""
    rough = roughness[roughness > 1e-9 * max(roughness.max(), 1e-9)]
    if not len(rough):
        return np.zeros(1)
    return np.geomspace(1e-2 / rough.max(), 1e4 / rough.min(), SMOOTHINGS)


def replicates(fit: Fit, count: int) -> Iterator[Floats]:
    """Yield fitted values that agree with the data as well, for some draws after others.

    The coefficients of a smooth regression have a normal distribution about their estimates, whose
    variance is that of the residuals times the shrinkage. Outputs whose residuals go together have
    coefficients that go together.

    Yields
    ------
    Shape (some draws, outputs, count).
    """
    normal = np.random.default_rng(SEED).standard_normal((*fit.coefficients.shape, count))
    errors = np.matmul(_root(fit.covariance), normal) * np.sqrt(fit.shrinkage)[:, :, None]
    changed = (fit.coefficients[:, :, None] + errors).reshape(len(normal), -1)
    for first in range(0, len(fit.fitted), AT_ONCE):
        made = fit.functions[first : first + AT_ONCE] @ changed
        yield made.reshape(len(made), -1, count) + fit.mean[:, None]


def _root(covariance: Floats) -> Floats:
    """A matrix whose product with its transpose is the covariance, which may be singular."""
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))
