"""Shares of patients over time: steps with a band, and below them the patients still at risk.

The table has one block an arm, as Morris and colleagues propose (KMunicate, BMJ Open
2019;9:e030215): at every labelled month the counts of a row of the arm add up to its patients.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes

from sim.display.figures import arms_alike, bands, months, style
from sim.display.figures.caption import Caption
from sim.display.figures.page import MM_PER_INCH
from sim.display.figures.texts import POINTS_PER_MM, shortened
from sim.display.figures.uncertain import MONTE_CARLO
from sim.vocabulary import DAYS_PER_MONTH

Floats = npt.NDArray[np.float64]
Days = npt.NDArray[np.int64]
HALF_A_DAY = 0.5 / DAYS_PER_MONTH

LABELS = 20.0
"""Millimetres left of the panel that the words of the table take."""

FIRST, ROW, BETWEEN = 9.0, 3.2, 1.0
"""Millimetres from the panel to the table, of a row, and between the blocks of two arms."""


def so_far(happened: Floats, at: Days) -> Days:
    """How often something has happened by the end of each day of `at`; inf is never."""
    return np.searchsorted(np.sort(happened), at, side="right")


def course(
    day: Days, patients: int, left: Mapping[str, Days], share: Floats, ends: tuple[Floats, Floats]
) -> pd.DataFrame:
    """One row for each day: patients at risk, those who `left` by then, and a share in percent.

    `ends` are the ends of the interval of the share.
    """
    return pd.DataFrame(
        {
            "day": day,
            "months": day / DAYS_PER_MONTH,
            "at_risk": patients - sum(left.values()),
            **left,
            "share": share,
            **dict(zip(("low", "high"), ends, strict=True)),
        }
    )


def below_each_other(courses: Mapping[tuple[str, str], pd.DataFrame], panel: str) -> pd.DataFrame:
    """The courses of every panel and arm, with both in the columns `panel` and arm."""
    rows = pd.concat(courses, names=[panel, "arm"]).reset_index([panel, "arm"])
    return rows.reset_index(drop=True)


def legend(looks: style.Looks, caption: Caption, has_intervals: bool = True) -> style.Legend:
    """The arms, and what area and hatching are."""
    interval = style.area_entry(MONTE_CARLO, facecolor=style.BAND)
    areas = [interval] if has_intervals else []
    return [style.arms_in_legend(looks), [*areas, *months.legend(caption)]]


def height(arms: int, rows: int) -> float:
    """Millimetres below a panel that its axis and its table take."""
    return FIRST + arms * ((1 + rows) * ROW + BETWEEN)


def draw(
    axes: Axes, numbers: pd.DataFrame, looks: style.Looks, at: list[int],
    rows: Mapping[str, str],
) -> None:  # fmt: skip
    """The steps of one panel, and below it the counts in the columns `rows`, in their words.

    `numbers` has rows of `course` for some arms.
    """
    courses = {arm: numbers[numbers["arm"] == arm] for arm in looks}
    present = {arm: course for arm, course in courses.items() if len(course)}
    arms_alike.say(axes, present, ["months", "share"])
    opacity, down = 0.32 / max(2, len(present)), FIRST
    for turn, (arm, course) in enumerate(present.items()):
        look, time = looks[arm], course["months"]
        bands.band(axes, time, course[["low", "high"]], look, opacity, edge=0.4, are_steps=True)
        line = {"color": look.color, "linestyle": look.linestyle, "drawstyle": "steps-post"}
        axes.plot(time, course["share"], label=arm, zorder=4, **line)
        axes.plot(
            *_marks(course, at, turn / len(present)),
            **{**style.mark(look, size=4), "zorder": 5, "clip_on": False},
        )  # fmt: skip
        _table(axes, arm, course.set_index("day").loc[months.days(at)].set_axis(at), rows, down)
        down += (1 + len(rows)) * ROW + BETWEEN


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


def _table(
    axes: Axes, arm: str, counts: pd.DataFrame, rows: Mapping[str, str], down: float
) -> None:
    """The counts of an arm at some months, from `down` mm below the panel on."""
    wide = LABELS + axes.bbox.width / axes.figure.dpi * MM_PER_INCH
    # in full in the legend, and smaller than a title
    _say(axes, 0, down, shortened(arm, wide, is_title=True), weight="bold")
    for i, (column, words) in enumerate(rows.items(), start=1):
        _say(axes, 1.5, down + i * ROW, words)
        for month, count in counts[column].items():
            axes.annotate(
                f"{count:.0f}", (month, 0), xycoords=("data", "axes fraction"),
                xytext=(0, -(down + i * ROW) * POINTS_PER_MM), textcoords="offset points",
                ha="center", va="top",
            )  # fmt: skip


def _say(axes: Axes, indent: float, down: float, words: str, **look: Any) -> None:
    """Words left of the panel, `down` mm below it."""
    axes.annotate(
        words, (0, 0), xycoords="axes fraction", textcoords="offset points",
        xytext=((indent - LABELS) * POINTS_PER_MM, -down * POINTS_PER_MM),
        ha="left", va="top", **look,
    )  # fmt: skip
