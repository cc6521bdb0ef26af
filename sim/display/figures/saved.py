"""A saved result as the figures read it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pandas as pd

from sim.outcomes.tables import Tables
from sim.results.tables import load, read_csv

OF_AN_OUTCOME = (
    "arm", "against_arm", "subgroup", "outcome", "unit", "time", "estimate", "low", "high",
)  # fmt: skip
OF_A_FACT = (
    "fact", "unit", "reported", "reported_spread", "simulated", "simulated_spread", "low", "high",
)  # fmt: skip
"""Columns that the tables have at least."""


class Saved(NamedTuple):
    """Tables of a result, its outcomes, and the published facts beside the simulated ones.

    The tables are empty where they were not kept.
    """

    tables: Tables
    summary: pd.DataFrame
    reported: pd.DataFrame | None


def read(folder: Path) -> Saved:
    """The result in a folder; `reported` is None where it answers to no publication.

    Raises Damaged for a file that is missing or cannot be read.
    """
    published = folder / "reported.csv"
    has_tables = (folder / "events.parquet").exists()
    return Saved(
        load(folder) if has_tables else Tables(*[pd.DataFrame()] * len(Tables._fields)),
        read_csv(folder / "summary.csv", OF_AN_OUTCOME),
        read_csv(published, OF_A_FACT) if published.exists() else None,
    )
