"""Sums of quantities over equal groups of consecutive patients, which estimates are made from.

There are at most `MOST` groups: with more patients the size of a group doubles. Sums within a group
are added pair by pair, so they are the same to the last bit whether patients come at once or later.
Patients who share a clinic are added up first, so that a group holds whole clinics.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from sim.simulation.records import Floats

MOST = 4096
"""Groups at most: enough for an error that is known within 2 %, and a file of some megabytes."""


class Quantities(NamedTuple):
    """Quantities of a study in groups of patients.

    Attributes
    ----------
    sums : numpy.ndarray of float, shape (groups, arms, 2, keys)
        Sums over the patients of each group, undiscounted and discounted.
    patients : numpy.ndarray of float, shape (groups,)
        Patients of each group; the last may have fewer.
    arms, keys : sequence of str
        What the second and the last axis are.
    subgroups : mapping
        The same of the members of each subgroup of the study, by its name: sums over the members
        in each group, and their number.
    """

    sums: Floats
    patients: Floats
    arms: Sequence[str]
    keys: Sequence[str]
    subgroups: Mapping[str, Quantities] = MappingProxyType({})

    def means(self) -> Floats:
        """The mean of each quantity per patient: arms x 2 x keys."""
        return np.asarray(self.sums.sum(axis=0) / self.patients.sum(), float)

    def begun(self, patients: int) -> Groups:
        """The groups of the first patients, to which others are added. ValueError for parts."""
        size = int(self.patients.max(initial=1.0))
        if patients % size:
            raise ValueError(f"{patients} patients are no whole groups of {size}")
        sums = self._of_everyone_and_subgroups()[: patients // size]
        return Groups(self.arms, self.keys, sums, sums[:0], size, [*self.subgroups])

    def _of_everyone_and_subgroups(self) -> Floats:
        """The sums as `Groups` has them."""
        if not self.subgroups:
            return self.sums
        return np.concatenate(
            [_with_members(own.sums, own.patients) for own in (self, *self.subgroups.values())],
            axis=1,
        )


@dataclass(frozen=True)
class Groups:
    """Sums over groups of patients.

    Attributes
    ----------
    arms, keys : sequence of str
        Arms, and quantities (`sim.economics.quantities.keys_of`).
    sums : numpy.ndarray of float, shape (groups, arms, 2, keys)
        Sums of the groups that are whole, undiscounted and discounted. With subgroups as of
        `by_subgroup`: (groups, (1 + subgroups) x arms, 2, keys + 1).
    rest : numpy.ndarray of float, shape (patients, arms, 2, keys)
        Quantities of the last patients, who do not fill a group.
    size : int
        Units of a group, a power of two.
    subgroups : sequence of str
        Names of the subgroups of the study.
    unit : int
        Patients of a unit, who follow each other, as in a clinic; a unit is a row of `rest`.
    """

    arms: Sequence[str]
    keys: Sequence[str]
    sums: Floats
    rest: Floats
    size: int = 1
    subgroups: Sequence[str] = ()
    unit: int = 1

    @classmethod
    def none(
        cls, arms: Sequence[str], keys: Sequence[str], subgroups: Sequence[str] = (), unit: int = 1
    ) -> Groups:
        """No patient yet."""
        parts, counted = 1 + len(subgroups), int(bool(subgroups))
        empty = np.zeros((0, parts * len(arms), 2, len(keys) + counted))
        return cls(arms, keys, empty, empty, subgroups=subgroups, unit=unit)

    @property
    def count(self) -> int:
        """Number of patients."""
        return (len(self.sums) * self.size + len(self.rest)) * self.unit

    def plus(self, quantities: Floats) -> Groups:
        """Add the patients that come next.

        Parameters
        ----------
        quantities : numpy.ndarray of float, shape (patients, arms, 2, keys)
            Their quantities. ValueError for a part of a unit.
        """
        if len(quantities) % self.unit:
            raise ValueError(f"{len(quantities)} patients are no whole units of {self.unit}")
        units = quantities
        if self.unit > 1:
            units = quantities.reshape(-1, self.unit, *quantities.shape[1:]).sum(axis=1)
        rows, groups = np.concatenate([self.rest, units]), self
        while len(rows) and (len(groups.sums) == MOST or len(rows) >= groups.size):
            groups = groups._halved() if len(groups.sums) == MOST else groups
            room = (MOST - len(groups.sums)) * groups.size
            taken = min(room, len(rows) // groups.size * groups.size)
            sums = np.concatenate([groups.sums, paired(rows[:taken], groups.size)])
            groups, rows = replace(groups, sums=sums), rows[taken:]
        return replace(groups, rest=rows)

    def _halved(self) -> Groups:
        """Make one group of each two; their number is even."""
        return replace(self, sums=self.sums[0::2] + self.sums[1::2], size=2 * self.size)

    def quantities(self) -> Quantities:
        """Return the sums of all groups; the last may have fewer patients."""
        sizes = np.full(len(self.sums), float(self.size * self.unit))
        if not len(self.rest):
            return self._split(self.sums, sizes)
        filled = np.zeros((self.size, *self.rest.shape[1:]))
        filled[: len(self.rest)] = self.rest
        sums = np.concatenate([self.sums, paired(filled, self.size)])
        return self._split(sums, np.append(sizes, float(len(self.rest) * self.unit)))

    def _split(self, sums: Floats, patients: Floats) -> Quantities:
        """Tell everyone from the members of each subgroup."""
        if not self.subgroups:
            return Quantities(sums, patients, self.arms, self.keys)
        everyone, *parts = np.split(sums, 1 + len(self.subgroups), axis=1)
        of_subgroups = {
            name: Quantities(part[..., :-1], part[:, 0, 0, -1], self.arms, self.keys)
            for name, part in zip(self.subgroups, parts, strict=True)
        }
        return Quantities(everyone[..., :-1], patients, self.arms, self.keys, of_subgroups)


def by_subgroup(quantities: Floats, inside: Sequence[Floats]) -> Floats:
    """Put the quantities of the members of each subgroup beside those of everyone.

    Parameters
    ----------
    quantities : numpy.ndarray of float, shape (patients, arms, 2, keys)
        Quantities of everyone.
    inside
        For each subgroup 1 for each member, 0 for the other patients.

    Returns
    -------
    numpy.ndarray of float, shape (patients, (1 + subgroups) x arms, 2, keys + 1)
        Everyone, then each subgroup; the last key counts the members.
    """
    counted = _with_members(quantities, np.ones(len(quantities)))
    parts = [counted, *(counted * of[:, None, None, None] for of in inside)]
    return np.concatenate(parts, axis=1)


def _with_members(sums: Floats, members: Floats) -> Floats:
    """Add the number of members as a last key."""
    number = np.broadcast_to(members[:, None, None, None], (*sums.shape[:-1], 1))
    return np.concatenate([sums, number], axis=-1)


def paired(rows: Floats, size: int) -> Floats:
    """Sum each `size` rows pair by pair, then pairs of pairs.

    >>> paired(np.arange(8.0), 4).tolist()
    [6.0, 22.0]
    """
    while size > 1:
        rows, size = rows[0::2] + rows[1::2], size // 2
    return rows
