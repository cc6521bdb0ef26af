"""What every file and column of a kept result holds, as data: one or more files per kind.

`write` puts the entries of the files that a result has beside it, as dictionary.csv.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from sim.results.manifest import Kind
from sim.results.tables import columns_of, write_csv

if TYPE_CHECKING:
    import pandas as pd

FILE = "dictionary.csv"
"""The dictionary of a result. It explains the data files and is none: it has no seal."""

FOLDER = Path(__file__).parent
PARTS = ("{kind}", "{kind}_sums", "{kind}_figures")
"""Names of the files that have the entries of a kind, as far as they exist."""

SHARED, ANY, NO_UNIT = "shared", "*", "-"


class Entry(NamedTuple):
    """A column: what it holds, in which unit, and in which rows if that differs by row.

    `where` is a condition like `event = infusion`, empty for all rows.
    """

    column: str
    where: str
    kind: str
    unit: str
    meaning: str


class Table(NamedTuple):
    """The files of a table, what one row of it is, and its columns.

    `also` are files with the same columns. The file of a figure stands beside the figure.
    """

    file: str
    also: str
    rows: str
    is_figure: bool
    entries: tuple[Entry, ...]

    def of(self, column: str) -> tuple[Entry, ...]:
        """The entries of a column; those of `*` for one that is named after a parameter."""
        own = tuple(entry for entry in self.entries if entry.column == column)
        named = (entry for entry in self.entries if entry.column == ANY)
        return own or tuple(entry._replace(column=column) for entry in named)


@cache
def tables_of(kind: Kind) -> Mapping[str, Table]:
    """The tables that a kind of result may have, by their names.

    Examples
    --------
    >>> tables_of("run")["events"].of("day")[0].unit
    'days'
    """
    paths = (FOLDER / f"{part.format(kind=kind)}.yaml" for part in PARTS)
    return {
        name: _table(held) for path in paths if path.exists() for name, held in _read(path).items()
    }


def described(folder: Path, kind: Kind) -> pd.DataFrame:
    """Describe the data files that a result has.

    Parameters
    ----------
    folder
        Folder of the result.
    kind
        Its kind.

    Returns
    -------
    pandas.DataFrame
        A row for each file, then one for each of its columns. Columns: file; column (empty for the
        file itself); where (the rows that are meant, empty for all); kind of value; unit; meaning.

    Raises
    ------
    Damaged
        For a file that cannot be read.
    """
    import pandas as pd

    rows = [row for path in _in_order(folder, kind) for row in _rows(path, kind)]
    return pd.DataFrame(rows, columns=["file", *Entry._fields])


def write(folder: Path, kind: Kind) -> None:
    """Write dictionary.csv into the folder of a result."""
    write_csv(described(folder, kind), folder / FILE)


def _in_order(folder: Path, kind: Kind) -> list[Path]:
    """The data files of a folder in the order of the dictionary, then others."""
    names = list(tables_of(kind))
    paths = [path for path in folder.iterdir() if path.suffix in (".csv", ".parquet")]
    return sorted(
        (path for path in paths if path.name != FILE),
        key=lambda path: (names.index(path.stem) if path.stem in names else len(names), path.name),
    )


def _rows(path: Path, kind: Kind) -> Iterator[tuple[str, ...]]:
    """The rows of a file; meanings are empty where the dictionary lacks an entry."""
    table = tables_of(kind).get(path.stem, Table(path.name, "", "", False, ()))
    yield (path.name, "", "", "table", "", table.rows)
    for column in columns_of(path):
        for entry in table.of(column) or (Entry(column, "", "", "", ""),):
            yield (path.name, *entry)


def _table(held: Mapping[str, Any]) -> Table:
    entries = (
        entry for column, text in held["columns"].items() for entry in _entries(column, text)
    )
    is_figure = held.get("figure", False)
    return Table(held["file"], held.get("also", ""), held["rows"], is_figure, tuple(entries))


def _entries(column: str, held: str | Mapping[str, str] | None) -> Iterator[Entry]:
    """The entries of a column: its own, that of all tables, or one for each kind of row."""
    if isinstance(held, Mapping):
        for value, text in held.items():
            if value != "by":
                yield _entry(column, f"{held['by']} = {value}", text)
    else:
        yield _entry(column, "", held or _read(FOLDER / f"{SHARED}.yaml")[column])


def _entry(column: str, where: str, text: str) -> Entry:
    kind, unit, meaning = text.split(" | ")
    return Entry(column, where, kind, "" if unit == NO_UNIT else unit, meaning)


@cache
def _read(path: Path) -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return dict(yaml.load(path.read_text(encoding="utf-8"), Loader=loader))
