"""The sums for effects on disk, to which those of more patients can be added."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.outcomes.effect_sums import EffectSums
from sim.outcomes.survival import Counts, Curves
from sim.results.sums import load_sums, save_sums
from sim.results.tables import Damaged, read_parquet, write_parquet

if TYPE_CHECKING:
    import pandas as pd

BY_YEAR = "effect_sums.parquet"
"""The file of the sums of outcomes by year."""

FIRSTS = "first_fractures.parquet"
"""The file of the numbers of patients by the end of their time to a first fracture: `at` is the
place in the array `of` of `Curves`, row after row."""

ARRAYS = ("by_day", "together")


def save(mark: EffectSums, folder: Path) -> None:
    """Write the sums for effects."""
    import pandas as pd

    save_sums(mark.sums, folder, BY_YEAR)
    frames = []
    for name in ARRAYS:
        numbers = getattr(mark.curves, name).ravel()
        at = np.flatnonzero(numbers)
        frames.append(pd.DataFrame({"of": name, "at": at, "patients": numbers[at]}))
    write_parquet(pd.concat(frames), folder / FIRSTS)


def load(folder: Path, empty: Curves) -> EffectSums:
    """Read the sums for effects. Raises Damaged where they are missing or of another study.

    Parameters
    ----------
    folder
        Folder of a result.
    empty
        The curves of no patient of the same study.
    """
    sums = load_sums(folder, BY_YEAR)
    if sums is None:
        raise Damaged(f"'{folder / BY_YEAR}' is missing; run again")
    frame = read_parquet(folder / FIRSTS, columns=["of", "at", "patients"])
    by_day, together = (_filled(frame, name, folder, empty) for name in ARRAYS)
    return EffectSums(sums, replace(empty, by_day=by_day, together=together))


def _filled(frame: pd.DataFrame, name: str, folder: Path, empty: Curves) -> Counts:
    rows, numbers = frame[frame["of"] == name], getattr(empty, name).ravel().copy()
    at = rows["at"].to_numpy(np.int64)
    if len(at) and not 0 <= at.min() <= at.max() < len(numbers):
        raise Damaged(f"'{folder / FIRSTS}' is damaged; run again")
    numbers[at] = rows["patients"]
    return np.asarray(numbers.reshape(getattr(empty, name).shape))
