"""A table with a row for each outcome and a column for each scenario, reading or arm."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

from sim.display.numbers import MISSING, cannot_occur, is_missing, number, with_interval
from sim.display.tables import Rows, Sheet, rows_of
from sim.vocabulary import CANNOT_OCCUR, Arms

if TYPE_CHECKING:
    import pandas as pd

ARMS = "arms"
"""A column for each arm and difference of arms."""

ABOUT_INTERVALS = (
    "Intervals show simulation (Monte Carlo) error only, not the uncertainty of the",
    "published data.",
)
"""Notes below tables of intervals."""


def sheet(
    title: str, table: pd.DataFrame | Rows, by: str, heads: Mapping[str, str] | None = None,
    has_intervals: bool = True,
) -> Sheet:  # fmt: skip
    """Outcomes down, the values of the column `by` across, the month of follow-up in the heads.

    Rows of `table` hold each outcome once for each value of `by`, a column of theirs or ARMS.
    `heads` are other names for some values. A cell of another month than its head says so.
    """
    rows = rows_of(table)
    if by == ARMS:
        rows = [{**row, ARMS: Arms(row["arm"], row["against_arm"]).label()} for row in rows]
    months: dict[str, float] = {}
    for row in rows:
        months[row[by]] = max(months.get(row[by], 0.0), float(row["time"]))
    names = {name: (heads or {}).get(str(name), str(name)) for name in months}
    cells = {(row["outcome"], row[by]): _cell(row, months[row[by]], has_intervals) for row in rows}
    units = {row["outcome"]: row["unit"] for row in reversed(rows)}  # the first of each stays
    lines = [
        (str(outcome), str(units[outcome]), *(cells.get((outcome, n), MISSING) for n in names))
        for outcome in dict.fromkeys(row["outcome"] for row in rows)
    ]
    if len({*months.values()}) == 1:
        (month,) = {*months.values()}
        return Sheet((f"{title} at month {month:g}", "unit", *names.values()), lines)
    across = (f"{names[name]} at month {month:g}" for name, month in months.items())
    return Sheet((title, "unit", *across), lines)


def _cell(row: Mapping[Hashable, Any], month: float, has_interval: bool) -> str:
    """The estimate of a row, with its month where that is not the one of its column."""
    estimate, low, high = row["estimate"], row["low"], row["high"]
    if cannot_occur(low, high, row["carriers"]):
        return CANNOT_OCCUR
    text = with_interval(estimate, low, high) if has_interval else number(estimate)
    if row["time"] == month or is_missing(estimate):
        return text
    return f"{text} (month {row['time']:g})"
