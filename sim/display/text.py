"""Tables as text: columns aligned, words to the left, numbers to the right."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from sim.display.tables import WORDS, Printout, Sheet

if TYPE_CHECKING:
    from rich.table import Table

WIDER_THAN_ANY = 2000
"""Columns a table may take; a number cut off is worse than a line that wraps."""


def printout(shown: Printout) -> str:
    """Every table with its notes, then the lines below all of them."""
    parts = [part for sheet in shown.sheets for part in (table(sheet), *_notes(sheet))]
    return "\n".join([*parts, *shown.notes])


def table(sheet: Sheet) -> str:
    """One table without its notes."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    laid_out = Table(box=SIMPLE_HEAD, pad_edge=False)
    for i, head in enumerate(sheet.heads):
        laid_out.add_column(head, justify="left" if i < WORDS else "right", no_wrap=True)
    for row in sheet.rows:
        laid_out.add_row(*row)
    return rendered(laid_out, WIDER_THAN_ANY) + "\n"


def rendered(table: Table, width: int) -> str:
    """A table of the library rich as plain text of at most this width, without spaces at ends."""
    from rich.console import Console

    out = io.StringIO()
    Console(file=out, width=width, color_system=None, markup=False, emoji=False).print(table)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def _notes(sheet: Sheet) -> list[str]:
    return [*sheet.notes, ""] if sheet.notes else []
