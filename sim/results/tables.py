"""Results on disk: tables as Parquet, and a manifest."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.outcomes.tables import Tables, join

if TYPE_CHECKING:
    import pandas as pd

MANIFEST = "manifest.json"

PATIENTS_A_GROUP = 1024
"""Patients in a group of rows of a file, however many come at a time: equal tables, equal bytes."""


@contextmanager
def writing(folder: Path) -> Iterator[Callable[[Tables], None]]:
    """A function that takes the tables of the patients that come next, and writes them to files.

    The files are Parquet of flat columns. What comes at a time must divide a group of rows or be
    one, the last part aside.
    """
    waiting: list[Tables] = []
    with ExitStack() as files:
        writers: dict[str, Any] = {}

        def add(part: Tables) -> None:
            waiting.append(part)
            if sum(len(tables.patients) for tables in waiting) >= PATIENTS_A_GROUP:
                write()

        def write() -> None:
            for name, frame in join(waiting)._asdict().items():
                _append(frame, folder / f"{name}.parquet", writers, files)
            waiting.clear()

        yield add
        if waiting:
            write()


def save(tables: Tables, folder: Path) -> None:
    """Write tables that are in memory."""
    with writing(folder) as add:
        _hand_over(tables, len(tables.patients), add)


def copy(folder: Path, patients: int, add: Callable[[Tables], None]) -> None:
    """Hand over the tables of the first patients of a folder, group by group."""
    _hand_over(load(folder), patients, add)


def _hand_over(tables: Tables, patients: int, add: Callable[[Tables], None]) -> None:
    numbers = tables.patients["patient"].to_numpy()[:patients]
    for first in range(0, len(numbers), PATIENTS_A_GROUP):
        group = numbers[first : first + PATIENTS_A_GROUP]
        add(Tables(*(_of_patients(frame, group[0], group[-1]) for frame in tables)))


def load(folder: Path) -> Tables:
    """Read the tables that were saved in a folder."""
    import pandas as pd

    return Tables(*(pd.read_parquet(folder / f"{name}.parquet") for name in Tables._fields))


def manifest_of(folder: Path) -> dict[str, Any]:
    """The manifest of a result."""
    return dict(json.loads((folder / MANIFEST).read_text(encoding="utf-8")))


def _append(frame: pd.DataFrame, path: Path, writers: dict[str, Any], files: ExitStack) -> None:
    """Add a group of rows to a file, which is begun with the first."""
    import pyarrow as pa
    from pyarrow import parquet

    rows = pa.Table.from_pandas(frame, preserve_index=False)
    if path.name not in writers:
        file = parquet.ParquetWriter(path, rows.schema, compression="zstd")
        writers[path.name] = files.enter_context(file)
    writers[path.name].write_table(rows, row_group_size=max(len(rows), 1))


def _of_patients(frame: pd.DataFrame, first: int, last: int) -> pd.DataFrame:
    """The rows of patients from one number to another."""
    return frame[frame["patient"].between(first, last)]
