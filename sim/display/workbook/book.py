"""Sheets written as a file: heads that stay, filters, widths, decimals, and text that is text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.display.numbers import MOST_DECIMALS, fixed
from sim.display.workbook.sheet import ABOVE, Cell, Decimals, Formula, Sheet, unique

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

AS_THEY_ARE = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,
}
"""A text stays a text, whatever it begins with."""

RUNS = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings of texts that a spreadsheet would run as a formula once somebody edits the cell."""

EVERYWHERE = "A1:XFD1048576"
"""Where a number as text, like a value as written, has no mark of warning."""

LONGEST_TEXT = 32_767
"""Characters that a cell holds."""

NARROWEST, WIDEST = 7, 60
"""Widths of columns in characters; longer texts are wrapped."""

HEAD = {"bold": True, "bottom": 1, "valign": "top"}
UNIT = {"italic": True, "font_color": "#595959", "valign": "top"}
TEXT = {"valign": "top"}


def book(sheets: Sequence[Sheet], path: Path, written: str) -> None:
    """Write sheets as a workbook, made at the time `written` (ISO 8601, UTC)."""
    from xlsxwriter import Workbook

    with Workbook(str(path), AS_THEY_ARE) as made:
        made.set_properties({"created": datetime.fromisoformat(written.removesuffix("Z"))})
        made.set_calc_mode("auto")
        formats = Formats(made)
        for name, sheet in zip(unique(sheets), sheets, strict=True):
            _write(made.add_worksheet(name), sheet, formats)


class Formats:
    """The formats of a workbook, each made once."""

    def __init__(self, made: Workbook) -> None:
        self._made, self._known = made, dict[str, "Format"]()

    def of(self, **properties: Any) -> Format:
        """The format with these properties."""
        key = repr(sorted(properties.items()))
        if key not in self._known:
            self._known[key] = self._made.add_format(properties)
        return self._known[key]


def _write(page: Worksheet, sheet: Sheet, formats: Formats) -> None:
    last = max(len(sheet.columns) - 1, 0)
    for at, column in enumerate(sheet.columns):
        _put(page, 0, at, column.head, formats, HEAD)
        _put(page, 1, at, column.unit, formats, UNIT)
        width = _width([column.head + "  ", column.unit, *(row[at] for row in sheet.rows)])
        page.set_column(at, at, width)
    for i, row in enumerate(sheet.rows):
        for at, cell in enumerate(row):
            _put(page, i + ABOVE, at, cell, formats, TEXT)
    page.freeze_panes(ABOVE, 1)
    page.autofilter(ABOVE - 1, 0, ABOVE - 1 + max(len(sheet.rows), 1), last)
    page.ignore_errors({"number_stored_as_text": EVERYWHERE})
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(0, ABOVE - 1)


def _put(
    page: Worksheet, row: int, at: int, cell: Cell, formats: Formats, look: dict[str, Any]
) -> None:
    """Write one cell; a missing value leaves it empty."""
    if isinstance(cell, Decimals):
        look, cell = {**look, "num_format": _as_shown(cell.decimals)}, cell.value
    if isinstance(cell, Formula):
        page.write_formula(row, at, cell.text, formats.of(**look), cell.value)
    elif isinstance(cell, bool):
        page.write_boolean(row, at, cell, formats.of(**look))
    elif isinstance(cell, int | float) and math.isfinite(cell):
        page.write_number(row, at, cell, formats.of(**look))
    elif text := _as_text(cell):
        wraps = {"text_wrap": True} if len(text) > WIDEST else {}
        quoted = {"quote_prefix": True} if text.startswith(RUNS) else {}
        page.write_string(row, at, text[:LONGEST_TEXT], formats.of(**look, **wraps, **quoted))


def _as_text(cell: str | float | None) -> str:
    """A text, or a number that a spreadsheet does not know, as CSV files have it."""
    if isinstance(cell, float):
        return "" if math.isnan(cell) else "inf" if cell > 0 else "-inf"
    return str(cell or "")


def _as_shown(decimals: int | None) -> str:
    if decimals is None:
        return "General"
    return f"0.{'0' * min(decimals, MOST_DECIMALS)}" if decimals else "0"


def _width(cells: Sequence[Cell]) -> int:
    return min(WIDEST, max(NARROWEST, *(len(_shown(cell)) + 2 for cell in cells)))


def _shown(cell: Cell) -> str:
    """A cell about as a spreadsheet shows it."""
    if isinstance(cell, Decimals):
        number = cell.value.value if isinstance(cell.value, Formula) else cell.value
        return _shown(number) if cell.decimals is None else fixed(number, cell.decimals)
    if isinstance(cell, Formula):
        return _shown(cell.value)
    return f"{cell:.10g}" if isinstance(cell, float) else str("" if cell is None else cell)
