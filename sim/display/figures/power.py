"""Power by size of trial: the share of trials that would have excluded 0, arm by arm."""

from __future__ import annotations

import pandas as pd

from sim.display.figures.caption import Caption
from sim.display.figures.page import ONE_COLUMN, Page
from sim.display.figures.style import Drawn, arm_style, arms_in_legend
from sim.vocabulary import Z95

LEFT, RIGHT, HEIGHT, SCALE = 13.0, 3.0, 50.0, 10.5
"""Millimetres beside the panel, of the panel, and below it."""


def figure(by_size: pd.DataFrame, caption: Caption) -> Drawn:
    """The power of every size of trial, with its 95 % Monte Carlo interval.

    `by_size` is the table of a power analysis; the caption says what was simulated.
    """
    looks = arm_style(caption.arms)
    first = by_size.iloc[0]
    sentences = (
        f"{first['trials']} trials of each size, allocated at random; seed {caption.seed}. "
        "Share of trials whose 95 % confidence interval of the difference excludes 0 (Welch's t). "
        f"Bars: 95 % Monte Carlo intervals. Annual increase of bone density: {caption.reading}."
    )
    legend = arms_in_legend({arm: looks[arm] for arm in by_size["arm"].unique()})
    title = f"{caption.title}: power for {first['outcome']}"
    page = Page(ONE_COLUMN, HEIGHT + SCALE, title, [legend], [sentences])
    axes = page.axes(LEFT, 0, ONE_COLUMN - LEFT - RIGHT, HEIGHT)
    for arm, rows in by_size.groupby("arm", sort=False):
        look = looks[str(arm)]
        axes.errorbar(
            rows["patients_per_arm"], rows["power"], Z95 * rows["mc_error"], color=look.color,
            linestyle=look.linestyle, marker=look.marker, markersize=3, clip_on=False,
        )  # fmt: skip
    axes.set_ylim(0, 100)
    axes.set_xlim(left=0)
    axes.set_xticks([0, *by_size["patients_per_arm"].unique()])
    axes.set_xlabel("patients per arm")
    axes.set_ylabel("trials that exclude 0, %")
    return page.figure, by_size
