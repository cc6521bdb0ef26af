"""Results as tables that people read, on a terminal, in a notebook and in a report.

One file for each kind of result, with one function `printout` that takes tables and plain facts,
and gives the tables with the lines below them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import pandas as pd

Rows = Sequence[Mapping[Any, Any]]
"""The rows of a table, each with its values by column."""

WORDS = 2
"""Columns at the left of every sheet that hold words; the others hold numbers."""


def rows_of(table: pd.DataFrame | Rows) -> Rows:
    """The rows of a data frame; rows that were read from a file as they are."""
    return table if isinstance(table, Sequence) else table.to_dict("records")


class Sheet(NamedTuple):
    """One table with its notes, which are printed below it, a line each."""

    heads: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    notes: tuple[str, ...] = ()


class Printout(NamedTuple):
    """The tables of one result, with lines above and below all of them."""

    sheets: tuple[Sheet, ...]
    notes: tuple[str, ...] = ()
    above: tuple[str, ...] = ()
