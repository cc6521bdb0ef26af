"""`mastosim plot`: the figures of a result that was kept."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import click

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

NAMES_OF_FIGURES = [*dict.fromkeys(name for kind in OF_KIND.values() for name in kind.names)]


@click.command(epilog=f"Example: mastosim plot latest --figure markers\n\n{NAMES}")
@RESULT
@click.option("--figure", "figures", multiple=True, type=click.Choice(NAMES_OF_FIGURES),
              help="Figure to draw; by default all figures. Repeatable.")  # fmt: skip
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
    from sim.experiments.verbs import KINDS

    kept = found(result, out)
    kind = kept.manifest.kind
    known = OF_KIND[kind].names
    strange = [name for name in figures if name not in known]
    if strange:
        raise click.UsageError(
            f"{KINDS[kind].called} has no figure '{strange[0]}'; {nearest(strange[0], known)}"
        )
    into = into or kept.folder / "figures"
    refuse_unwritable(into)
    # on the same disk, and it vanishes at the end
    with tempfile.TemporaryDirectory(prefix=".figures-", dir=existing_folder(into)) as aside:
        drawn = {}
        for name in dict.fromkeys(figures or known):
            if sys.stderr.isatty():
                say(f"drawing {name}", to_stderr=True)
            each = [*dict.fromkeys(formats or FORMATS)]
            drawn[name] = draw(kept, [name], into=Path(aside), formats=each)
        for name in figures:
            if not drawn[name]:
                had = [one for one in known if draw(kept, [one], into=Path(aside), formats=())]
                others = f"it has {', '.join(had) or 'none'}"
                raise click.UsageError(f"this result has no figure '{name}'; {others}")
        into.mkdir(parents=True, exist_ok=True)
        for path in (path for files in drawn.values() for path in files):
            say(path.replace(into / path.name))
