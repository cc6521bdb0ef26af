"""A filled form as files: Markdown and DOCX, both or neither."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim.reports.forms.document import document
from sim.reports.forms.layout import layout
from sim.reports.forms.markdown import markdown
from sim.results import Kept
from sim.results.atomic_file import files_aside, placed


def write(form: str, results: Sequence[Kept], into: Path) -> list[Path]:
    """Fill a form from kept results, and write it as Markdown and as DOCX.

    Parameters
    ----------
    form
        A name of `FORMS`; the files are called FORM.md and FORM.docx.
    results
        Kept results, one or more. The form describes the first run, or else the first result;
        others serve where they are of the same scenario.
    into
        Folder of the files, which is made where there is none.

    Returns
    -------
    list of Path
        The two files. The same results give the same bytes.

    Raises
    ------
    RequestError
        For an unknown form.
    Damaged
        For a table of a result that is missing or damaged.
    OSError
        Where the folder cannot be written; then nothing was written.
    """
    laid = layout(form, results)
    with files_aside(into, form) as made:
        text, page = made / f"{form}.md", made / f"{form}.docx"
        text.write_text(markdown(laid), encoding="utf-8")
        page.write_bytes(document(laid))
        return placed([text, page], into)
