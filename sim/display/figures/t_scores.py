"""Shares of patients with normal bone density, osteopenia and osteoporosis at each visit.

The categories are those of a study group of the World Health Organization (Assessment of fracture
risk and its application to screening for postmenopausal osteoporosis, Technical Report Series 843,
Geneva 1994): osteoporosis at a T-score of -2.5 or below, normal at -1 or above.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

from sim.display.figures import bands, bone_course, months, multiples, style
from sim.display.figures.caption import Caption
from sim.display.figures.saved import Saved
from sim.display.figures.texts import LINE, millimetres
from sim.outcomes.definitions.named import OSTEOPOROSIS_T
from sim.results import Tables
from sim.vocabulary import BONES, DAYS_PER_MONTH

NORMAL_T = -1.0
"""T-score at or above which bone density is normal."""

CATEGORIES = {
    "osteoporosis": "osteoporosis (T −2.5 or below)",
    "osteopenia": "osteopenia",
    "normal": "normal (T −1 or above)",
}
"""From the axis upwards, with their words in the legend."""

LIGHTER = dict(zip(CATEGORIES, (0.0, 0.55, 0.85), strict=True))
"""How much of the way to white each category is."""

SIZE = multiples.Size(left=11.5, width=78.0, between=11.5, below=13.5, least=14.0, most=42.0)
WIDEST_BAR, NARROWEST_BAR = 0.09, 1.2
"""The widest bar as a share of the follow-up; millimetres below which bars become areas."""

APART, INSIDE = 1.8, 0.6
"""Millimetres between two counts below the axis, and around a number in its part of a bar."""

ACROSS = ("Months since entry; below, patients measured", "Months; patients below", "Months", "")
"""What stands below the axis, from the widest panel to the narrowest."""

EXPLAINED = (
    "Measured T-scores, in the categories of the World Health Organization (Technical Report "
    "Series 843, 1994), which are defined for women after menopause.",
    "Percent of those measured at the visit, whose number is below the month. Patients "
    "who died or were lost are not counted, so shares can change without a change in any patient.",
)


def figure(saved: Saved, caption: Caption) -> style.Drawn | None:
    """A panel for each arm and bone; None where no T-score was measured again after entry."""
    numbers = categories(saved.tables, caption.arms)
    if numbers.empty:
        return None
    looks = caption.looks
    panels = [(bone, arm) for arm in caption.arms for bone in BONES]
    grid = multiples.grid(
        [(bone_course.NAMES[bone], arm * (len(caption.arms) > 1)) for bone, arm in panels],
        [(row, column) for row in range(len(caption.arms)) for column in range(len(BONES))],
        SIZE, caption.title, _legend(caption),
        caption.paragraphs(*EXPLAINED, *months.explained(caption)),
    )  # fmt: skip
    for axes, (bone, arm) in zip(grid.panels, panels, strict=True):
        own = numbers[(numbers["bone"] == bone) & (numbers["arm"] == arm)]
        _draw(axes, own, looks[arm].color, grid, caption)
    return grid.page.figure, numbers


def categories(tables: Tables, arms: tuple[str, ...]) -> pd.DataFrame:
    """One row for each bone, arm and visit: patients measured, and percent in each category."""
    rows = []
    for bone in BONES:
        for arm in arms:
            scores = bands.measured(tables, f"{bone}_t", arm)
            for day in scores.columns if scores.shape[1] > 1 else ():
                known = scores[day].dropna().to_numpy(float)
                months = float(day) / DAYS_PER_MONTH
                visit = {"day": day, "months": months, "patients": len(known)}
                rows.append({"bone": bone, "arm": arm, **visit, **shares(known)})
    return pd.DataFrame(rows)


def shares(scores: np.ndarray) -> dict[str, float]:
    """Percent of some T-scores in each category.

    Examples
    --------
    >>> shares(np.array([-3.0, -2.5, -2.4, -1.0]))
    {'osteoporosis': 50.0, 'osteopenia': 25.0, 'normal': 25.0}
    """
    is_osteoporosis, is_normal = scores <= OSTEOPOROSIS_T, scores >= NORMAL_T
    is_between = ~is_osteoporosis & ~is_normal
    return {
        category: float(100 * within.mean())
        for category, within in zip(
            CATEGORIES, (is_osteoporosis, is_between, is_normal), strict=True
        )
    }


def _draw(
    axes: Axes, visits: pd.DataFrame, color: str, grid: multiples.Grid, caption: Caption
) -> None:
    """The visits of one panel: stacked bars, or areas where bars would be too narrow."""
    last, at = caption.horizon_months, visits["months"].to_numpy(float)
    bar = min([WIDEST_BAR * last, *(0.75 * (b - a) for a, b in pairwise(at))])
    months.draw_months(axes, caption, [], last)
    left, right = min(-0.02 * last, -0.75 * bar), max(1.02 * last, at[-1] + 0.6 * bar)
    axes.set_xlim(left, right)
    per_month = grid.width / (right - left)
    below = np.zeros(len(at))
    for category in CATEGORIES:
        share = visits[category].to_numpy(float)
        face = tint(color, category)
        look: dict[str, Any] = {
            "facecolor": face, "edgecolor": color, "linewidth": 0.4, "zorder": 3,
        }  # fmt: skip
        if bar * per_month >= NARROWEST_BAR:
            axes.bar(at, share, bar, below, **look)
            _numbers(axes, at, share, below, bar * per_month, grid.height, face)
        else:
            axes.fill_between(at, below, below + share, **look)
        below = below + share
    if bar * per_month < NARROWEST_BAR and caption.evidence_months is not None:
        axes.axvspan(caption.evidence_months, right, zorder=4, **months.BEYOND)  # seen on areas
    axes.set_ylim(0, 100)
    axes.set_ylabel("Patients (%)")
    _counts(axes, visits, per_month, grid.width)


def tint(color: str, category: str) -> tuple[float, ...]:
    """The colour of an arm, lighter for better bone density."""
    return tuple(part + LIGHTER[category] * (1 - part) for part in to_rgb(color))


def _numbers(
    axes: Axes, at: np.ndarray, share: np.ndarray, below: np.ndarray, wide: float, high: float,
    face: tuple[float, ...],
) -> None:  # fmt: skip
    """Percent within each part of a bar that has room for the number."""
    is_dark = float(np.dot(face, (0.2126, 0.7152, 0.0722))) < 0.35
    for month, part, bottom in zip(at, share, below, strict=True):
        text = f"{part:.0f}"
        if part / 100 * high >= LINE + INSIDE and wide >= millimetres(text) + INSIDE:
            axes.text(month, bottom + part / 2, text, ha="center", va="center_baseline", zorder=4,
                      color="white" if is_dark else style.INK)  # fmt: skip


def _counts(axes: Axes, visits: pd.DataFrame, per_month: float, width: float) -> None:
    """Months, and below them patients measured, at as many visits as leave room."""
    labels = [f"{m:.0f}\n{n}" for m, n in zip(visits["months"], visits["patients"], strict=True)]
    known = dict(zip(visits["months"], labels, strict=True))
    shown = _apart(known, (APART + max(map(millimetres, labels))) / per_month)
    axes.set_xticks([*shown], [*shown.values()], linespacing=1.1)
    axes.set_xlabel(next(words for words in ACROSS if millimetres(words) <= width))


def _apart(labels: Mapping[float, str], least: float) -> dict[float, str]:
    """As many labels by month as stand `least` months apart, at round months where they can."""
    for step in months.STEPS:
        shown = {month: text for month, text in labels.items() if round(month) % step == 0}
        if len(shown) > 1 and all(b - a >= least for a, b in pairwise(shown)):
            return shown
    return dict([*labels.items()][:1])


def _legend(caption: Caption) -> style.Legend:
    """The categories in grey, as colours are those of arms."""
    areas: list[Any] = [
        style.area_entry(words, facecolor=tint(style.SECOND, category), edgecolor=style.SECOND,
                         linewidth=0.4)
        for category, words in CATEGORIES.items()
    ]  # fmt: skip
    return [[*areas, *months.legend(caption)]]
