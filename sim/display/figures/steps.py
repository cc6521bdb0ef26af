"""A share of patients over time, drawn as steps with a band."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from sim.display.figures import months
from sim.display.figures.bands import band
from sim.display.figures.caption import Caption
from sim.display.figures.style import BAND, EDGE, ArmStyle, arms_in_legend
from sim.vocabulary import DAYS_PER_MONTH

Floats = npt.NDArray[np.float64]
HALF_A_DAY = 0.5 / DAYS_PER_MONTH


def draw_steps(
    axes: Axes, numbers: pd.DataFrame, looks: dict[str, ArmStyle], at: list[int]
) -> None:
    """The curves of one panel: `numbers` has arm, day, months, share, low and high in percent."""
    courses = {arm: numbers[numbers["arm"] == arm] for arm in looks}
    present = {arm: course for arm, course in courses.items() if len(course)}
    opacity = 0.32 / max(2, len(present))
    for turn, (arm, course) in enumerate(present.items()):
        look, time = looks[arm], course["months"]
        band(axes, time, course[["low", "high"]], look, opacity, edge=0.4, are_steps=True)
        line = {"color": look.color, "linestyle": look.linestyle, "drawstyle": "steps-post"}
        axes.plot(time, course["share"], label=arm, zorder=4, **line)
        axes.plot(
            *_marks(course, at, turn / len(present)), color=look.color, marker=look.marker,
            linestyle="none", zorder=5, clip_on=False, **EDGE,
        )  # fmt: skip


def _marks(course: pd.DataFrame, at: list[int], late: float) -> tuple[Floats, Floats]:
    """Where an arm's markers stand: `late` of the way from one labelled month to the next.

    Arms take turns because they often coincide: the same patients meet the same chance.
    """
    last = float(course["months"].max())
    between = at[1] - at[0] if len(at) > 1 else last
    month = np.array([month + late * between for month in at], float)
    month = month[month <= last + 0.1]
    row = np.searchsorted(course["months"], month + HALF_A_DAY, side="right") - 1
    return month, course["share"].to_numpy(float)[row]


def legend(looks: dict[str, ArmStyle], caption: Caption) -> list[list[Artist]]:
    """The arms, and what area and hatching are."""
    return [
        arms_in_legend(looks),
        [Patch(facecolor=BAND, label="95 % Monte Carlo interval"), *months.legend(caption)],
    ]
