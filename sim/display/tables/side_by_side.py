"""A table with a row for each outcome and a column for each scenario, reading or arm."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

from sim.display.numbers import MISSING, cannot_occur, is_missing, number, with_interval
from sim.display.tables import Sheet
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
    title: str, rows: pd.DataFrame, by: str, heads: Mapping[str, str] | None = None,
    has_intervals: bool = True,
) -> Sheet:  # fmt: skip
    """Outcomes down, the values of the column `by` across, the month of follow-up in the heads.

    `rows` hold each outcome once for each value of `by`, a column of theirs or ARMS. `heads` are
    other names for some values. A cell of another month than its head says so.
    """
    if by == ARMS:
        rows = rows.assign(arms=[a.label() for a in map(Arms, rows["arm"], rows["against_arm"])])
    months = rows.groupby(by, sort=False)["time"].max()
    are_alike = months.nunique() == 1
    names = {name: (heads or {}).get(str(name), str(name)) for name in months.index}
    cells = {
        (row["outcome"], row[by]): _cell(row, float(months[row[by]]), has_intervals)
        for row in rows.to_dict("records")
    }
    first = rows.drop_duplicates("outcome")
    lines = [
        (str(outcome), str(unit), *(cells.get((outcome, name), MISSING) for name in names))
        for outcome, unit in zip(first["outcome"], first["unit"], strict=True)
    ]
    if are_alike:
        return Sheet((f"{title} at month {months.iloc[0]:g}", "unit", *names.values()), lines)
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
