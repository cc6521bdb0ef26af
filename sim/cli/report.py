"""`mastosim report`: the page of a result, reporting forms and a workbook."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import click

from sim.cli.completion import kept_results
from sim.cli.damage import telling, warn
from sim.cli.options import FOLDER, NAMES, QUIET, RESULT, RESULTS, found, refuse_unwritable
from sim.cli.progress import watching
from sim.cli.terminal import say
from sim.vocabulary import REPORTING_FORMS


class FormName(click.Choice[str]):
    """The name of a reporting form; another one is answered with the nearest spelling."""

    def get_invalid_choice_message(self, value: object, ctx: click.Context | None) -> str:  # noqa: ARG002
        """Why a name is refused, and what is allowed."""
        from sim.scenario.mistakes import nearest

        return f"there is no form '{value}'; {nearest(str(value), REPORTING_FORMS)}"


@click.command(epilog=f"Example: mastosim report latest --open\n\n{NAMES}")
@RESULT
@click.argument("others", metavar="[RESULTS]", nargs=-1, shell_complete=kept_results)
@click.option("--form", "forms", multiple=True, type=FormName([*REPORTING_FORMS]),
              help="Fill this reporting form too, as Markdown and DOCX. Repeatable.")  # fmt: skip
@click.option("--into", type=FOLDER, help="Folder of the files.  [default: RESULT/report]")
@click.option("--xlsx", is_flag=True, help="Write a workbook for spreadsheets too, report.xlsx.")
@click.option("--open", "is_opened", is_flag=True, help="Open the page in the browser.")
@QUIET
@RESULTS
def report(
    result: str, others: tuple[str, ...], forms: tuple[str, ...], into: Path | None, xlsx: bool,
    is_opened: bool, quiet: bool, out: Path,
) -> None:  # fmt: skip
    """Write the page of a RESULT as one HTML file.

    The page is about the first RESULT. Further results stand beside it: a probabilistic sweep of
    the same scenario adds the uncertainty of the inputs to each difference, an emulation says what
    the published patients can and cannot say. A form is filled as far as the results answer it.
    """
    from sim.reports import handing_over
    from sim.results.atomic_folder import interrupt_says

    results = [found(name, out) for name in (result, *others)]
    folder = into or results[0].folder / handing_over.FOLDER
    refuse_unwritable(folder)
    for why in handing_over.left_out(results):
        warn(why)
    with ExitStack() as reading:
        for kept in results:
            reading.enter_context(telling(kept))
        with watching(quiet, what="drawings") as progress:
            files = handing_over.write(results, folder, progress, forms, xlsx)
    with interrupt_says(f"the report is in '{folder}'"):
        for path in files:
            say(path)
        if is_opened:
            click.launch(str(files[0]))
