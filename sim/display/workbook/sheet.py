"""A sheet as plain data: columns with units, and rows of texts, numbers and formulas."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

LONGEST_NAME = 31
"""Characters that the name of a sheet may have."""

FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
ABOVE = 2
"""Rows above the first row of values: the heads and the units."""

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Formula(NamedTuple):
    """A formula that a spreadsheet computes, and the value that it has."""

    text: str
    value: float


class Decimals(NamedTuple):
    """A number with the decimals that are shown of it; the number itself is kept whole."""

    value: float | Formula
    decimals: int | None


Cell = str | bool | int | float | Formula | Decimals | None


class Column(NamedTuple):
    """The head of a column, and its unit where all rows have one."""

    head: str
    unit: str = ""


class Sheet(NamedTuple):
    """A sheet; `holds` says in a sentence what a row of it is."""

    name: str
    holds: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]


def named(name: str, number: int) -> str:
    """The name of a sheet of the `number`th result: cleaned, and of 31 characters at most.

    >>> named("Outcomes", 1), named("Outcomes", 2), named("a/b: " + 40 * "x", 12)
    ('Outcomes', 'Outcomes 2', 'a b  xxxxxxxxxxxxxxxxxxxxxxx 12')
    """
    end = "" if number == 1 else f" {number}"
    clean = FORBIDDEN.sub(" ", name).strip("' ") or "Sheet"
    return clean[: LONGEST_NAME - len(end)] + end


def unique(sheets: Sequence[Sheet]) -> list[str]:
    """The names of sheets; one that stands before in any case of letters gets a number."""
    names: list[str] = []
    for sheet in sheets:
        name, again = sheet.name, 1
        while name.casefold() in {other.casefold() for other in names}:
            again += 1
            name = named(sheet.name[: LONGEST_NAME - 4], again)
        names.append(name)
    return names


def address(column: int, row: int, sheet: str = "") -> str:
    """The address of a cell in a formula; `row` counts the rows of values from 0.

    >>> address(0, 0), address(27, 5, "Outcomes 2")
    ('A3', "'Outcomes 2'!AB8")
    """
    more, last = divmod(column, len(LETTERS))
    letters = (LETTERS[more - 1] if more else "") + LETTERS[last]
    quoted = sheet.replace("'", "''")
    return (f"'{quoted}'!" if sheet else "") + f"{letters}{row + ABOVE + 1}"
