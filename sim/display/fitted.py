"""Tables that fit a terminal: words wrap, columns go to a table below, numbers stay whole."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from sim.display.tables import WORDS, Sheet

GAP = 3
"""Spaces between two columns."""

NARROWEST = 16
"""Characters that a column of words keeps before columns of numbers go to a table below."""


def parts(sheet: Sheet, width: int | None) -> list[Sheet]:
    """Return a table as tables that fit a width, in the order in which people read them.

    Heads and words wrap first. Columns of numbers that still have no place go to a table below,
    where the words stand again. If not even one column has place, each row becomes lines.

    Parameters
    ----------
    sheet : Sheet
        A table without its notes.
    width : int or None
        Characters of a line; None for a table of any width.

    Returns
    -------
    list of Sheet
        One table where it fits.

    Examples
    --------
    >>> wide = Sheet(("outcome", "unit", "treated", "untreated"), [("deaths", "%", "1", "2")])
    >>> [part.heads for part in parts(wide, 30)]
    [('outcome', 'unit', 'treated'), ('outcome', 'unit', 'untreated')]
    """
    if width is None or _width(sheet) <= width:
        return [sheet]
    sheet = _with_wrapped_heads(sheet)
    words = _wrapped(sheet, width)
    if _width(words) <= width:
        return [words]
    return [part for group in _groups(sheet, width) for part in _fitted(sheet, group, width)]


def wrapped(text: str, width: int | None) -> str:
    """Wrap lines that are longer than the terminal, with their indent and two spaces more."""
    if width is None:
        return text
    return "\n".join(_wrapped_line(line, width) for line in text.split("\n"))


def _wrapped_line(line: str, width: int) -> str:
    if len(line) <= width:
        return line
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    return _filled(line, width, indent)


def _filled(text: str, width: int, indent: str = "") -> str:
    """Text in lines of a width; a longer word, like the path of a file, stays whole."""
    return textwrap.fill(
        text, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False,
        drop_whitespace=True, replace_whitespace=False,
    )  # fmt: skip


def _columns(sheet: Sheet) -> list[list[str]]:
    """The cells of each column, its head first."""
    return [list(column) for column in zip(sheet.heads, *sheet.rows, strict=True)]


def _widest(cells: Sequence[str]) -> int:
    return max((len(line) for cell in cells for line in cell.split("\n")), default=0)


def _width(sheet: Sheet) -> int:
    """Characters of the longest line of a table, with a space at each end."""
    columns = _columns(sheet)
    return sum(map(_widest, columns)) + GAP * (len(columns) - 1) + 2


def _with_wrapped_heads(sheet: Sheet) -> Sheet:
    """Heads of numbers no wider than the numbers, or than the longest word of the head."""
    columns = _columns(sheet)[WORDS:]
    heads = [_filled(c[0], max(_widest(c[1:]), _longest_word(c[:1]))) for c in columns]
    return sheet._replace(heads=(*sheet.heads[:WORDS], *heads))


def _longest_word(cells: Sequence[str]) -> int:
    return max(len(word) for cell in cells for word in [*cell.split(), ""])


def _wrapped(sheet: Sheet, width: int) -> Sheet:
    """Columns of words as narrow as it takes to fit, the first one last."""
    for place in reversed(range(WORDS)):
        cells = _columns(sheet)[place]
        now, least = _widest(cells), min(NARROWEST, _widest(cells))
        room = max(now - max(_width(sheet) - width, 0), _longest_word(cells), least)
        rows = [tuple(_filled(c, room) if i == place else c for i, c in enumerate(row))
                for row in sheet.rows]  # fmt: skip
        heads = tuple(_filled(h, room) if i == place else h for i, h in enumerate(sheet.heads))
        sheet = sheet._replace(heads=heads, rows=rows)
    return sheet


def _of_columns(sheet: Sheet, numbers: Sequence[int]) -> Sheet:
    """The words of a table, and some of its columns of numbers."""
    kept = [*range(WORDS), *numbers]
    rows = [tuple(row[i] for i in kept) for row in sheet.rows]
    return sheet._replace(heads=tuple(sheet.heads[i] for i in kept), rows=rows)


def _groups(sheet: Sheet, width: int) -> list[list[int]]:
    """Columns of numbers that fit beside the words, as many at a time as there is place for."""
    groups: list[list[int]] = []
    for column in range(WORDS, len(sheet.heads)):
        together = [*groups[-1], column] if groups else [column]
        if groups and _width(_wrapped(_of_columns(sheet, together), width)) <= width:
            groups[-1] = together
        else:
            groups.append([column])
    return groups


def _fitted(sheet: Sheet, group: Sequence[int], width: int) -> list[Sheet]:
    """The table of a group; where even one column is too wide, a table of words and numbers."""
    words = _wrapped(_of_columns(sheet, group), width)
    if _width(words) <= width:
        return [words]
    head, room = " ".join(sheet.heads[group[0]].split()), width - GAP - 2
    lines = [
        (line, "")
        for label, unit, number in _of_columns(sheet, group).rows
        for line in (
            _filled(f"{label}, {unit}" if unit.strip() else label, room),
            *_beside(f"  {head}:", number, room),
        )
    ]
    return [Sheet((_filled(sheet.heads[0], room), ""), lines)]


def _beside(head: str, number: str, room: int) -> list[str]:
    """A head and a number on one line if they fit, else below each other."""
    line = f"{head} {number}"
    return [line] if len(line) <= room else [_filled(head, room, "  "), f"    {number}"]
