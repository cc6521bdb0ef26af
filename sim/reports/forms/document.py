"""A filled form as a DOCX document: the same bytes for the same answers."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sim.reports.forms.filled import Filled
from sim.reports.forms.layout import HEADS, Layout, asked
from sim.scenario.text.tree import CONTROL

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import _Cell

DATE = datetime(1980, 1, 1, tzinfo=UTC)
"""The date of every document and of the files in it: the first that a zip file can have."""

WIDTHS = (15, 50, 115)
"""Widths of the columns of the table, in mm."""

NOT_IN_XML = re.compile("[\ufffe\uffff]")
SMALL = 9
"""Size of the letters in the table, in points."""


def document(layout: Layout) -> bytes:
    """The form as a document: a heading, lines on the results, a table per section."""
    import docx
    from docx.shared import Mm

    made = docx.Document()
    _dated(made, layout.form.title)
    page = made.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(15)
    made.add_heading(safe(layout.form.title), 1)
    for line in (layout.form.source, *layout.above):
        made.add_paragraph(safe(line))
    for section, rows in layout.sections:
        made.add_heading(safe(section), 2)
        _fill(made, [*rows])
    file = io.BytesIO()
    made.save(file)
    return repeatable(file.getvalue())


def safe(text: str) -> str:
    """A text without characters that a document cannot hold."""
    return NOT_IN_XML.sub("?", CONTROL.sub("?", text))


def repeatable(archive: bytes) -> bytes:
    """A zip file with the same members, all of the same date."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            member = zipfile.ZipInfo(name, DATE.timetuple()[:6])
            new.writestr(member, old.read(name), zipfile.ZIP_DEFLATED)
    return file.getvalue()


def _dated(made: Document, title: str) -> None:
    """Replace what the template says of itself."""
    about = made.core_properties
    about.title, about.author, about.last_modified_by, about.comments = title, "", "", ""
    about.created = about.modified = DATE
    about.revision = 1


def _fill(made: Document, rows: Sequence[Filled]) -> None:
    """Add a table: a head, which is repeated on each page, and a row for each item."""
    from docx.oxml import OxmlElement
    from docx.shared import Mm

    table = made.add_table(len(rows) + 1, len(HEADS), "Table Grid")
    head, *lines = ([*line.cells] for line in table.rows)
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for cell, text in zip(head, HEADS, strict=True):
        _write(cell, text, bold=True)
    for row, (item, what, answer) in zip(rows, lines, strict=True):
        _write(item, row.item.item)
        _write(what, asked(row))
        _write(answer, row.text)
        _write(answer, f"\n{row.author}" if row.text and row.author else row.author, True, True)
    for line in (head, *lines):
        for cell, width in zip(line, WIDTHS, strict=True):
            cell.width = Mm(width)


def _write(cell: _Cell, text: str, bold: bool = False, italic: bool = False) -> None:
    """Add a text to a cell; an empty one adds nothing."""
    from docx.shared import Pt

    if text:
        run = cell.paragraphs[0].add_run(safe(text))
        run.bold, run.italic, run.font.size = bold, italic, Pt(SMALL)
