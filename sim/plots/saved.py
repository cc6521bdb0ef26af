"""A saved result as the figures read it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pandas as pd

from sim.tables import Tables, load


class Saved(NamedTuple):
    """Tables of a result, its outcomes, and the published facts beside the simulated ones.

    The tables are empty where they were not kept.
    """

    tables: Tables
    summary: pd.DataFrame
    reported: pd.DataFrame | None
    has_tables: bool = True


def read(folder: Path) -> Saved:
    """The result in a folder; `reported` is None where it answers to no publication."""
    published = folder / "reported.csv"
    has_tables = (folder / "events.parquet").exists()
    return Saved(
        load(folder) if has_tables else Tables(*[pd.DataFrame()] * len(Tables._fields)),
        pd.read_csv(folder / "summary.csv"),
        pd.read_csv(published) if published.exists() else None,
        has_tables,
    )
