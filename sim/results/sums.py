"""Sums on disk, so that more patients can be added to a run later."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from sim.outcomes.estimates import Products, Sums
from sim.outcomes.sums import Label, SumTable
from sim.results.tables import read_parquet

FILE = "sums.parquet"
COLUMNS = ("arm", "against_arm", "subgroup", "outcome", "day", *Sums._fields)


def save(mark: SumTable, folder: Path) -> None:
    """Write the sums of a table: a row for each outcome, then one for each pair of arms."""
    import pandas as pd

    rows = [(*_named(label, ""), *mark.sums(i)) for i, label in enumerate(mark.labels)]
    spare = [np.nan] * (len(Sums._fields) - len(Products._fields))
    rows += [
        (*_named(mark.labels[one], mark.labels[other].arm[1]), *mark.products(i), *spare)
        for i, (one, other) in enumerate(mark.pairs)
    ]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    frame.to_parquet(folder / FILE, compression="zstd", index=False)


def load(folder: Path) -> SumTable | None:
    """The sums that were saved in a folder, None where no whole MARK of patients was simulated."""
    if not (folder / FILE).exists():
        return None
    frame = read_parquet(folder / FILE)
    numbers = frame[list(Sums._fields)].to_numpy(float)
    alone = (frame["against_arm"] == "").to_numpy()
    own, paired = numbers[alone].T, numbers[~alone][:, : len(Products._fields)].T
    return SumTable([], [], own[None], paired[None])


def _named(label: Label, against_arm: str) -> tuple[object, ...]:
    return (label.arm[1], against_arm, label.subgroup or "", label.name, label.day)
