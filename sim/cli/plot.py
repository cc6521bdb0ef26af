"""`mastosim plot`: the figures of a result that was kept."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

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
from sim.display.figures import OF_KIND, draw
from sim.scenario.mistakes import nearest
from sim.vocabulary import FORMATS

if TYPE_CHECKING:
    from sim.results import Kept

NAMES_OF_FIGURES = [*dict.fromkeys(name for kind in OF_KIND.values() for name in kind.names)]


@click.command(epilog=f"Example: mastosim plot latest --figure markers\n\n{NAMES}")
@RESULT
@click.option("--figure", "figures", multiple=True, type=click.Choice(NAMES_OF_FIGURES),
              help="Figure to draw; by default all but bone_density. Repeatable.")  # fmt: skip
@click.option("--format", "formats", multiple=True, type=click.Choice(FORMATS),
              help="Kind of file; by default all three. Repeatable.")  # fmt: skip
@click.option("--into", type=FOLDER, help="Folder of the figures.  [default: RESULT/figures]")
@RESULTS
def plot(
    result: str, figures: tuple[str, ...], formats: tuple[str, ...], into: Path | None, out: Path
) -> None:
    """Draw the figures of a RESULT of any kind.

    A CSV file beside each figure holds the numbers of the figure. Without --figure, figures that do
    not apply to the result, like markers that were not measured, are left out.
    """
    from sim.experiments.verbs import KINDS, check_options
    from sim.results.hidden import aside

    kept = found(result, out)
    check_options(kept)
    kind = kept.manifest.kind
    known = OF_KIND[kind].names
    strange = [name for name in figures if name not in known]
    if strange:
        raise click.UsageError(
            f"{KINDS[kind].called} has no figure '{strange[0]}'; {nearest(strange[0], known)}"
        )
    into = into or kept.folder / "figures"
    refuse_unwritable(into)
    each = [*dict.fromkeys(formats or FORMATS)]
    # on the same disk, and it vanishes at the end
    with aside(existing_folder(into), "figures") as made:
        with telling(kept):
            drawn = _drawn(kept, figures or OF_KIND[kind].usual, made, each)
            missing = [name for name in figures if not drawn[name]]
            had = [name for name in OF_KIND[kind].usual if missing and draw(kept, [name], made, ())]
        if missing:
            others = f"it has {', '.join(had) or 'none'}"
            raise click.UsageError(f"this result has no figure '{missing[0]}'; {others}")
        _move([path for files in drawn.values() for path in files], into)


def _move(files: Sequence[Path], into: Path) -> None:
    """Give figures their place, all of them or none; say where they are."""
    from sim.results.atomic_file import placed
    from sim.results.atomic_folder import interrupt_says

    with interrupt_says(f"the figures are in '{into}'"):
        for path in placed(files, into):
            say(path)


def _drawn(
    kept: Kept, names: Sequence[str], made: Path, formats: Sequence[str]
) -> dict[str, list[Path]]:
    """The files of each figure, drawn into a folder; none where it does not apply."""
    drawn = {}
    for name in dict.fromkeys(names):
        if sys.stderr.isatty():
            say(f"drawing {name}", to_stderr=True)
        drawn[name] = draw(kept, [name], into=made, formats=formats)
    return drawn
