"""A table that people read, and everything that is printed of one result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

WORDS = 2
"""Columns at the left of every sheet that hold words; the others hold numbers."""


class Sheet(NamedTuple):
    """One table with its notes, which are printed below it, a line each."""

    heads: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    notes: tuple[str, ...] = ()


class Printout(NamedTuple):
    """The tables of one result, and the lines below all of them."""

    sheets: tuple[Sheet, ...]
    notes: tuple[str, ...] = ()
