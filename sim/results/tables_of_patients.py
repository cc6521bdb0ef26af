"""The tables of a run on disk, group by group: patients, events, measurements, latent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.outcomes.tables import Tables, join
from sim.results.tables import AS_CSV, read_parquet

if TYPE_CHECKING:
    import pandas as pd

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
                append(frame, folder / f"{name}.parquet", writers, files)
            waiting.clear()

        yield add
        if waiting:
            write()


def save(tables: Tables, folder: Path) -> None:
    """Write tables that are in memory."""
    with writing(folder) as add:
        hand_over(tables, len(tables.patients), add)


def hand_over(tables: Tables, patients: int, add: Callable[[Tables], None]) -> None:
    """Hand over the tables of the first patients, group by group."""
    numbers = tables.patients["patient"].to_numpy()[:patients]
    for first in range(0, len(numbers), PATIENTS_A_GROUP):
        group = numbers[first : first + PATIENTS_A_GROUP]
        inside = [frame["patient"].between(group[0], group[-1]) for frame in tables]
        add(Tables(*(frame[rows] for frame, rows in zip(tables, inside, strict=True))))


def load(folder: Path) -> Tables:
    """The tables of the patients that were saved in a folder. Raises Damaged."""
    return Tables(*(read_parquet(folder / f"{name}.parquet") for name in Tables._fields))


def save_as_csv(folder: Path) -> None:
    """Write the tables of patients that stand in a folder as CSV files too, group by group."""
    from pyarrow import parquet

    for name in Tables._fields:
        with (
            parquet.ParquetFile(folder / f"{name}.parquet") as rows,
            (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file,
        ):
            for group in range(rows.num_row_groups):
                frame = rows.read_row_group(group).to_pandas()
                frame.to_csv(file, header=group == 0, **AS_CSV)


def append(frame: pd.DataFrame, path: Path, writers: dict[str, Any], files: ExitStack) -> None:
    """Add a group of rows to a file, which is begun with the first."""
    import pyarrow as pa
    from pyarrow import parquet

    rows = pa.Table.from_pandas(frame, preserve_index=False)
    if path.name not in writers:
        file = parquet.ParquetWriter(path, rows.schema, compression="zstd")
        writers[path.name] = files.enter_context(file)
    writers[path.name].write_table(rows, row_group_size=max(len(rows), 1))
