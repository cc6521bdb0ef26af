"""Components of variance, and what the noise of patients adds to each of them.

An index of variance is a ratio of means of products of two estimates, such as `B (AB - A)`. All
points have the same patients, so the errors of two estimates are correlated, and the product holds
their covariance as well. The groups of patients are independent: products of different groups alone
estimate the component without this noise, and how far a group moves a component gives the error.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.experiments.sweeps.designs import Point
from sim.simulation.draws import generator
from sim.simulation.records import Floats

MOST_GROUPS = 200
"""Groups of patients that are told apart; more are joined, which keeps the memory small."""

SIGNS = 64
"""Random signs of the groups, which show how far squares of means over groups vary."""

ROLES = ("A", "B", "AB", "BA")

Terms = list[tuple[float, int, int]]
"""Weights of products of two columns of a draw (see `columns`)."""


class OfPatients(NamedTuple):
    """What patients do to the components of one outcome.

    `noise` is what their noise adds to each component at each draw, draws x components; `groups`
    is how far each group of patients moves each component, groups x components; `squares` is the SD
    of what is left, the squares of means over groups, by component.
    """

    noise: Floats
    groups: Floats
    squares: Floats


def terms_of(parameters: int, second: bool) -> list[Terms]:
    """The components, as sums of products of columns.

    First the variance over A and B, then for each parameter its first order (Saltelli) and its
    total (Jansen), then for each pair what varies with both parameters.
    """
    a, b, moved = 0, 1, range(2, 2 + parameters)
    ab, ba = (range(2 + n * parameters, 2 + (n + 1) * parameters) for n in (1, 2))
    pairs = itertools.combinations(range(parameters), 2) if second else ()
    return [
        [(0.5, a, a), (0.5, b, b)],
        *([(1.0, b, j)] for j in moved),
        *([(0.5, j, j)] for j in moved),
        *([(1.0, ba[i], ab[j]), (-1.0, a, b)] for i, j in pairs),
    ]


def columns(points: Floats, parameters: int) -> Floats:
    """A, B, AB less A by parameter, then AB and BA: from the points of a draw, or of draws.

    `points` are A, B, AB by parameter and, for pairs, BA by parameter, along the first axis.
    """
    return np.concatenate([points[:2], points[2 : 2 + parameters] - points[0], points[2:]])


def levels_of(count: int, parameters: int) -> Floats:
    """How much of a constant each of `count` columns holds: none in a difference, all elsewhere."""
    levels = np.ones(count)
    levels[2 : 2 + parameters] = 0
    return levels


def in_draws(points: Sequence[Point]) -> list[list[Point]]:
    """The points of each draw of a design for indices; an empty list for another design."""
    by_role = {role: [point for point in points if point.role == role] for role in ROLES}
    draws = len(by_role["A"])
    every = [point for of_role in by_role.values() for point in of_role]
    return [every[draw::draws] for draw in range(draws)]


class Components:
    """Sums over draws from which the noise of patients in each component follows.

    Points are taken as differences from the base case, on the same patients: what all points share
    is in no component.
    """

    def __init__(self, parameters: int, base: Floats, influences: Floats) -> None:
        self._parameters, self._second = parameters, False
        self._base, self._influences = base, joined(influences)
        self._groups = len(self._influences)
        self._signs = 2.0 * generator(0, "signs").integers(0, 2, (SIGNS, self._groups)) - 1.0
        self._noise: list[Floats] = []
        self._sums: list[Floats] = []

    def add(self, values: Floats, influences: Floats) -> None:
        """Take in a draw: points x outcomes, and points x groups x outcomes."""
        parameters = self._parameters
        self._second = len(values) > 2 + parameters
        f = columns(values - self._base, parameters)
        i = columns(np.stack([joined(one) for one in influences]) - self._influences, parameters)
        i = np.concatenate([i, self._signs @ i / self._groups], axis=1)
        terms = terms_of(parameters, self._second)
        linear = np.stack([sum(w * (i[u] * f[v] + f[u] * i[v]) for w, u, v in c) for c in terms])
        squares = np.stack([sum(w * i[u] * i[v] for w, u, v in c) for c in terms])
        self._noise.append(_noise(squares[:, : self._groups]))
        parts = [f, i, linear, squares]
        zeros = [np.zeros_like(part) for part in parts]
        self._sums = [a + b for a, b in zip(self._sums or zeros, parts, strict=True)]

    def of(self, outcome: int) -> OfPatients:
        """What patients do to the components of one outcome, about its mean over A and B."""
        draws = len(self._noise)
        f, i, linear, squares = (part[..., outcome] / draws for part in self._sums)
        level = levels_of(len(f), self._parameters)
        middle, middles = f[:2].mean(axis=0), i[:2].mean(axis=0)
        before = _noise(squares[:, : self._groups, None])[:, 0]
        for at, terms in enumerate(terms_of(self._parameters, self._second)):
            for w, u, v in terms:
                both = level[u] * level[v]
                value, groups = level[v] * f[u] + level[u] * f[v], level[v] * i[u] + level[u] * i[v]
                linear[at] -= w * (middles * value + middle * groups - 2 * both * middle * middles)
                squares[at] -= w * (middles * groups - both * middles**2)
        spread = squares[:, self._groups :].std(axis=1)
        linear, squares = linear[:, : self._groups], squares[:, : self._groups]
        shift = _noise(squares[..., None])[:, 0] - before
        moved = _of_groups(linear, squares)
        noise = np.stack([one[:, outcome] for one in self._noise]) + shift
        return OfPatients(noise, (moved - moved.mean(axis=1, keepdims=True)).T, spread)


def joined(influences: Floats) -> Floats:
    """Influences of MOST_GROUPS groups at most, from those of more: neighbours are one group."""
    size = -(-len(influences) // MOST_GROUPS)
    starts = np.arange(0, len(influences), size)
    return np.add.reduceat(influences, starts) * (len(starts) / len(influences))


def _noise(squares: Floats) -> Floats:
    """Covariance of the errors of two estimates, from products of influences: the mean over draws.

    `squares` are components x groups x outcomes; NaN for a single group.
    """
    groups = squares.shape[1]
    return np.asarray(squares.sum(axis=1) / (groups * (groups - 1) or np.nan), float)


def _of_groups(linear: Floats, squares: Floats) -> Floats:
    """How far each group moves a component: the projection of a U-statistic; components x groups.

    Hoeffding W. Ann Math Stat 1948;19:293-325.
    """
    groups = linear.shape[1]
    moved = (groups - 2) * linear - 2 * squares
    return np.asarray(moved / (groups - 1 or np.nan), float)
