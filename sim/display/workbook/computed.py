"""Differences of rows of one sheet as formulas: of scenarios, of readings, of arms."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

from sim.display.numbers import decimals_of
from sim.display.workbook.sheet import Cell, Column, Decimals, Formula, Sheet, address

if TYPE_CHECKING:
    import pandas as pd

TABLES = ("comparison", "readings", "outcomes", "worth")
"""Tables whose rows of differences are differences of two other rows of the table."""

PAIRS = (("scenario", "against"), ("reading", "against"), ("arm", "against_arm"))
"""Columns of what a row is of, and of what is subtracted in it."""

LABELS = ("scenario", "reading", "against", "point", "arm", "against_arm", "subgroup", "outcome",
          "time")  # fmt: skip
VALUE, COMPUTED = "estimate", "difference_of_rows"

Key = tuple[object, ...]


def with_differences(sheet: Sheet, frame: pd.DataFrame) -> Sheet:
    """One of `TABLES` with a column more: each difference as a formula of the two rows it is of."""
    labels = [name for name in LABELS if name in frame]
    pairs = [(one, other) for one, other in PAIRS if {one, other} <= {*frame.columns}]
    rows = frame.head(len(sheet.rows)).to_dict("records")
    places = {tuple(row[name] for name in labels): at for at, row in enumerate(rows)}
    column = [str(name) for name in frame.columns].index(VALUE)
    cells: list[Cell] = []
    for row in rows:
        at = [places.get(tuple(term[name] for name in labels)) for term in _terms(row, pairs)]
        cells.append(_formula(row, at, rows, column))
    joined = [[*own, cell] for own, cell in zip(sheet.rows, cells, strict=True)]
    return sheet._replace(columns=[*sheet.columns, Column(COMPUTED)], rows=joined)


def _terms(
    row: Mapping[Hashable, Any], pairs: list[tuple[str, str]]
) -> list[Mapping[Hashable, Any]]:
    """The row that a difference is of, and the row that is subtracted; none for another row."""
    for of, against in pairs:
        if row[against]:
            return [{**row, against: ""}, {**row, of: row[against], against: ""}]
    return []


def _formula(
    row: Mapping[Hashable, Any], at: list[int | None], rows: list[dict[Hashable, Any]], column: int
) -> Cell:
    known = [place for place in at if place is not None]
    if len(known) < 2:
        return None
    one, other = (float(rows[place][VALUE]) for place in known)
    text = f"={address(column, known[0])}-{address(column, known[1])}"
    if one - other != one - other:  # one of both is missing
        return None
    return Decimals(Formula(text, one - other), decimals_of(row["low"], row["high"]))
