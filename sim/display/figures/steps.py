"""Shares of patients over time: steps with a band, and below them the patients still at risk.

The table has one block per arm, as Morris and colleagues propose (KMunicate, BMJ Open
2019;9:e030215): at every labelled month the counts of a row of the arm add up to its patients.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes

from sim.display.figures import arms_alike, bands, line_ends, months, multiples, style
from sim.display.figures.caption import Caption
from sim.display.figures.texts import LINE, POINTS_PER_MM, wrapped
from sim.display.figures.uncertain import MONTE_CARLO
from sim.vocabulary import DAYS_PER_MONTH

Floats = npt.NDArray[np.float64]
Days = npt.NDArray[np.int64]

LABELS = 19.0
"""Millimetres left of the panel that the words of the table take."""

HEAD = 3.4
"""Millimetres of a line of the name above the counts of an arm."""

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


def legend(caption: Caption, has_intervals: bool = True) -> style.Legend:
    """What area and hatching are; the names of the arms stand at the ends of their lines."""
    interval = style.area_entry(MONTE_CARLO, facecolor=style.BAND)
    areas = [interval] if has_intervals else []
    return [[*areas, *months.legend(caption)]]


def height(arms: Iterable[str], rows: int, panel: float) -> float:
    """Millimetres below a panel `panel` mm wide that its axis and its table take."""
    heads = [HEAD * len(_head(arm, panel)) for arm in arms]
    return FIRST + sum(head + rows * ROW + BETWEEN for head in heads)


def least(arms: Collection[str]) -> float:
    """Millimetres that a panel is high at least: each arm has a line for its name."""
    return max(multiples.LEAST, LINE * len(arms))


def draw(
    axes: Axes, numbers: pd.DataFrame, looks: style.Looks, at: list[int],
    rows: Mapping[str, str], grid: multiples.Grid,
) -> None:  # fmt: skip
    """The steps of one panel, and below it the counts in the columns `rows`, in their words.

    `numbers` has rows of `course` for some arms.
    """
    courses = {arm: numbers[numbers["arm"] == arm] for arm in looks}
    present = {arm: course for arm, course in courses.items() if len(course)}
    arms_alike.say(axes, present, ["months", "share"])
    opacity, down = 0.32 / max(2, len(present)), FIRST
    for arm, course in present.items():
        look, time = looks[arm], course["months"]
        bands.band(axes, time, course[["low", "high"]], look, opacity, edge=0.4, are_steps=True)
        line = {"color": look.color, "linestyle": look.linestyle, "drawstyle": "steps-post"}
        axes.plot(time, course["share"], label=arm, zorder=4, **line)
        counts = course.set_index("day").reindex(months.days(at), method="ffill").set_axis(at)
        down = _table(axes, arm, counts, rows, down, grid.width)


def ticks(last: float, arms: Iterable[str], grid: multiples.Grid) -> list[int]:
    """Round months that have room beside the names of the arms."""
    return months.ticks(last, grid.width - line_ends.room([*arms]))


def names(axes: Axes, numbers: pd.DataFrame, looks: style.Looks, grid: multiples.Grid) -> None:
    """The name of each arm at the end of its line, once the scales have their ends."""
    last = numbers.groupby("arm", sort=False).last()
    where = zip(last.index, last["months"], last["share"], strict=True)
    ends = [line_ends.End(x, y, str(arm), looks[arm].color) for arm, x, y in where]
    line_ends.draw(axes, ends, axes.get_xlim()[1], grid.width, grid.height)


def _head(arm: str, panel: float) -> list[str]:
    """The name of an arm above its counts, in lines as long as these."""
    return wrapped(arm, LABELS + panel, is_title=True)


def _table(
    axes: Axes, arm: str, counts: pd.DataFrame, rows: Mapping[str, str], down: float, panel: float
) -> float:
    """The counts of an arm at some months, from `down` mm below the panel on; where they end."""
    head = _head(arm, panel)
    _say(axes, 0, down, "\n".join(head), weight="bold", linespacing=1.1)
    down += HEAD * len(head)
    for i, (column, words) in enumerate(rows.items()):
        _say(axes, 1.5, down + i * ROW, words)
        for month, count in counts[column].items():
            axes.annotate(
                f"{count:.0f}", (month, 0), xycoords=("data", "axes fraction"),
                xytext=(0, -(down + i * ROW) * POINTS_PER_MM), textcoords="offset points",
                ha="center", va="top",
            )  # fmt: skip
    return down + len(rows) * ROW + BETWEEN


def _say(axes: Axes, indent: float, down: float, words: str, **look: Any) -> None:
    """Words left of the panel, `down` mm below it."""
    axes.annotate(
        words, (0, 0), xycoords="axes fraction", textcoords="offset points",
        xytext=((indent - LABELS) * POINTS_PER_MM, -down * POINTS_PER_MM),
        ha="left", va="top", **look,
    )  # fmt: skip
