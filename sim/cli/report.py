"""`mastosim report`: the page of a result."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import click

from sim.cli.damage import telling
from sim.cli.options import FOLDER, NAMES, QUIET, RESULT, RESULTS, found, refuse_unwritable
from sim.cli.progress import watching
from sim.cli.terminal import say


@click.command(epilog=f"Example: mastosim report latest --open\n\n{NAMES}")
@RESULT
@click.argument("others", metavar="[RESULT]...", nargs=-1)
@click.option("--into", type=FOLDER, help="Folder of the files.  [default: RESULT/report]")
@click.option("--xlsx", is_flag=True, help="Write a workbook for spreadsheets too, report.xlsx.")
@click.option("--open", "is_opened", is_flag=True, help="Open the page in the browser.")
@QUIET
@RESULTS
def report(
    result: str, others: tuple[str, ...], into: Path | None, xlsx: bool, is_opened: bool,
    quiet: bool, out: Path,
) -> None:  # fmt: skip
    """Write the page of a RESULT: one HTML file that loads nothing.

    The page is about the first RESULT. Further results stand beside it: a probabilistic sweep of
    the same scenario adds the uncertainty of the inputs to each difference, an emulation says what
    the published patients can and cannot say.
    """
    from sim.report import handing_over
    from sim.results.atomic_folder import interrupt_says

    results = [found(name, out) for name in (result, *others)]
    folder = into or results[0].folder / handing_over.FOLDER
    refuse_unwritable(folder)
    with ExitStack() as reading:
        for kept in results:
            reading.enter_context(telling(kept))
        with watching(quiet, what="sections") as progress:
            files = handing_over.write(results, folder, progress, xlsx)
    with interrupt_says(f"the report is in '{folder}'"):
        for path in files:
            say(path)
        if is_opened:
            click.launch(str(files[0]))
