"""Sums of patients added one cell after another, in the order of the patients."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sim.outcomes.sums import CELL, SumTable, plus

MARK = 8 * CELL
"""More patients can be added to a run at multiples of this number; blocks begin there."""


class Total:
    """Sums of patients added one cell after another.

    `mark` holds the sums after the last multiple of MARK patients. More patients can be added to it
    later, and the sums are the same as if all had been simulated at once.
    """

    def __init__(self, begun: SumTable | None = None) -> None:
        self._whole = begun
        self.mark = begun

    @property
    def sums(self) -> SumTable:
        """The sums so far, in one part. Raises ValueError before the first patient."""
        if self._whole is None:
            raise ValueError("no patient was added yet")
        return self._whole

    @property
    def patients(self) -> int:
        """Number of patients added so far."""
        return 0 if self._whole is None else self._whole.patients

    def add(self, table: SumTable) -> None:
        """Add the cells of the patients that come next."""
        if self.mark is not None and not self.mark.labels:  # it was read from a file
            self.mark = replace(self.mark, labels=table.labels, contrasts=table.contrasts)
        for cell in range(len(table.own)):
            part = table.part(cell)
            if self._whole is not None:
                part = plus(part, self._whole)
            self._whole = part
            if self.patients % MARK == 0:
                self.mark = self._whole


def added(tables: Iterable[SumTable]) -> SumTable:
    """Add the tables of blocks, in the order of their patients, to one with a single part."""
    total = Total()
    for table in tables:
        total.add(table)
    return total.sums
