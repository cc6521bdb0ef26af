"""Sums of quantities over at most 4,096 groups of consecutive patients, to which more can be added.

All groups but the last have as many patients, a power of two that doubles as patients grow. Numbers
are added in pairs: patients 0 and 1, 2 and 3, then these sums in pairs, and so on. Sums of a group
are therefore the same to the last bit whether its patients came at once, in blocks or later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from sim.outcomes.arm import ArmRecords
from sim.scenario.form.study import Scenario
from sim.simulation.records import Floats, Integers
from sim.worth.quantities import quantities

MOST_GROUPS = 4096
"""Groups that are kept: enough for Student's t, few enough for a small file."""


class Nodes(NamedTuple):
    """Sums over as many consecutive patients each.

    Attributes
    ----------
    size : int
        Patients in each sum, a power of two.
    sums : numpy.ndarray of float, shape (nodes, arms, 2, keys)
        Sums of the quantities, undiscounted and discounted.
    """

    size: int
    sums: Floats


class Groups(NamedTuple):
    """Sums of quantities by group of consecutive patients.

    Attributes
    ----------
    size : int
        Patients in each group but the last, which may have fewer.
    patients : numpy.ndarray of int, shape (groups,)
        Patients in each group.
    sums : numpy.ndarray of float, shape (groups, arms, 2, keys)
        Sums over the patients of a group, undiscounted and discounted.
    """

    size: int
    patients: Integers
    sums: Floats


def size_for(patients: int) -> int:
    """Return the patients in a group: the least power of two that needs at most 4,096 groups.

    Examples
    --------
    >>> [size_for(patients) for patients in (1, 4096, 4097, 100_000)]
    [1, 1, 2, 32]
    """
    size = 1
    while size * MOST_GROUPS < patients:
        size *= 2
    return size


def of_block(arms: Mapping[str, ArmRecords], scenario: Scenario, size: int = 1) -> list[Nodes]:
    """Reduce the records of a block of patients to what it adds to the groups.

    Parameters
    ----------
    arms
        Records of each arm, in the order of the scenario.
    scenario
        Values of the study, with economics.
    size
        Patients in each sum. A larger one makes the block smaller to send and leaves the sums of
        groups the same. At most `size_for` all patients that will come; the number of the first
        patient of the block is a multiple of it.

    Returns
    -------
    list of Nodes
        Sums over `size` patients each, then those of the patients that are left.
    """
    of_arms = [reduced(quantities(records, scenario), size) for records in arms.values()]
    return [
        Nodes(parts[0].size, np.stack([part.sums for part in parts], axis=1))
        for parts in zip(*of_arms, strict=True)
    ]


def reduced(each: Floats, size: int) -> list[Nodes]:
    """Add the quantities of patients in pairs, up to sums over some number of them.

    Parameters
    ----------
    each
        Quantities, the patients along the first axis.
    size
        Patients in a sum, a power of two.

    Returns
    -------
    list of Nodes
        Sums in the order of the patients; what is left has ever fewer patients in a sum.
    """
    sums, width, left = each, 1, []
    while width < size:
        sums, rest = _in_pairs(sums)
        left.append(Nodes(width, rest))
        width *= 2
    return [part for part in (Nodes(width, sums), *reversed(left)) if len(part.sums)]


def _in_pairs(sums: Floats) -> tuple[Floats, Floats]:
    """The sums of pairs of rows, and a row that is left without another."""
    whole = len(sums) // 2 * 2
    return sums[:whole:2] + sums[1:whole:2], sums[whole:]


class GroupTotal:
    """Sums by group, to which blocks are added in the order of their patients.

    Parameters
    ----------
    begun : sequence of Nodes
        The `parts` of the patients that came before.
    """

    def __init__(self, begun: Sequence[Nodes] = ()) -> None:
        self.patients = 0
        self._size = 1
        self._whole: list[Floats] = []  # sums over _size patients each
        self._left: dict[int, Floats] = {}  # one sum of each width, of the patients after those
        self.add(begun)

    def add(self, block: Sequence[Nodes]) -> None:
        """Add the patients that come next.

        Parameters
        ----------
        block
            Sums over these patients, from `of_block`.

        Raises
        ------
        ValueError
            If a sum of the block does not begin where sums over so many patients begin.
        """
        self.patients += sum(nodes.size * len(nodes.sums) for nodes in block)
        size = max([size_for(self.patients), *(nodes.size for nodes in block)])
        if size > self._size:
            self._widen(size)
        for nodes in block:
            self._take(*nodes)

    @property
    def parts(self) -> list[Nodes]:
        """The sums of whole groups, and of the patients left: all to which more can be added."""
        whole = [Nodes(self._size, np.concatenate(self._whole))] if self._whole else []
        return whole + [Nodes(width, self._left[width]) for width in sorted(self._left)[::-1]]

    @property
    def groups(self) -> Groups:
        """The sums by group so far. Raises ValueError before the first patient."""
        if not self.patients:
            raise ValueError("no patient was added yet")
        last = [self._left[width] for width in sorted(self._left)]
        for more in range(1, len(last)):
            last[0] = last[more] + last[0]
        sums = np.concatenate([*self._whole, *last[:1]])
        patients = np.full(len(sums), self._size)
        patients[-1] -= self._size * len(sums) - self.patients
        return Groups(self._size, patients, sums)

    def _widen(self, size: int) -> None:
        """Put the groups together to larger ones."""
        whole, width = self._whole, self._size
        self._whole, self._size = [], size
        if whole:
            left, self._left = self._left, {}
            self._take(width, np.concatenate(whole))
            self._left |= left

    def _take(self, width: int, sums: Floats) -> None:
        """Add sums over some number of patients each, in pairs with those that wait for them."""
        if any(narrow < width for narrow in self._left):
            raise ValueError(f"a sum over {width} patients begins where no such sum begins")
        while width < self._size:
            waiting = self._left.pop(width, sums[:0])
            sums, rest = _in_pairs(np.concatenate([waiting, sums]))
            if len(rest):
                self._left[width] = rest
            width *= 2
        if len(sums):
            self._whole.append(sums)
