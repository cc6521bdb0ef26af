"""The sums of quantities by group of patients on disk, to which those of more can be added."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sim.results.tables import Damaged, read_parquet, write_parquet
from sim.worth.groups import Nodes

FILE = "quantities.parquet"
"""The file of the sums: a row for each arm and sum, with the patients in the sum.

Rows of an arm are in the order of the patients. All sums but the last ones are over as many
patients. A column for each quantity, and one for its discounted value."""

DISCOUNTED = "discounted "


def save(parts: Sequence[Nodes], arms: Sequence[str], keys: Sequence[str], folder: Path) -> None:
    """Write the sums of some patients.

    Parameters
    ----------
    parts
        Sums, as of `GroupTotal.parts`.
    arms, keys
        Names of the arms and of the quantities, in the order of the sums.
    folder
        Folder of a result.
    """
    import pandas as pd

    sums = np.concatenate([part.sums for part in parts])
    patients = np.concatenate([np.full(len(part.sums), part.size) for part in parts])
    frames = []
    for at, arm in enumerate(arms):
        numbers = pd.DataFrame(sums[:, at].reshape(len(sums), -1), columns=_columns(keys))
        numbers.insert(0, "arm", arm)
        numbers.insert(1, "patients", patients)
        frames.append(numbers)
    write_parquet(pd.concat(frames), folder / FILE)


def load(folder: Path, arms: Sequence[str], keys: Sequence[str]) -> list[Nodes]:
    """Read the sums. Raises Damaged where they are missing or of another study.

    Parameters
    ----------
    folder
        Folder of a result.
    arms, keys
        Names of the arms and of the quantities of the study.

    Returns
    -------
    list of Nodes
        Sums from which `GroupTotal` begins again.
    """
    frame = read_parquet(folder / FILE, columns=["arm", "patients", *_columns(keys)])
    of_arms = [frame[frame["arm"] == arm] for arm in arms]
    sizes = [of["patients"].to_numpy() for of in of_arms]
    if not len(frame) or any(not np.array_equal(of, sizes[0]) for of in sizes):
        raise Damaged(f"'{folder / FILE}' is damaged; run again")
    numbers = [of[_columns(keys)].to_numpy(float).reshape(-1, 2, len(keys)) for of in of_arms]
    sums = np.stack(numbers, axis=1)
    ends = [*(np.flatnonzero(np.diff(sizes[0])) + 1), len(sums)]
    return [
        Nodes(int(sizes[0][first]), sums[first:end])
        for first, end in zip([0, *ends], ends, strict=False)
    ]


def _columns(keys: Sequence[str]) -> list[str]:
    return [*keys, *(f"{DISCOUNTED}{key}" for key in keys)]
