"""Columns of random numbers that are kept for the next use, as far as they fit in memory.

Points of a sweep have the same patients, and drawing their numbers anew takes a third of the time
of a small point. A column depends on its address alone, so a kept one is the same to the bit.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np

from sim.simulation import draws
from sim.simulation.draws import Law
from sim.simulation.records import Floats

Address = tuple[int, str, int, Law, range]
"""Seed, stream, use, law and the numbers of the patients."""


class Columns:
    """Columns of random numbers; those of one range of patients are kept in up to `most_bytes`.

    Work goes through a range of patients after the other, so another range replaces the columns of
    the one before. A column that does not fit any more is drawn anew each time.
    """

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.bytes = 0
        self._kept: dict[Address, Floats] = {}
        self._patients = range(0)
        self._changing = threading.Lock()  # workers of a cluster may be threads of one process

    def __reduce__(self) -> tuple[type[Columns], tuple[int]]:
        """Another process is handed the limit, and keeps columns of its own."""
        return Columns, (self.most_bytes,)

    def column(self, seed: int, stream: str, use: int, law: Law, patients: range) -> Floats:
        """One number per patient, as `draws.column` draws it; not to be written to."""
        address = (seed, stream, use, law, patients)
        column = self._kept.get(address)
        if column is None:
            column = draws.column(seed, stream, use, law, patients.start, len(patients))
            self._keep(address, column)
        return column

    def table(self, seed: int, columns: Sequence[tuple[str, int, Law]], patients: range) -> Floats:
        """Columns side by side, each named by stream, use and law: patients x columns."""
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
"""Keeps nothing: every column is drawn when it is asked for."""
