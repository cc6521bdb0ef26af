"""A filled form as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sim.reports.forms.filled import Filled
from sim.reports.forms.layout import HEADS, Layout, asked

SIGNS = re.compile(r"([\\`*_\[\]|~])")


def markdown(layout: Layout) -> str:
    """The form as a text: a heading, lines on the results, a table per section."""
    return "\n".join([*_lines(layout), ""])


def escaped(text: str) -> str:
    """A text in one line of a table cell that shows the text as it is."""
    return "<br>".join(map(_escaped_line, text.splitlines()))


def _lines(layout: Layout) -> Iterator[str]:
    yield f"# {escaped(layout.form.title)}"
    for line in (layout.form.source, *layout.above):
        yield ""
        yield escaped(line)
    for section, rows in layout.sections:
        yield ""
        yield f"## {escaped(section)}"
        yield ""
        yield _row(HEADS)
        yield "|---|---|---|"
        yield from (_row((row.item.item, escaped(asked(row)), _answer(row))) for row in rows)


def _answer(row: Filled) -> str:
    """The answer; what the author is to write stands out in bold italic."""
    author = f"***{escaped(row.author)}***" if row.author else ""
    return "<br>".join(part for part in (escaped(row.text), author) if part)


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def _escaped_line(line: str) -> str:
    text = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = SIGNS.sub(r"\\\1", text)
    indent = len(text) - len(text.lstrip(" "))
    return "&nbsp;" * indent + text[indent:]
