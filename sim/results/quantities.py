"""The quantities of a run on disk: sums over groups of patients, which prices are laid on later."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.economics.groups import Quantities
from sim.errors import RequestError
from sim.results.tables import read_parquet, write_parquet
from sim.vocabulary import EVERYONE

if TYPE_CHECKING:
    import pandas as pd

FILE = "quantities.parquet"
"""A row for each group, arm, and way of discounting; a column for each quantity."""

ROW = ("group", "patients", "subgroup", "arm", "discounted")
"""The first columns: number of the group, its patients, the subgroup (where the study has any), the
arm, and whether it is discounted."""


def save(quantities: Quantities, folder: Path) -> None:
    """Write the sums of the groups: of everyone, then of the members of each subgroup."""
    import pandas as pd

    parts = {EVERYONE: quantities, **quantities.subgroups}
    frames = [_frame(part) for part in parts.values()]
    if quantities.subgroups:
        for name, frame in zip(parts, frames, strict=True):
            frame.insert(2, "subgroup", name)
    write_parquet(pd.concat(frames, ignore_index=True), folder / FILE)


def _frame(quantities: Quantities) -> pd.DataFrame:
    """The sums of one part of the patients."""
    import pandas as pd

    count, arms = len(quantities.sums), len(quantities.arms)
    rows = {
        "group": np.repeat(np.arange(count), 2 * arms),
        "patients": np.repeat(quantities.patients.astype(np.int64), 2 * arms),
        "arm": np.tile(np.repeat([*quantities.arms], 2), count),
        "discounted": np.tile([False, True], count * arms),
    }
    keys = quantities.keys
    columns = dict(zip(keys, quantities.sums.reshape(-1, len(keys)).T, strict=True))
    return pd.DataFrame({**rows, **columns})


def load(folder: Path) -> Quantities:
    """Read the sums of the groups.

    Raises RequestError for a result without economics, Damaged for a file that cannot be read.
    """
    path = folder / FILE
    if not path.exists():
        raise RequestError(f"'{folder}' has no quantities: its scenario has no `economics`")
    frame = read_parquet(path)
    if "subgroup" not in frame:
        return _read(frame)
    rows = frame.groupby("subgroup", sort=False)
    everyone, *others = ((str(name), _read(own)) for name, own in rows)
    return everyone[1]._replace(subgroups=dict(others))


def _read(frame: pd.DataFrame) -> Quantities:
    """The sums of one part of the patients."""
    keys = [name for name in frame.columns if name not in ROW]
    arms = [*dict.fromkeys(frame["arm"])]
    patients = frame["patients"].to_numpy(float)[:: 2 * len(arms)]
    sums = frame[keys].to_numpy(float).reshape(len(patients), len(arms), 2, len(keys))
    return Quantities(sums, patients, arms, keys)
