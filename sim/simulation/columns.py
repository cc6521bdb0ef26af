"""Columns of random numbers that are kept for the next use, within a limit of memory.

All points of a sweep have the same patients, and drawing their numbers takes a third of the time of
a small point. A column depends on its address alone, so a kept column is the same to the last bit.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np

from sim.simulation import draws
from sim.simulation.draws import Law
from sim.simulation.records import Floats

Address = tuple[int, str, int, Law, range]
"""Seed, stream, use, law and numbers of the patients."""


class Columns:
    """Source of columns of random numbers, which keeps the columns of one range of patients.

    A sweep goes through one range of patients after the other, so the columns of another range
    replace the kept ones. A column beyond the limit is drawn again at each use.

    Parameters
    ----------
    most_bytes : int
        Most bytes that are kept; 0 keeps nothing.

    Attributes
    ----------
    bytes : int
        Bytes that are kept now.
    """

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.bytes = 0
        self._kept: dict[Address, Floats] = {}
        self._patients = range(0)
        self._changing = threading.Lock()  # workers of a cluster may be threads of one process

    def __reduce__(self) -> tuple[type[Columns], tuple[int]]:
        """Pickle the limit alone: another process keeps columns of its own."""
        return Columns, (self.most_bytes,)

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
        column = self._kept.get(address)
        if column is None:
            column = draws.column(seed, stream, use, law, patients.start, len(patients))
            self._keep(address, column)
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
            Random numbers.
        """
        rows = np.empty((len(columns), len(patients)))
        for row, (stream, use, law) in zip(rows, columns, strict=True):
            row[:] = self.column(seed, stream, use, law, patients)
        return np.ascontiguousarray(rows.T)

    def _keep(self, address: Address, column: Floats) -> None:
        if column.nbytes > self.most_bytes:
            return
        column.flags.writeable = False
        with self._changing:
            if address[-1] != self._patients:
                self._patients, self.bytes, self._kept = address[-1], 0, {}
            if address not in self._kept and self.bytes + column.nbytes <= self.most_bytes:
                self._kept[address] = column
                self.bytes += column.nbytes


DRAWN_ANEW = Columns(most_bytes=0)
"""A source that keeps nothing: every column is drawn at each use."""
