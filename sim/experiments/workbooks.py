"""Workbooks for spreadsheets of what is in memory and not kept: a run valued, information."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import RequestError
from sim.results.atomic_file import whole_file

if TYPE_CHECKING:
    from sim.display.workbook.sheet import Sheet


def named_so(path: str | Path) -> Path:
    """The path of a workbook. Raises RequestError for a name that does not end with `.xlsx`."""
    if Path(path).suffix.lower() != ".xlsx":
        raise RequestError(f"'{path}' is not the name of a workbook; let it end with .xlsx")
    return Path(path)


def of_sheets(sheets: Sequence[Sheet], path: str | Path) -> Path:
    """Write sheets as a workbook; parameters and errors are those of `InMemory.to_excel`."""
    from sim.display.workbook.book import book

    file = named_so(path)
    with whole_file(file) as made:
        book(sheets, made, time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))
    return file
