"""A saved result as the figures read it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pandas as pd

from sim.tables import Tables, load


class Saved(NamedTuple):
    """Tables of a result, its outcomes, and the published facts beside the simulated ones."""

    tables: Tables
    summary: pd.DataFrame
    reported: pd.DataFrame | None


def read(folder: Path) -> Saved:
    """The result in a folder; `reported` is None where it answers to no publication."""
    published = folder / "reported.csv"
    return Saved(
        load(folder),
        pd.read_csv(folder / "summary.csv"),
        pd.read_csv(published) if published.exists() else None,
    )
