"""Columns of random numbers that are kept for the next use, within a limit of memory.

All points of a sweep have the same patients, and drawing their numbers takes a sixth of the time of
a small point. A column depends on its address alone, so a kept column is the same to the last bit.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, NamedTuple, Protocol

import numpy as np

from sim.simulation import draws
from sim.simulation.draws import Law
from sim.simulation.records import Floats

Address = tuple[int, str, int, Law, range]
"""Seed, stream, use, law and numbers of the patients."""


class Table(NamedTuple):
    """The last table of columns: seed, names of the columns, patients, and the numbers."""

    seed: int
    columns: tuple[tuple[str, int, Law], ...]
    patients: range
    numbers: Floats


NO_TABLE = Table(0, (), range(0), np.empty((0, 0)))


class Source(Protocol):
    """A source of numbers that differ from patient to patient."""

    def column(self, seed: int, stream: str, use: int, law: Law, patients: range) -> Floats:
        """Return one number per patient, by the address of `draws.column`."""


class Columns:
    """Source of columns of random numbers, which keeps the columns of one range of patients.

    A sweep goes through one range of patients after the other, so the columns of another range, or
    of another seed, replace the kept ones. A column beyond the limit is drawn again at each use.
    The last table is kept as well, because most points need the same columns.

    Parameters
    ----------
    most_bytes : int
        Most bytes that are kept; 0 keeps nothing.
    turns : context manager, optional
        Held while a table is drawn, by threads that take turns.
    """

    def __init__(self, most_bytes: int, turns: AbstractContextManager[Any] | None = None) -> None:
        self.most_bytes = most_bytes
        self._turns = nullcontext() if turns is None else turns
        self._whose: tuple[int, range] = (0, range(0))
        self._columns: dict[Address, Floats] = {}
        self._bytes_of_columns = 0
        self._table = NO_TABLE
        self._changing = threading.Lock()  # workers of a cluster may be threads of one process

    def __reduce__(self) -> tuple[type[Columns], tuple[int]]:
        """Pickle the limit alone: another process keeps columns of its own."""
        return Columns, (self.most_bytes,)

    @property
    def bytes(self) -> int:
        """Bytes that are kept now."""
        return self._bytes_of_columns + self._table.numbers.nbytes

    def column(self, seed: int, stream: str, use: int, law: Law, patients: range) -> Floats:
        """Return one random number per patient, kept or drawn now by `draws.column`.

        Parameters
        ----------
        seed, stream, use, law
            Address of the numbers, as in `draws.column`.
        patients : range
            Numbers of the patients.

        Returns
        -------
        array, shape (patients,)
            A kept column is read-only.
        """
        address = (seed, stream, use, law, patients)
        column = self._columns.get(address)
        if column is None:
            column = draws.column(seed, stream, use, law, patients.start, len(patients))
            if column.nbytes > self.most_bytes:
                return column
            with self._changing:
                if self._has_room(seed, patients, column) and address not in self._columns:
                    column = column.copy()  # alone, without the numbers of patients before
                    column.flags.writeable = False
                    self._columns[address] = column
                    self._bytes_of_columns += column.nbytes
        return column

    def table(self, seed: int, columns: Sequence[tuple[str, int, Law]], patients: range) -> Floats:
        """Return columns side by side.

        Parameters
        ----------
        seed : int
            Seed of the study.
        columns : sequence of (stream, use, law)
            Address of each column.
        patients : range
            Numbers of the patients.

        Returns
        -------
        array, shape (patients, columns)
            Random numbers. The next caller may receive the same array: do not write to it.
        """
        last = self._table
        if last[:3] == (seed, tuple(columns), patients):
            return last.numbers
        numbers = np.empty((len(patients), len(columns)))
        with self._turns:
            for place, (stream, use, law) in enumerate(columns):
                numbers[:, place] = self.column(seed, stream, use, law, patients)
        with self._changing:
            self._table = NO_TABLE
            if self._has_room(seed, patients, numbers):
                self._table = Table(seed, tuple(columns), patients, numbers)
        return numbers

    def _has_room(self, seed: int, patients: range, numbers: Floats) -> bool:
        """Whether numbers can be kept. What is kept of other patients goes first."""
        if numbers.nbytes > self.most_bytes:
            return False
        if (seed, patients) != self._whose:
            self._whose, self._table = (seed, patients), NO_TABLE
            self._columns, self._bytes_of_columns = {}, 0
        return self.bytes + numbers.nbytes <= self.most_bytes


DRAWN_ANEW = Columns(most_bytes=0)
"""A source that keeps nothing: every column is drawn at each use."""
