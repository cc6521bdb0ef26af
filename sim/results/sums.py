"""Sums on disk, so that more patients can be added to a run later."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from sim.outcomes.limits import Products, Signed, Sums
from sim.outcomes.sums import Label, SumTable
from sim.results.tables import read_parquet
from sim.simulation.records import Floats

if TYPE_CHECKING:
    import pandas as pd

FILE = "sums.parquet"
NAMES = ["arm", "against_arm", "subgroup", "outcome", "day"]
OF_PAIR = {name: f"product_{name}" for name in Products._fields}
"""Columns of the products of two arms, which would be called like sums of one arm."""


def save(mark: SumTable, folder: Path) -> None:
    """Write the sums of a table: a row for each outcome, then one for each pair of arms."""
    import pandas as pd

    alone = pd.DataFrame([_named(label, "") for label in mark.labels], columns=NAMES)
    alone[[*Sums._fields]] = mark.own[0].T
    pairs = [(mark.labels[one], mark.labels[other].arm[1]) for one, other in mark.pairs]
    paired = pd.DataFrame([_named(*pair) for pair in pairs], columns=NAMES)
    paired[[*OF_PAIR.values()]] = mark.paired[0].T
    paired[[*Signed._fields]] = mark.signed[0].T
    pd.concat([alone, paired]).to_parquet(folder / FILE, compression="zstd", index=False)


def load(folder: Path) -> SumTable | None:
    """The sums that were saved in a folder, None where no whole MARK of patients was simulated."""
    if not (folder / FILE).exists():
        return None
    frame = read_parquet(folder / FILE)
    alone = frame["against_arm"] == ""

    def numbers(rows: pd.Series[bool], columns: Iterable[str]) -> Floats:
        return frame.loc[rows, [*columns]].to_numpy(float).T[None]

    own, paired = numbers(alone, Sums._fields), numbers(~alone, OF_PAIR.values())
    return SumTable([], [], own, paired, numbers(~alone, Signed._fields))


def _named(label: Label, against_arm: str) -> tuple[object, ...]:
    return (label.arm[1], against_arm, label.subgroup or "", label.name, label.day)
