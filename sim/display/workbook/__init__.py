"""A workbook of kept results for spreadsheets: inputs, outcomes, differences and their meaning."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from sim.display.workbook import (
    about,
    dictionary,
    information,
    inputs,
    outcomes,
    patients,
    reported,
    tables,
)
from sim.display.workbook import worth as of_worth
from sim.display.workbook.book import book
from sim.display.workbook.sheet import Sheet, named
from sim.results import Kept


def write(results: Sequence[Kept], path: Path) -> Path:
    """Write kept results as one workbook; the same results give the same bytes.

    Parameters
    ----------
    results
        Results of any kind, one or more. The sheets of the second end with ` 2`, and so on.
    path
        The file, which ends with `.xlsx`.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    Damaged
        For a table of a result that is missing or cannot be read.
    """
    own = [sheet for number, kept in enumerate(results, 1) for sheet in _of(kept, number)]
    own.append(dictionary.sheet(results))
    book([about.sheet(results, own), *own], path, results[0].manifest.written)
    return path


def _of(kept: Kept, number: int) -> Iterator[Sheet]:
    """The sheets of one result, which is the `number`th of the workbook."""
    yield inputs.sheet(kept, named("Inputs", number))
    if kept.manifest.kind != "run":
        yield from tables.sheets(kept, number)
        yield from information.sheets(kept, number)
        return
    yield from outcomes.sheets(kept, number)
    if kept.has("effects"):
        yield tables.sheet(kept, "effects", named("Effects", number))
    if kept.has("worth"):
        yield tables.sheet(kept, "worth", named("Worth", number))
        yield from of_worth.of_run(kept, number)
    if kept.has("reported"):
        yield reported.sheet(kept, named("Reported", number))
    if kept.has("precision"):
        yield tables.sheet(kept, "precision", named("Precision", number))
    yield patients.sheet(kept, named("Patients", number))
