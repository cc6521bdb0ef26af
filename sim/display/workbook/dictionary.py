"""What each column of the data files of the results holds."""

from __future__ import annotations

from collections.abc import Sequence

from sim.display.workbook.sheet import Cell, Column, Sheet
from sim.results import Kept
from sim.results.dictionary import Entry, described

HOLDS = "One row for each data file of a result, then one for each of its columns."


def sheet(results: Sequence[Kept]) -> Sheet:
    """The dictionaries of all results, one below the other."""
    rows: list[list[Cell]] = [
        [number, *row]
        for number, kept in enumerate(results, 1)
        for row in described(kept.folder, kept.manifest.kind).itertuples(index=False, name=None)
    ]
    columns = [Column(head) for head in ("result", "file", *Entry._fields)]
    return Sheet("Dictionary", HOLDS, columns, rows)
