"""Keeping a result: tables, figures, manifest and ABOUT.txt in one folder, whole or absent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sim.results import about
from sim.results.atomic_folder import whole
from sim.results.kept import Kept
from sim.results.manifest import FILE, Manifest
from sim.results.tables import write_csv

if TYPE_CHECKING:
    import pandas as pd

DATA = (".csv", ".parquet")

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
        Where the result belongs; one that stands there is replaced at the very end.
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
    with whole(folder) as temporary:
        if write is not None:
            write(temporary)
        finish(temporary, folder.name, manifest, tables, draw)
    return folder


def finish(
    temporary: Path,
    name: str,
    manifest: Manifest,
    tables: Mapping[str, pd.DataFrame | None],
    draw: Draw | None = None,
) -> None:
    """Put tables, figures, manifest and ABOUT.txt into a folder that will be called `name`."""
    for table, frame in tables.items():
        if frame is not None:
            write_csv(frame, temporary / f"{table}.csv")
    data = {path.stem for path in temporary.iterdir() if path.suffix in DATA}
    drawn = [] if draw is None else draw(Kept(temporary, manifest))
    manifest = manifest.model_copy(
        update={
            "tables": tuple(sorted(data)),
            "figures": tuple(dict.fromkeys(path.stem for path in drawn)),
        }
    )
    text = manifest.model_dump_json(indent=1) + "\n"
    (temporary / FILE).write_text(text, encoding="utf-8")
    (temporary / about.FILE).write_text(about.text(manifest, name), encoding="utf-8")
