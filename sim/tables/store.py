"""Results on disk: whole or absent, tables as Parquet, and a manifest."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sim.tables.frames import Tables

MANIFEST = "manifest.json"


@contextmanager
def whole(folder: Path) -> Iterator[Path]:
    """A temporary folder that becomes `folder` when all went well, and vanishes when it did not.

    A folder of that name is replaced only at the very end.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        yield temporary
        _flush(temporary)
        temporary.chmod(0o755)
        if folder.exists():
            old = Path(tempfile.mkdtemp(prefix=f".{folder.name}-old-", dir=folder.parent))
            folder.rename(old / folder.name)
            temporary.rename(folder)
            shutil.rmtree(old)
        else:
            temporary.rename(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def save(tables: Tables, folder: Path) -> None:
    """Write the tables as Parquet files of flat columns."""
    for name, frame in tables._asdict().items():
        frame.to_parquet(folder / f"{name}.parquet", compression="zstd", index=False)


def load(folder: Path) -> Tables:
    """Read the tables that were saved in a folder."""
    import pandas as pd

    return Tables(*(pd.read_parquet(folder / f"{name}.parquet") for name in Tables._fields))


def manifest_of(folder: Path) -> dict[str, Any]:
    """The manifest of a result."""
    return dict(json.loads((folder / MANIFEST).read_text(encoding="utf-8")))


def _flush(folder: Path) -> None:
    """Have the files on the disk before their folder gets its name."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
