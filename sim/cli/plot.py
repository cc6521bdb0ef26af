"""`mastosim plot`: the figures of a result that was kept."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import click

from sim.cli.completion import kept_results
from sim.cli.damage import telling
from sim.cli.options import (
    FOLDER,
    NAMES,
    RESULT,
    RESULTS,
    existing_folder,
    found,
    refuse_unwritable,
)
from sim.cli.terminal import say
from sim.display.figures import OF_KIND, Form, draw
from sim.display.figures.form import WIDTHS
from sim.vocabulary import FORMATS

NAMES_OF_FIGURES = [*dict.fromkeys(name for kind in OF_KIND.values() for name in kind.names)]


@click.command(epilog=f"Example: mastosim plot latest --figure markers\n\n{NAMES}")
@RESULT
@click.argument("others", metavar="[RESULTS]", nargs=-1, shell_complete=kept_results)
@click.option("--figure", "figures", multiple=True, metavar="FIGURE",
              type=click.Choice(NAMES_OF_FIGURES),
              help="Figure to draw; by default the usual ones. Repeatable. One of "
              f"{', '.join(NAMES_OF_FIGURES)}.")  # fmt: skip
@click.option("--format", "formats", multiple=True, type=click.Choice(FORMATS),
              help="Kind of file; by default all three. Repeatable.")  # fmt: skip
@click.option("--width", type=click.Choice([*WIDTHS]), default="page", show_default=True,
              help="Width at most: column is 8.5 cm, page is 18.3 cm.")  # fmt: skip
@click.option("--caption/--no-caption", "has_caption", default=True,
              help="Leave the caption out of the figures.")  # fmt: skip
@click.option("--arm", "arms", metavar="ARM", multiple=True,
              help="Draw only the differences of this arm in `differences`; by default those of "
              "all arms. Figures without room for all arms keep this one. Repeatable.")  # fmt: skip
@click.option("--uncertainty", metavar="SWEEP", multiple=True, shell_complete=kept_results,
              help="Draw the parameter uncertainty of this result beside the Monte Carlo error: a "
              "probabilistic sweep of the same scenario, named like RESULT. Repeatable: one for "
              "each scenario of a comparison, or for each reading.")  # fmt: skip
@click.option("--into", type=FOLDER, help="Folder of the figures.  [default: RESULT/figures]")
@RESULTS
def plot(
    result: str, others: tuple[str, ...], figures: tuple[str, ...], formats: tuple[str, ...],
    width: str, has_caption: bool, arms: tuple[str, ...], uncertainty: tuple[str, ...],
    into: Path | None, out: Path,
) -> None:  # fmt: skip
    """Draw the figures of a RESULT of any kind.

    A CSV file beside each figure holds the numbers of the figure. Without --figure, figures that do
    not apply to the result, like markers that were not measured, are left out, and so is the spider
    of a sweep. Several emulations are drawn together by --figure calibration.
    """
    from sim.display.figures import absent
    from sim.experiments.parameter_uncertainty import uncertainty_for
    from sim.experiments.verbs import (
        check_options,
        no_such_figure,
        refuse_others,
        refuse_unknown_arms,
    )
    from sim.results.atomic_file import files_aside, placed
    from sim.results.atomic_folder import interrupt_says

    kept = found(result, out)
    check_options(kept)
    kind = kept.manifest.kind
    known = OF_KIND[kind].names
    strange = [name for name in figures if name not in known]
    if strange:
        raise click.UsageError(no_such_figure(kind, strange[0]))
    beside = [found(other, out) for other in others]
    refuse_others(beside, kept, figures)
    refuse_unknown_arms(kept, arms)
    of_draws = None
    if uncertainty:
        of_draws = uncertainty_for(kept, [found(each, out) for each in uncertainty], figures)
    into = into or kept.folder / "figures"
    refuse_unwritable(into)
    drawing = partial(
        draw, kept, formats=[*dict.fromkeys(formats or FORMATS)],
        form=Form(WIDTHS[width], has_caption, arms=arms), others=beside, uncertainty=of_draws,
    )  # fmt: skip
    usual, where = OF_KIND[kind].usual, f"the figures are in '{into}'"
    # on the same disk, and it vanishes at the end
    with files_aside(existing_folder(into), "figures") as made:
        with telling(kept):
            drawn = _drawn(drawing, figures or usual, made)
            missing = [name for name in figures if not drawn[name]]
            had = [name for name in usual if missing and draw(kept, [name], made, ())]
        if missing:
            has = f"it has {', '.join(had) or 'none'}{absent.said(kept, missing[0])}"
            raise click.UsageError(f"this result has no figure '{missing[0]}'; {has}")
        with interrupt_says(where):
            files = placed([path for files in drawn.values() for path in files], into)
    with interrupt_says(where):
        for path in files:
            say(path)


def _drawn(
    drawing: Callable[..., list[Path]], names: Sequence[str], made: Path
) -> dict[str, list[Path]]:
    """The files of each figure, drawn into a folder; none where it does not apply."""
    drawn = {}
    for name in dict.fromkeys(names):
        if sys.stderr.isatty():
            say(f"drawing {name}", to_stderr=True)
        drawn[name] = drawing([name], into=made)
    return drawn
