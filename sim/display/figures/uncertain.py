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

EXPLAINED = (
    "Thin lines with ends: the middle 95 % of the draws of the sweep {sweep}, without the noise of "
    "patients in single draws, but with the error of the mean over the draws. Rows without a thin "
    "line are not in the sweep, or do not differ between its draws."
)
THICK: dict[str, Any] = {"linewidth": 2.6, "zorder": 3}
THIN: dict[str, Any] = {
    "linewidth": 0.8, "marker": "|", "markersize": 5.5, "markeredgewidth": 0.8, "zorder": 2,
}  # fmt: skip


def beside(rows: pd.DataFrame, uncertainty: pd.DataFrame | None) -> pd.DataFrame:
    """Outcomes with the interval over the draws of a sweep, which knows no subgroups."""
    if uncertainty is None:
        return rows
    joined = rows.merge(uncertainty[[*KEYS, *ENDS, SOURCE]], on=KEYS, how="left")
    is_part = joined["subgroup"] != EVERYONE
    joined.loc[is_part, [*ENDS]] = np.nan
    return joined.assign(**{SOURCE: joined[SOURCE].mask(is_part)})


def explained(rows: pd.DataFrame) -> str:
    """What the thin lines are, and of which sweep."""
    return EXPLAINED.format(sweep=", ".join(rows[SOURCE].dropna().unique()))


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
