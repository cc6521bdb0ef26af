"""What the figures of costs and QALYs share: title, arms, currency, and panels over a scale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from sim.display.figures import scales, style
from sim.display.figures.caption import spoken
from sim.display.figures.form import ONE_COLUMN, at_most
from sim.display.figures.page import Page
from sim.display.figures.steps import Floats

LEFT, RIGHT, HEIGHT, BELOW = 14.0, 4.0, 52.0, 10.5
"""Millimetres beside a panel, of the panel, and below it."""

THOUSAND, FROM = 1000.0, 10_000.0
"""Money is counted in thousands, or more, where a scale reaches so far: short numbers stand apart.
"""

COUNTED = ("", "1,000 ", "million ", "1,000 million ")
"""What a scale counts in, in powers of a thousand."""

MARKS = 5
"""Marks along a curve."""

EDGE: dict[str, Any] = {"color": style.BAND, "linewidth": 4.5, "zorder": 1.5}
"""A wide pale line below the curves."""


class About(NamedTuple):
    """What a reader must know of the draws: `said` are sentences on how they were made.

    `arms` stand in the order of the columns of all arrays, `money` is the currency, `effect` the
    unit of health, `marked` are the thresholds of the scenario.
    """

    title: str
    arms: tuple[str, ...]
    money: str
    said: tuple[str, ...] = ()
    effect: str = "QALY"
    marked: tuple[float, ...] = ()

    @property
    def looks(self) -> dict[str, style.ArmStyle]:
        """The look of each arm, as in every figure."""
        return style.arm_style(self.arms)


def panel(about: About, legend: style.Legend, sentences: Sequence[str]) -> tuple[Page, Axes, float]:
    """A page with one panel, and how wide the panel is in mm."""
    width = at_most(ONE_COLUMN)
    caption = [spoken(*about.said, *sentences)]
    page = Page(width, HEIGHT + BELOW, about.title, legend, caption)
    inside = width - LEFT - RIGHT
    return page, page.axes(LEFT, 0, inside, HEIGHT), inside


def name_thresholds(axes: Axes, about: About, thresholds: Floats, width: float) -> None:
    """The scale below a panel whose curves run over values of a QALY."""
    factor, unit = in_units(thresholds, about)
    for threshold in about.marked:
        axes.axvline(threshold / factor, zorder=1, **style.DASHED)
    axes.set_xlim(*(thresholds[[0, -1]] / factor))
    scales.number_across(axes, width, 6)
    axes.set_xlabel(f"value of a {about.effect}, {unit}")


def marked_in_words(about: About) -> str:
    """Which thresholds are marked on a scale of values of a QALY; empty where none is."""
    if not about.marked:
        return ""
    *others, last = (f"{threshold:,.0f}" for threshold in about.marked)
    named = f"{', '.join(others)} and {last}" if others else last
    return f"Upright lines: the thresholds of the scenario, {named} {about.money}."


def in_units(amounts: ArrayLike, about: About) -> tuple[float, str]:
    """What amounts of money are divided by on a scale, and the unit that they then have."""
    largest, power = float(np.abs(np.asarray(amounts)).max()), 0
    while largest / THOUSAND**power >= FROM and power + 1 < len(COUNTED):
        power += 1
    return THOUSAND**power, COUNTED[power] + about.money


def curve(axes: Axes, look: style.ArmStyle, thresholds: Floats, values: Floats) -> None:
    """The curve of an arm, with its mark here and there."""
    between = max(1, len(thresholds) // MARKS)
    own = style.course(look, size=3.6)
    axes.plot(thresholds, values, markevery=(between // 2, between), **own)


def wide_line(axes: Axes, thresholds: Floats, values: Floats) -> None:
    """A wide pale line below the curves, along the arm with the highest mean net benefit."""
    axes.plot(thresholds, values, **EDGE)


def edge_entry(label: str) -> Artist:
    """The wide pale line in the legend."""
    return style.line_entry(label, **EDGE)


def best_in_words(about: About, thresholds: Floats, chosen: np.ndarray) -> str:
    """Which arm has the highest mean net benefit, and from which value of a QALY on."""
    starts = [0, *(1 + np.flatnonzero(np.diff(chosen)))]
    parts = [
        about.arms[int(chosen[i])]
        + (f" from {thresholds[i]:,.0f} {about.money}" if i else " at the lowest value")
        for i in starts
    ]
    return f"Highest mean net benefit: {'; '.join(parts)}."
