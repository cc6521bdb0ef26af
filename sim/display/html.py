"""What a notebook shows of a study, a result or a life: plain HTML, every text escaped."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.display.tables import Printout

_LEFT, _RIGHT = "text-align: left", "text-align: right"
_FIRST_TWO = (0, 1)


def printout(shown: Printout) -> str:
    """The lines above all tables, the tables with their notes below them, the lines below all."""
    parts = [table(sheet.heads, sheet.rows) + paragraph(sheet.notes) for sheet in shown.sheets]
    return f"<div>{above(shown)}{''.join(parts)}{paragraph(shown.notes)}</div>"


def above(shown: Printout) -> str:
    """The lines above all tables, as what was changed over the file."""
    return paragraph(line for line in shown.above if line)


def table(
    heads: Sequence[str], rows: Iterable[Sequence[str]], words: Collection[int] = _FIRST_TWO
) -> str:
    """A table with its heads; the columns of `words` to the left, numbers to the right."""
    sides = [_LEFT if i in words else _RIGHT for i in range(len(heads))]
    head = _row("th", heads, sides)
    body = "".join(_row("td", row, sides) for row in rows)
    return f"<table><thead>{head}</thead><tbody>{body}</tbody></table>"


def paragraph(lines: Iterable[str]) -> str:
    """Lines of text, one below the other; empty without lines."""
    text = "<br>".join(escape(line) for line in lines)
    return f"<p>{text}</p>" if text else ""


def _row(tag: str, cells: Sequence[str], sides: Sequence[str]) -> str:
    pairs = zip(cells, sides, strict=True)
    return "<tr>" + "".join(f'<{tag} style="{s}">{escape(c)}</{tag}>' for c, s in pairs) + "</tr>"
