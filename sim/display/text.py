"""Text for a terminal: tables with columns aligned, signs that any terminal can show."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from sim.display.fitted import parts, wrapped
from sim.display.tables import WORDS, Printout, Sheet
from sim.scenario.mistakes import drawn

if TYPE_CHECKING:
    from rich.table import Table

WIDER_THAN_ANY = 2000
"""Columns a table may take; a number cut off is worse than a line that wraps."""

LIKE = {
    "─": "-", "━": "-", "−": "-", "–": "-", "…": "...", "±": "+-", "×": "x", "→": "->", "≥": ">=",
    "≤": "<=", "’": "'", "²": "2", "µ": "u", "\N{NO-BREAK SPACE}": " ",
}  # fmt: skip
"""Signs of mastosim's own texts, with what stands for them where a code page lacks them."""


def visible(text: str) -> str:
    r"""Text with control characters escaped, as `\x1b`; only line ends stay.

    A terminal would obey them: a text from a file could colour it, or give its window a title.
    """
    return text if text.isprintable() else "\n".join(map(drawn, text.split("\n")))


def fitting(text: str, encoding: str | None) -> str:
    r"""Text in signs that a code page has, others as like ones or as their number, `\u0142`."""
    page = encoding or "utf-8"
    try:
        text.encode(page)
    except UnicodeEncodeError:
        return "".join(s if s.encode(page, "ignore") else _in_ascii(s) for s in text)
    return text


def _in_ascii(sign: str) -> str:
    """A like sign, or the number of a sign as JSON has it."""
    number = ord(sign)
    return LIKE.get(sign) or (f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}")


def printout(shown: Printout, width: int | None = None) -> str:
    """The tables with their notes, and the lines above and below all; lines of at most a width."""
    above = [wrapped(line, width) for line in shown.above]
    said = [part for one in shown.sheets for part in (table(one, width), *_notes(one, width))]
    return "\n".join([*above, *said, *(wrapped(note, width) for note in shown.notes)])


def table(sheet: Sheet, width: int | None = None) -> str:
    """One table without its notes, or more where the columns have no place beside each other."""
    return "\n".join(map(_table, parts(sheet, width)))


def _table(sheet: Sheet) -> str:
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


def _notes(sheet: Sheet, width: int | None) -> list[str]:
    return [*(wrapped(note, width) for note in sheet.notes), ""] if sheet.notes else []
