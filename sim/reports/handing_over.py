"""The files that are handed over: made beside each other, and given their places together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

from sim.display import workbook
from sim.experiments import verbs
from sim.reports import forms, page
from sim.reports.forms.form import read
from sim.results import Kept
from sim.results.atomic_file import files_aside, placed
from sim.vocabulary import Progress

FOLDER, WORKBOOK = "report", "report.xlsx"
"""The folder of a report within that of its first result, and the file of the workbook."""


def left_out(results: Sequence[Kept]) -> Iterator[str]:
    """A sentence for what the page of some results leaves out, because another model made it."""
    first, *others = results
    if first.manifest.kind == "run" and (why := first.of_another_model):
        yield f"{why}: the page has no single patients, who would be followed by this one"
    for other in others:
        if other.manifest.model != first.manifest.model:
            yield (
                f"'{first.folder}' and '{other.folder}' were made by different sources or "
                "libraries: their numbers do not stand side by side on the page"
            )


def write(
    results: Sequence[Kept],
    into: Path | None = None,
    progress: Progress | None = None,
    names: Sequence[str] = (),
    xlsx: bool = False,
) -> list[Path]:
    """Write the report of some kept results, all of its files or none.

    Parameters
    ----------
    results
        Kept results of any kind. The report is about the first; the others stand beside it.
    into
        The folder of the files; `report` in the folder of the first result where None.
    progress
        Called with the number of drawings of the page done and to do.
    names
        Names of reporting forms that are written too, each as Markdown and DOCX.
    xlsx
        Whether a workbook for spreadsheets is written too.

    Returns
    -------
    list of Path
        The files, the page first.

    Raises
    ------
    RequestError
        For options of a result that its kind does not have, or an unknown form.
    Damaged
        For a file of a result that is missing or cannot be read.
    OSError
        Where the folder cannot be written.
    """
    for kept in results:
        verbs.check_options(kept)
    for name in names:
        read(name)  # an unknown form is refused before the page is made
    folder = into or results[0].folder / FOLDER
    with files_aside(folder, FOLDER) as made:
        filled = [forms.write(name, results, made) for name in dict.fromkeys(names)]
        files = [page.write(results, made, progress), *chain.from_iterable(filled)]
        if xlsx:
            files.append(workbook.write(results, made / WORKBOOK))
        return placed(files, folder)
