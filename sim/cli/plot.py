"""`mastosim plot`: the figures of a result that was kept."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import click

from sim.cli.options import refuse_unwritable
from sim.display.figures import FIGURES, Caption, draw, sweeps
from sim.display.figures.intact import Damaged
from sim.scenario.mistakes import nearest
from sim.vocabulary import FORMATS


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

    Beside each figure stands a CSV file with the numbers that it shows. Without --figure, what does
    not apply to the result, such as markers that were not measured, is left out.
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
    with _damage_told("sweep" if of_sweep else "scenario"), _aside(into) as aside:
        drawn = _drawn(draw_one, figures or known, formats or FORMATS, aside)
        for name in figures:
            if not drawn[name]:
                had = [other for other in known if draw_one([other], aside, [])]
                raise click.UsageError(f"this result has no figure '{name}'; {_it_has(had)}")
        for path in _moved(drawn, into):
            click.echo(path)


@contextmanager
def _damage_told(what: str) -> Iterator[None]:
    """What to do where a file of the result cannot be read."""
    try:
        yield
    except Damaged as error:
        raise click.UsageError(f"{error}; run the {what} again") from None


def _it_has(figures: list[str]) -> str:
    return f"it has {', '.join(figures)}" if figures else "it has none"


def _caption(result: Path) -> Caption:
    """What the figures say of the result, from its manifest.

    Raises click.UsageError where there is none, ScenarioError where it is not valid any more.
    """
    if not (result / "manifest.json").is_file():
        raise click.UsageError(
            f"'{result}' is no result: it has no manifest.json. A result is a folder"
            " results/<scenario>/<digest>, which `mastosim run` writes and names in its last line."
        )
    from sim.experiments import archive

    try:
        study = archive.study_of(result / "manifest.json")
    except (ValueError, KeyError, TypeError) as error:
        raise click.UsageError(
            f"'{result / 'manifest.json'}' is damaged, or of another version of mastosim"
            f" ({type(error).__name__}: {error}); run the scenario again"
        ) from None
    return archive.caption_of(study)  # type: ignore[no-any-return]


@contextmanager
def _aside(into: Path) -> Iterator[Path]:
    """A folder on the same disk as another, which need not exist yet; it vanishes at the end."""
    place = into
    while not place.exists():
        place = place.parent
    with tempfile.TemporaryDirectory(prefix=".figures-", dir=place) as aside:
        yield Path(aside)


def _drawn(
    draw_one: Callable[..., list[Path]], names: Iterable[str], formats: Iterable[str], aside: Path
) -> dict[str, list[Path]]:
    """The files of each figure, none for one that does not apply."""
    files = {}
    for name in dict.fromkeys(names):
        if sys.stderr.isatty():
            click.echo(f"drawing {name}", err=True)
        files[name] = draw_one([name], aside, [*dict.fromkeys(formats)])
    return files


def _moved(drawn: dict[str, list[Path]], into: Path) -> list[Path]:
    """Move figures in when all are there; others in the folder stay."""
    into.mkdir(parents=True, exist_ok=True)
    return [path.replace(into / path.name) for files in drawn.values() for path in files]
