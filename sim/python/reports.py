"""What is handed over: the page of kept results."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from sim.python.kept import ResultLike, open_result
from sim.reports import handing_over
from sim.results import seals
from sim.vocabulary import Progress


def report(
    result: ResultLike,
    *others: ResultLike,
    form: str | Sequence[str] = (),
    into: str | Path | None = None,
    xlsx: bool = False,
    out: str | Path = "results",
    progress: Progress | None = None,
) -> list[Path]:
    """Write the page of a kept result, one HTML file that loads nothing, and reporting forms.

    Parameters
    ----------
    result, out
        As of `open_result`.
    *others
        Further results that stand beside the first, as of `open_result`. A probabilistic sweep of
        the same scenario adds the uncertainty of the inputs to each difference.
    form : str or sequence of str, optional
        Reporting forms to fill too, as Markdown and DOCX: stress, cheers, advishe, techver.
    into : path, optional
        Folder of the files; `report` in the folder of the result by default.
    xlsx : bool
        Whether a workbook for spreadsheets is written too, `report.xlsx`.
    progress : callable, optional
        Called with the number of drawings done and to do.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    RequestError
        If there is no such result or form, or its files are damaged.
    """
    kept = [open_result(one, out=out) for one in (result, *others)]
    for why in handing_over.left_out(kept):
        warnings.warn(why, stacklevel=2)
    with ExitStack() as reading:
        for one in kept:
            reading.enter_context(seals.reading(one, warnings.warn))
        names = [form] if isinstance(form, str) else form
        folder = None if into is None else Path(into)
        return handing_over.write(kept, folder, progress, names, xlsx)
