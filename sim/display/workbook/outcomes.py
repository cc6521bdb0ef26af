"""Outcomes of each arm, and the paired differences with a formula from arm to difference."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sim.display.numbers import decimals_of
from sim.display.workbook import tables
from sim.display.workbook.sheet import Cell, Column, Decimals, Formula, Sheet, address, named
from sim.results import Kept

if TYPE_CHECKING:
    import pandas as pd

KEY = ["subgroup", "outcome", "time"]
NEEDED = ("scenario", "arm", "against_arm", *KEY, "unit", "estimate", "low", "high")

OF_ARM, OF_COMPARATOR, DIFFERENCE = "arm_estimate", "against_estimate", "arm_minus_against"
"""Columns that are formulas: the outcome of each arm, and the difference of these."""


def sheets(kept: Kept, number: int) -> Iterator[Sheet]:
    """The outcomes of a run, and their differences, on two sheets."""
    summary = kept.table("summary", NEEDED)
    is_difference = summary["against_arm"] != ""
    of_arms = summary[~is_difference].drop(columns="against_arm").reset_index(drop=True)
    outcomes = tables.of_frame(of_arms, kept.manifest.kind, "summary", named("Outcomes", number))
    yield outcomes._replace(holds="One row for each subgroup, arm, outcome and time.")
    if is_difference.any():
        rows = summary[is_difference].reset_index(drop=True)
        plain = tables.of_frame(rows, kept.manifest.kind, "summary", named("Differences", number))
        yield _with_formulas(plain, rows, of_arms, outcomes.name)


def _with_formulas(plain: Sheet, rows: pd.DataFrame, of_arms: pd.DataFrame, outcomes: str) -> Sheet:
    """The differences, with the outcomes of both arms and the formula in three more columns."""
    places = {
        (row.arm, *(getattr(row, name) for name in KEY)): at
        for at, row in enumerate(of_arms.itertuples())
    }
    estimates, column = of_arms["estimate"], list(of_arms.columns).index("estimate")
    first = len(plain.columns)
    units = [Column(head, _unit(of_arms)) for head in (OF_ARM, OF_COMPARATOR)]
    more = []
    for i, row in enumerate(rows.itertuples()):
        key = [getattr(row, name) for name in KEY]
        at = [places.get((arm, *key)) for arm in (row.arm, row.against_arm)]
        more.append(_formulas(row, i, at, estimates, outcomes, column, first))
    holds = (
        "One row for each paired difference from the comparator. The last three columns compute "
        "the difference from the sheet of outcomes, which has six digits."
    )
    columns = (*plain.columns, *units, Column(DIFFERENCE))
    joined = [[*own, *cells] for own, cells in zip(plain.rows, more, strict=True)]
    return plain._replace(holds=holds, columns=columns, rows=joined)


def _unit(of_arms: pd.DataFrame) -> str:
    units = of_arms["unit"].unique()
    return str(units[0]) if len(units) == 1 else ""


def _formulas(
    row: Any, i: int, at: list[int | None], estimates: pd.Series[float], outcomes: str,
    column: int, first: int,
) -> list[Cell]:  # fmt: skip
    """Both outcomes and their difference; empty where an arm has no such outcome."""
    known = [place for place in at if place is not None and estimates[place] == estimates[place]]
    if len(known) < len(at):
        return [None, None, None]
    decimals = decimals_of(row.low, row.high)
    values = [float(estimates[place]) for place in known]
    cells = [
        Formula(f"={address(column, place, outcomes)}", value)
        for place, value in zip(known, values, strict=True)
    ]
    both = f"={address(first, i)}-{address(first + 1, i)}"
    return [Decimals(cell, decimals) for cell in (*cells, Formula(both, values[0] - values[1]))]
