"""Results on disk: tables as Parquet, and a manifest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sim.tables.frames import Tables

MANIFEST = "manifest.json"


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
