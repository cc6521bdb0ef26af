"""`mastosim plot`: the figures of a result that was kept."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import click

from sim.cli.options import refuse_unwritable
from sim.plots import FIGURES, FORMATS, Caption, draw, sweeps
from sim.scenario.report import nearest


@click.command(epilog="Example: mastosim plot results/laroche2011/<digest> --figure markers")
@click.argument("result", type=click.Path(path_type=Path))
@click.option(
    "--figure",
    "figures",
    multiple=True,
    type=click.Choice([*FIGURES, *sweeps.FIGURES]),
    help="A figure to draw; all of them without this. Repeatable.",
)
@click.option(
    "--format",
    "formats",
    multiple=True,
    type=click.Choice(FORMATS),
    help="A kind of file; all three without this. Repeatable.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the figures.  [default: RESULT/figures]",
)
def plot(
    result: Path, figures: tuple[str, ...], formats: tuple[str, ...], out: Path | None
) -> None:
    """Draw the figures of a RESULT, the folder that `run` or `sweep` names in its last line.

    Beside each figure stands a CSV file with the numbers that it shows. A figure that does not
    apply to the result, such as markers that were not measured, is left out.
    """
    of_sweep = sweeps.is_sweep(result)
    known = sweeps.FIGURES if of_sweep else FIGURES
    strange = [name for name in figures if name not in known]
    if strange:
        what = "a sweep" if of_sweep else "a run"
        raise click.UsageError(f"{what} has no figure '{strange[0]}'; {nearest(strange[0], known)}")
    draw_one = partial(sweeps.draw, result) if of_sweep else partial(draw, result, _caption(result))
    into = out or result / "figures"
    refuse_unwritable(into)
    for path in _drawn(draw_one, figures or known, formats or FORMATS, into):
        click.echo(path)


def _caption(result: Path) -> Caption:
    """What the figures say of the result, from its manifest.

    Raises click.UsageError where there is none, ScenarioError where it is not valid any more.
    """
    if not (result / "manifest.json").is_file():
        raise click.UsageError(
            f"'{result}' is no result: it has no manifest.json. A result is a folder"
            " results/<scenario>/<digest>, which `mastosim run` writes and names in its last line."
        )
    from sim import archive

    try:
        study = archive.study_of(result / "manifest.json")
    except (ValueError, KeyError, TypeError) as error:
        raise click.UsageError(
            f"'{result / 'manifest.json'}' is damaged, or of another version of mastosim"
            f" ({type(error).__name__}: {error}); run the scenario again"
        ) from None
    return archive.caption_of(study)  # type: ignore[no-any-return]


def _drawn(
    draw_one: Callable[..., list[Path]], names: Iterable[str], formats: Iterable[str], into: Path
) -> list[Path]:
    """Draw aside, and move the files in when all are there; others in the folder stay."""
    place = into
    while not place.exists():
        place = place.parent
    with tempfile.TemporaryDirectory(prefix=".figures-", dir=place) as aside:
        files = []
        for name in dict.fromkeys(names):
            if sys.stderr.isatty():
                click.echo(f"drawing {name}", err=True)
            files += draw_one([name], Path(aside), [*dict.fromkeys(formats)])
        into.mkdir(parents=True, exist_ok=True)
        return [path.replace(into / path.name) for path in files]
