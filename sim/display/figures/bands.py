"""Bands round the courses of arms: light areas, with edges that stay visible where arms overlap."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from sim.display.figures import style


def band(
    axes: Axes, x: pd.Series[float], ends: pd.DataFrame, look: style.ArmStyle, opacity: float,
    edge: float = 0.0, are_steps: bool = False,
) -> None:  # fmt: skip
    """The area between two columns, with edges so many points wide."""
    axes.fill_between(
        x, ends.iloc[:, 0], ends.iloc[:, 1], color=look.color, alpha=opacity, linewidth=0,
        zorder=1, step="post" if are_steps else None,
    )  # fmt: skip
    drawstyle = "steps-post" if are_steps else "default"
    line: dict[str, Any] = {"color": look.color, "linestyle": look.linestyle}
    if edge:
        axes.plot(x, ends, linewidth=edge, drawstyle=drawstyle, zorder=2, **line)


def median(axes: Axes, x: pd.Series[float], course: pd.DataFrame, look: style.ArmStyle) -> None:
    """The median of a course with the marks of its arm."""
    label = str(course["arm"].iloc[0]) if len(course) else ""
    axes.plot(x, course["median"], label=label, zorder=4, **look._asdict(), **style.EDGE)
