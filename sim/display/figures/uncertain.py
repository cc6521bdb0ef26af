"""Parameter uncertainty beside Monte Carlo error: a thin line with ends beside a thick one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist

from sim.display.figures import style
from sim.display.figures.intervals import parts
from sim.display.numbers import MISSING, span, typeset
from sim.vocabulary import EVERYONE, Arms

LOW, HIGH = ENDS = ("uncertain_low", "uncertain_high")
"""Columns of the interval over the draws of a sweep."""

KEYS = [*Arms._fields, "outcome", "time"]
NOT_INCLUDED = "parameter uncertainty not included"
MONTE_CARLO = f"95 % Monte Carlo interval, {NOT_INCLUDED}"
"""What the legend of a figure calls its intervals, where no sweep was given."""

HEAD = "95 % parameters"
SOURCE = "uncertain_from"
"""Column that names the sweep."""

STUDY = "study"
"""Column of an uncertainty that names the scenario, or the reading, of each interval."""

EXPLAINED = (
    "Thin lines with ends, 95 % parameter uncertainty: the middle 95 % of the draws of the sweep "
    "{sweep}, without the noise of patients in single draws, but with the error of the mean over "
    "the draws. Rows without a thin line are not in the sweep, or do not differ between its draws."
)
THICK: dict[str, Any] = {"linewidth": 2.6, "zorder": 3}
THIN: dict[str, Any] = {
    "linewidth": 0.8, "marker": "|", "markersize": 5.5, "markeredgewidth": 0.8, "zorder": 2,
}  # fmt: skip


def beside(rows: pd.DataFrame, uncertainty: pd.DataFrame | None, by: str = "") -> pd.DataFrame:
    """Outcomes with the interval over the draws of a sweep.

    A sweep knows no subgroups, and no differences between scenarios. `by` is the column that names
    the scenario or the reading of each row, where the rows have several.
    """
    if uncertainty is None:
        return rows
    keys = [*KEYS, *filter(None, [by])]
    of_draws = uncertainty.rename(columns={STUDY: by})[[*keys, *ENDS, SOURCE]]
    joined = rows.merge(of_draws, on=keys, how="left")
    for column, value in (("subgroup", EVERYONE), ("against", "")):
        if column in joined:
            joined.loc[joined[column] != value, [*ENDS, SOURCE]] = np.nan
    return joined


def explained(rows: pd.DataFrame, by: str = "") -> str:
    """What the thin lines are, and of which sweep: by scenario or reading, where there are more."""
    known = rows.dropna(subset=[SOURCE])
    if by:
        named = known.groupby(SOURCE, sort=False)[by].unique()
        return EXPLAINED.format(
            sweep="; ".join(f"{sweep}, for {', '.join(names)}" for sweep, names in named.items())
        )
    return EXPLAINED.format(sweep=", ".join(known[SOURCE].unique()))


def left_out(rows: pd.DataFrame, by: str) -> list[str]:
    """A sentence on the scenarios or readings that no sweep was given for, if there are some."""
    known = set(rows.dropna(subset=[SOURCE])[by])
    without = [name for name in rows[by].unique() if name not in known]
    return [f"{NOT_INCLUDED.capitalize()}: {', '.join(without)}"] if without else []


def is_in(rows: pd.DataFrame) -> bool:
    """Whether the interval over the draws of a sweep stands beside the outcomes."""
    return LOW in rows


def text(row: Any) -> str:
    """The interval of an outcome in words; a dash where the sweep has none."""
    low, high = getattr(row, LOW), getattr(row, HIGH)
    return typeset(span(low, high)) if high > low else MISSING


def marks(row: Any, color: str, down: float) -> Iterator[parts.Mark]:
    """The thin line of an outcome, where the sweep has one."""
    low, high = getattr(row, LOW, np.nan), getattr(row, HIGH, np.nan)
    if high > low:
        thin = {**THIN, "color": color}
        yield parts.Mark(np.nan, low, high, {}, thin, down)


def legend() -> list[Artist]:
    """What the thick and the thin line are."""
    lines = {"95 % Monte Carlo interval": THICK, "95 % parameter uncertainty": THIN}
    return [style.line_entry(name, color=style.INK, **look) for name, look in lines.items()]


def tells_sign(row: Any) -> bool:
    """Whether neither interval of a row holds 0, and both are on one side of it."""
    low = min(row.low, getattr(row, LOW, np.inf))
    high = max(row.high, getattr(row, HIGH, -np.inf))
    return bool(low > 0 or high < 0)
