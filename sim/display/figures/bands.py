"""What was measured over time in each arm: quantiles at the visits, drawn as bands and medians."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.display.figures import arms_alike, style
from sim.results import Tables
from sim.vocabulary import DAYS_PER_MONTH


def measured(tables: Tables, quantity: str, arm: str) -> pd.DataFrame:
    """One quantity in one arm: a row for each patient, a column for each day."""
    rows = tables.measurements
    rows = rows[(rows["quantity"] == quantity) & (rows["arm"] == arm)]
    return rows.pivot(index="patient", columns="day", values="value")


def visits(
    values: pd.DataFrame, levels: Mapping[str, float], single: Sequence[int] = ()
) -> Iterator[dict[str, float]]:
    """A row for each day of `measured`: patients measured, quantiles, and single patients."""
    for day, visit in values.items():
        known = visit.dropna().to_numpy(float)
        yield {
            "months": float(str(day)) / DAYS_PER_MONTH,
            "patients": len(known),
            **dict(zip(levels, np.quantile(known, [*levels.values()]), strict=True)),
            **{f"patient_{who}": visit.get(who, np.nan) for who in single},
        }


def draw(
    axes: Axes, numbers: pd.DataFrame, looks: style.Looks,
    ends: Sequence[tuple[str, str, float, float]],
) -> None:  # fmt: skip
    """The courses of one panel: bands below, and medians on top.

    `numbers` has rows of `visits` for some arms; `ends` are the columns of each band, with how
    dark the band is and how wide its edges.
    """
    courses = {arm: numbers[numbers["arm"] == arm] for arm in looks}
    columns = ["months", "median", *(name for low, high, *_ in ends for name in (low, high))]
    arms_alike.say(axes, courses, columns)
    lightness = 2 / max(2, len(looks))  # the more arms lie over each other, the fainter each is
    for arm, look in looks.items():
        course = courses[arm]
        time = course["months"]
        for low, high, opacity, edge in ends:
            band(axes, time, course[[low, high]], look, opacity * lightness, edge)
        median = {**style.course(look), "label": arm, "zorder": 4}
        axes.plot(time, course["median"], **median)


def band(
    axes: Axes, x: pd.Series[float], ends: pd.DataFrame, look: style.ArmStyle, opacity: float,
    edge: float = 0.0, are_steps: bool = False,
) -> None:  # fmt: skip
    """The area between two columns, with edges the given points wide, seen where arms overlap."""
    axes.fill_between(
        x, ends.iloc[:, 0], ends.iloc[:, 1], color=look.color, alpha=opacity, linewidth=0,
        zorder=1, step="post" if are_steps else None,
    )  # fmt: skip
    drawstyle = "steps-post" if are_steps else "default"
    if edge:
        line = {"color": look.color, "linestyle": look.linestyle, "drawstyle": drawstyle}
        axes.plot(x, ends, linewidth=edge, zorder=2, **line)
