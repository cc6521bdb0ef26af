"""The CSV tables of a result as sheets: units in a row of their own, decimals from intervals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sim.display.numbers import decimals_of
from sim.display.workbook.computed import TABLES, with_differences
from sim.display.workbook.sheet import Cell, Column, Decimals, Sheet, named
from sim.outcomes.tables import Tables
from sim.results import Kept, Kind, dictionary

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 10_000
"""Rows of a table that a workbook holds; the CSV file of a large sweep has many more."""

INTERVALS = {
    ("low", "high"): ("estimate", "simulated", "mean", "mean_difference", "value", "mc_error",
                      "published", "mean_absolute_effect", "simulated_spread"),
    ("base_low", "base_high"): ("base", "base_error"),
    ("mean_low", "mean_high"): ("mean", "mean_error", "sd", "sd_parameters", "q2.5", "q25",
                                "median", "q75", "q97.5"),
    ("power_low", "power_high"): ("power",),
    ("size_low", "size_high"): ("size",),
    ("from_low", "to_low"): ("change_low", "error_low", "at_low"),
    ("from_high", "to_high"): ("change_high", "error_high", "at_high"),
}  # fmt: skip
"""The ends of intervals, and the columns whose decimals their half-width sets."""


def sheets(kept: Kept, number: int) -> Iterator[Sheet]:
    """A sheet for each CSV table of a result but those of its patients."""
    for name in kept.manifest.tables:
        if kept.has(name) and name not in Tables._fields:
            yield sheet(kept, name, named(name.capitalize(), number))


def sheet(kept: Kept, name: str, called: str) -> Sheet:
    """One CSV table as a sheet."""
    return of_differences(kept.table(name), kept.manifest.kind, name, called)


def of_differences(frame: pd.DataFrame, kind: Kind, name: str, called: str) -> Sheet:
    """A table as a sheet, with its differences as formulas where it has them."""
    plain = of_frame(frame, kind, name, called)
    return with_differences(plain, frame) if name in TABLES else plain


def of_frame(frame: pd.DataFrame, kind: Kind, name: str, called: str) -> Sheet:
    """Some rows of a CSV table of a kind of result as a sheet."""
    known = dictionary.tables_of(kind).get(name)
    columns = [Column(str(head), unit_of(known, frame, str(head))) for head in frame.columns]
    holds = known.rows if known else ""
    if len(frame) > MOST_ROWS:
        holds = f"{holds} The first {MOST_ROWS} of {len(frame)} rows; {name}.csv has all.".strip()
    return Sheet(called, holds, columns, rows_of(frame.head(MOST_ROWS)))


def unit_of(known: dictionary.Table | None, frame: pd.DataFrame, head: str) -> str:
    """The unit that all rows of a column have; empty where it changes, or there is none."""
    units = {entry.unit for entry in known.of(head)} if known else set()
    if len(units) != 1:
        return ""
    (unit,) = units
    for column in ("unit", "value_unit"):
        if unit == f"column {column}":
            own = set(frame[column]) if column in frame else set()
            return str(*own) if len(own) == 1 else ""
    return unit


def rows_of(frame: pd.DataFrame) -> list[list[Cell]]:
    """The rows of a table as cells."""
    decimals = {head: ends for ends, heads in INTERVALS.items() if {*ends} <= {*frame.columns}
                for head in (*ends, *heads)}  # fmt: skip
    columns = [str(head) for head in frame.columns]
    return [_row(columns, row, decimals) for row in frame.itertuples(index=False, name=None)]


def _row(
    columns: Sequence[str], row: Sequence[Any], decimals: dict[str, tuple[str, str]]
) -> list[Cell]:
    values = dict(zip(columns, row, strict=True))
    return [
        shown(value, *(values[end] for end in decimals[head])) if head in decimals else plain(value)
        for head, value in values.items()
    ]


def shown(value: Any, low: float, high: float) -> Cell:
    """A number with the decimals that its interval allows."""
    if not isinstance(value, int | float):
        return plain(value)
    return Decimals(plain_number(value), decimals_of(float(low), float(high)))


def plain(value: Any) -> Cell:
    """A value of a table as a cell."""
    if isinstance(value, str) or value is None:
        return value
    return value if isinstance(value, bool) else plain_number(value)


def plain_number(value: Any) -> float:
    """A whole number without a fraction, another number as it is."""
    return int(value) if float(value).is_integer() else float(value)
