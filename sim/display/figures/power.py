"""Power by size of trial: the share of trials that would have shown a difference, arm by arm."""

from __future__ import annotations

import pandas as pd

from sim.display.figures import scales
from sim.display.figures.caption import Caption
from sim.display.figures.form import ONE_COLUMN, at_most
from sim.display.figures.page import Page
from sim.display.figures.style import Drawn, arm_style, arms_in_legend
from sim.display.tables.power import how_tested

LEFT, RIGHT, HEIGHT, SCALE = 13.0, 3.0, 50.0, 10.5
"""Millimetres beside the panel, of the panel, and below it."""


def figure(by_size: pd.DataFrame, caption: Caption) -> Drawn:
    """The power and the size of the test, with their 95 % intervals, for every size of trial.

    `by_size` is the table of a power analysis; the caption says what was simulated.
    """
    looks = arm_style(caption.arms)
    first = by_size.iloc[0]
    sentences = (
        f"{first['trials']} trials of each size, allocated at random; seed {caption.seed}. "
        f"{' '.join(how_tested(by_size))} Hollow: size. "
        f"Annual increase of bone density: {caption.reading}."
    )
    legend = arms_in_legend({arm: looks[arm] for arm in by_size["arm"].unique()})
    title = f"{caption.title}: {first['outcome']}"
    width = at_most(ONE_COLUMN)
    page = Page(width, HEIGHT + SCALE, title, [legend], [sentences])
    axes = page.axes(LEFT, 0, width - LEFT - RIGHT, HEIGHT)
    for arm, rows in by_size.groupby("arm", sort=False):
        look = looks[str(arm)]
        for of, fill in (("power", look.color), ("size", "white")):
            axes.errorbar(
                rows["patients_per_arm"], rows[of], _sides(rows, of), color=look.color,
                linestyle=look.linestyle, marker=look.marker, markersize=3, clip_on=False,
                markerfacecolor=fill,
            )  # fmt: skip
    axes.set_ylim(0, 100)
    axes.set_xlim(left=0)
    scales.number(axes, "x", 6)
    equal = (by_size["patients"] == by_size["against_patients"]).all()
    axes.set_xlabel("patients per arm" if equal else "patients in the smallest arm")
    axes.set_ylabel("trials that show a difference, %")
    return page.figure, by_size


def _sides(rows: pd.DataFrame, of: str) -> list[pd.Series]:
    """How far an interval reaches below and above the estimate."""
    return [rows[of] - rows[f"{of}_low"], rows[f"{of}_high"] - rows[of]]
