"""The sums over the patients of a run on disk, to which those of more patients can be added."""

from __future__ import annotations

from pathlib import Path

from sim.outcomes.labels import Label
from sim.outcomes.summed import Products, Signed, Sums
from sim.outcomes.sums import SumTable
from sim.results.tables import read_parquet, write_parquet

SUMS = "sums.parquet"
"""The file of the sums over the patients of a run, to which those of more patients can be added."""

NAMES = ["arm", "against_arm", "subgroup", "outcome", "day"]
OF_PAIR = {name: f"product_{name}" for name in Products._fields}
"""Columns of the products of two arms, which would be called like sums of one arm."""


def save_sums(mark: SumTable, folder: Path, name: str = SUMS) -> None:
    """Write the sums of a table: a row for each outcome, then one for each pair of arms."""
    import pandas as pd

    alone = pd.DataFrame([_named(label, "") for label in mark.labels], columns=NAMES)
    alone[[*Sums._fields]] = mark.own[0].T
    pairs = [(mark.labels[one], mark.labels[other].arm[1]) for one, other in mark.pairs]
    paired = pd.DataFrame([_named(*pair) for pair in pairs], columns=NAMES)
    paired[[*OF_PAIR.values()]] = mark.paired[0].T
    paired[[*Signed._fields]] = mark.signed[0].T
    write_parquet(pd.concat([alone, paired]), folder / name)


def load_sums(folder: Path, name: str = SUMS) -> SumTable | None:
    """The sums that were saved in a folder, None where no whole MARK of patients was simulated."""
    if not (folder / name).exists():
        return None
    frame = read_parquet(folder / name)
    alone = frame["against_arm"] == ""
    own = frame.loc[alone, [*Sums._fields]].to_numpy(float)
    paired, signed = (
        frame.loc[~alone, [*fields]].to_numpy(float)
        for fields in (OF_PAIR.values(), Signed._fields)
    )
    return SumTable([], [], own.T[None], paired.T[None], signed.T[None])


def _named(label: Label, against_arm: str) -> tuple[object, ...]:
    return (label.arm[1], against_arm, label.subgroup or "", label.name, label.day)
