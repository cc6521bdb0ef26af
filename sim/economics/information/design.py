"""Smooth functions of several parameters: a curve for each, and a surface for each pair."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from sim.economics.information.splines import Functions, diagonal, functions_of
from sim.simulation.records import Floats

OF_PAIRS = 8
"""Functions of each parameter that are multiplied in a pair, the constant included."""

MOST_IN_PAIRS = 12
"""Up to so many parameters all pairs enter; above, curves alone."""

SAME = 1e-8
"""Share of the largest function below which what is left of another is rounding."""

MOST, PER_FUNCTION = 700, 2
"""Functions of a regression, and draws for each: with more parameters a pair has fewer."""


def designs(parameters: Floats) -> list[Functions]:
    """Return the functions that a regression on some parameters may use: curves; also surfaces.

    Parameters
    ----------
    parameters
        Shape (draws, parameters). Parameters with one value alone do not count.

    Returns
    -------
    The design of curves, followed by that of curves and surfaces for 2 to 12 parameters.
    """
    varied = [values for values in parameters.T if values.min() < values.max()]
    if len(varied) < 2:
        return [functions_of(varied[0] if varied else parameters[:, 0])]
    curves = [functions_of(values) for values in varied]
    main = _beside([_constant(len(parameters)), *map(_without_constant, curves)])
    found = [_diagonal(main)]
    pairs = _pairs(varied, len(main.roughness))
    if pairs:
        found.append(_diagonal(_beside([main, *pairs])))
    return found


def _pairs(varied: Sequence[Floats], beside: int) -> list[Functions]:
    """The products of the smoothest functions of each pair; none where there is no room."""
    if len(varied) > MOST_IN_PAIRS:
        return []
    room = min(MOST, len(varied[0]) // PER_FUNCTION) - beside
    number = len(varied) * (len(varied) - 1) // 2
    each = min(OF_PAIRS - 1, int(np.sqrt(max(0, room) / number)))
    few = [_first(_without_constant(functions_of(values, OF_PAIRS)), each) for values in varied]
    return [_product(one, other) for one, other in combinations(few, 2)] if each else []


def _product(one: Functions, other: Functions) -> Functions:
    """Every function of one parameter times every function of another; the penalties add."""
    count = len(one.values)
    values = one.values[:, :, None] * other.values[:, None, :] * count**0.5
    roughness = one.roughness[:, None] + other.roughness[None, :]
    return Functions(values.reshape(count, -1), roughness.ravel())


def _constant(count: int) -> Functions:
    return Functions(np.full((count, 1), count**-0.5), np.zeros(1))


def _without_constant(functions: Functions) -> Functions:
    return Functions(functions.values[:, 1:], functions.roughness[1:])


def _first(functions: Functions, count: int) -> Functions:
    return Functions(functions.values[:, :count], functions.roughness[:count])


def _beside(parts: Sequence[Functions]) -> Functions:
    return Functions(
        np.hstack([part.values for part in parts]),
        np.concatenate([part.roughness for part in parts]),
    )


def _diagonal(functions: Functions) -> Functions:
    """The same functions, orthonormal over the draws, and orthogonal over the penalty.

    Those without a penalty are made orthonormal one after another. Any other turn of them would do
    as well, and rounding would choose it, so that errors would differ from machine to machine.
    """
    made = diagonal(functions.values, np.diag(functions.roughness))
    flat = functions.values[:, functions.roughness == 0]
    turned, triangle = np.linalg.qr(flat)
    left = np.diag(triangle)  # of each after those before it; nothing where they say the same
    signs = np.where(np.abs(left) > SAME * np.abs(left).max(), np.sign(left), 0.0)
    own, others = np.split(made.values, [flat.shape[1]], axis=1)
    one, _, other = np.linalg.svd(own.T @ (turned * signs))
    return Functions(np.hstack([own @ one @ other, others]), made.roughness)
