"""Keeping a result: tables, figures, manifest and what explains them, whole or absent."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.results import dictionary
from sim.results.kept import Kept
from sim.results.manifest import FILE, Kind, Manifest
from sim.results.replacing import ABOUT, whole_result
from sim.results.seals import data_files, sealed
from sim.results.tables import write_csv
from sim.scenario.text.settings import as_text, in_words

if TYPE_CHECKING:
    import pandas as pd

WIDTH = 100

HEADS: dict[Kind, str] = {
    "run": "A run of {}",
    "comparison": "A comparison of {}",
    "readings": "{} under the four readings of its annual increase",
    "emulation": "The published study of {}, simulated many times",
    "sweep": "A sensitivity sweep of {}",
    "power": "Power of randomised trials with the arms of {}",
    "verification": "Verification checks of the program on {}",
}

Draw = Callable[[Kept], Iterable[Path]]
"""Draws figures of a result into its folder, and returns their files."""


def keep(
    folder: Path,
    manifest: Manifest,
    tables: Mapping[str, pd.DataFrame | None],
    draw: Draw | None = None,
    write: Callable[[Path], None] | None = None,
) -> Path:
    """Write a result to its folder, whole or not at all; returns the folder.

    Parameters
    ----------
    folder
        Where the result belongs. One of the same content that stands there stays as it is; another
        is replaced at the very end, and hands over what the program did not write.
    manifest
        What was done; the names of tables and figures are added to it.
    tables
        Tables by name, each a CSV file; None for one that the result does not have.
    draw
        Draws the figures, from the tables that were just written.
    write
        Writes further files into the folder that is being written, such as Parquet.

    Raises
    ------
    OSError
        Where the disk is full or the folder cannot be written; then nothing was written.
    """
    with whole_result(folder) as temporary:
        if write is not None:
            write(temporary)
        finish(temporary, folder.name, manifest, tables, draw)
    return folder


def copied(kept: Kept, root: Path) -> Path:
    """Copy a kept result to another folder of results, whole or not at all.

    Parameters
    ----------
    kept
        The result.
    root
        The other folder of results; the copy gets the same scenario and digest in it.

    Returns
    -------
    Path
        The folder of the copy; that of the result itself if it stands there already.
    """
    below = ("sweeps",) if kept.manifest.kind == "sweep" else ()
    folder = Path(root, *below, kept.folder.absolute().parent.name, kept.folder.name)
    if folder.absolute() != kept.folder.absolute():
        with whole_result(folder) as temporary:
            for path in kept.folder.iterdir():
                if path.is_file():
                    shutil.copy2(path, temporary / path.name)
    return folder


def finish(
    temporary: Path,
    name: str,
    manifest: Manifest,
    tables: Mapping[str, pd.DataFrame | None],
    draw: Draw | None = None,
) -> None:
    """Put tables, figures, manifest, dictionary and ABOUT.txt into a folder to be called `name`."""
    for table, frame in tables.items():
        if frame is not None:
            write_csv(frame, temporary / f"{table}.csv")
    data = {path.stem for path in data_files(temporary)}
    drawn = [] if draw is None else draw(Kept(temporary, manifest))
    manifest = manifest.model_copy(
        update={
            "tables": tuple(sorted(data)),
            "figures": tuple(dict.fromkeys(path.stem for path in drawn)),
        }
    )
    text = sealed(manifest, temporary).model_dump_json(indent=1) + "\n"
    (temporary / FILE).write_text(text, encoding="utf-8")
    dictionary.write(temporary, manifest.kind)
    (temporary / ABOUT).write_text(_about(manifest, name), encoding="utf-8")


def _about(manifest: Manifest, name: str) -> str:
    """The lines of ABOUT.txt for the folder called `name`."""
    return "\n".join([*_lines(manifest), "", *_commands(name), ""])


def _lines(manifest: Manifest) -> Iterator[str]:
    head = HEADS[manifest.kind].format(" and ".join(manifest.scenarios))
    yield f"{head}. Made by mastosim {manifest.mastosim} on {manifest.written[:10]}."
    yield ""
    told: dict[str, Mapping[str, Any]] = {manifest.about: manifest.headed}
    if manifest.kind != "sweep":
        told = {str(held.document["name"]): held.document for held in manifest.studies}
    for scenario, document in told.items():
        yield from _wrapped(f"{scenario}: {document['title']}. {document['question']}")
    laid = [in_words(one.path, one.old, one.new) for one in manifest.settings]
    yield from _wrapped(f"Changed values: {'; '.join(laid) or 'none'}.")
    options = {k: v for k, v in manifest.options.items() if isinstance(v, str | int | list)}
    numbers = {"patients": manifest.patients, "seed": manifest.seed, **options}
    yield from _wrapped("; ".join(f"{key}: {as_text(value)}" for key, value in numbers.items()))
    yield from _wrapped(f"Tables: {', '.join(manifest.tables)}.")
    if manifest.figures:
        yield from _wrapped(f"Figures: {', '.join(manifest.figures)}.")
    yield "manifest.json holds every number with its source, and the command."
    yield f"{dictionary.FILE} says what each column of each table holds."


def _commands(name: str) -> Iterator[str]:
    yield f"mastosim show {name}    prints the tables again"
    yield f"mastosim plot {name}    draws the figures"
    yield f"mastosim rerun {name}   repeats it and compares each data file"
    yield "Add --out FOLDER if the result is not below ./results."


def _wrapped(line: str) -> list[str]:
    return textwrap.wrap(line, WIDTH, subsequent_indent="  ", break_on_hyphens=False)
