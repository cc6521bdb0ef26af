"""Power by size of trial: the share of trials that would have shown a difference, arm by arm."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from sim.display.figures.caption import Caption, spoken
from sim.display.figures.form import ONE_COLUMN, at_most
from sim.display.figures.page import Page
from sim.display.figures.style import DASHED, GRID, ArmStyle, Drawn, entry, mark, with_line
from sim.display.figures.texts import millimetres
from sim.display.tables.power import how_tested
from sim.vocabulary import Arms

LEFT, RIGHT, HEIGHT, SCALE = 13.0, 3.0, 50.0, 10.5
"""Millimetres beside the panel, of the panel, and below it."""

TARGET, NOMINAL = 80, 5
"""The power that trials are planned for, and the size of their test, in per cent."""

TOP, GAP, ASIDE = 104.0, 1.5, 1.2
"""The end of the scale, which keeps marks at 100 % whole; mm between numbers below it, and between
arms of one size, whose bars would cover each other."""

EXPLAINED = (
    "Marks: the sizes that were simulated, joined by straight lines. Small hollow marks on thin "
    "lines: the size of the test. Bars: 95 % Monte Carlo intervals. Dashed: a power of 80 % and a "
    "size of 5 %."
)


def figure(by_size: pd.DataFrame, caption: Caption) -> Drawn:
    """The power and the size of the test, with their 95 % intervals, for every size of trial.

    `by_size` is the table of a power analysis; the caption says what was simulated.
    """
    looks = caption.looks
    first = by_size.iloc[0]
    sentences = spoken(
        f"{first['trials']} trials of each size, allocated at random; seed {caption.seed}.",
        *how_tested(by_size), EXPLAINED, _smallest(by_size),
        f"Annual increase of bone density: {caption.reading}.",
    )  # fmt: skip
    title = f"{caption.title}: {first['outcome']}"
    width = at_most(ONE_COLUMN)
    page = Page(width, HEIGHT + SCALE, title, _legend(by_size, looks), [sentences])
    axes = page.axes(LEFT, 0, width - LEFT - RIGHT, HEIGHT)
    _scales(axes, by_size, width - LEFT - RIGHT)
    arms = by_size["arm"].unique()
    for place, arm in enumerate(arms):
        aside = (place - (len(arms) - 1) / 2) * ASIDE / (width - LEFT - RIGHT) * axes.get_xlim()[1]
        _draw(axes, by_size[by_size["arm"] == arm], looks[str(arm)], aside)
    return page.figure, by_size


def _draw(axes: Axes, rows: pd.DataFrame, look: ArmStyle, aside: float) -> None:
    """The power of an arm, and the size of its test in small, so far beside its size of trial."""
    for of, own in (("power", with_line(mark(look), look.linestyle)), ("size", _of_size(look))):
        axes.errorbar(
            rows["patients_per_arm"] + aside, rows[of], _sides(rows, of), clip_on=False,
            elinewidth=own["linewidth"], **own,
        )  # fmt: skip


def _of_size(look: ArmStyle) -> dict[str, Any]:
    """How the size of a test looks: a small hollow mark on a thin line."""
    return {**mark(look, is_open=True, size=2.4), "linestyle": look.linestyle, "linewidth": 0.6}


def _sides(rows: pd.DataFrame, of: str) -> list[pd.Series]:
    """How far an interval reaches below and above the estimate."""
    return [rows[of] - rows[f"{of}_low"], rows[f"{of}_high"] - rows[of]]


def _scales(axes: Axes, by_size: pd.DataFrame, width: float) -> None:
    """The sizes below the panel, shares at its left, and lines at the usual power and size."""
    sizes = sorted(by_size["patients_per_arm"].unique())
    right = 1.03 * sizes[-1]
    axes.set_xlim(0, right)
    axes.set_xticks(sizes, minor=True)
    axes.set_xticks(_apart(sizes, right, width))
    axes.set_ylim(0, TOP)
    axes.set_yticks(range(0, 101, 20))
    axes.grid(axis="y", color=GRID, linewidth=0.5)
    for value in (TARGET, NOMINAL):
        axes.axhline(value, zorder=1, **DASHED)
    equal = (by_size["patients"] == by_size["against_patients"]).all()
    axes.set_xlabel("patients per arm" if equal else "patients in the smallest arm")
    axes.set_ylabel("trials that show a difference, %")


def _apart(sizes: list[int], right: float, width: float) -> list[int]:
    """The sizes that can be written below a panel without meeting, from the largest down."""
    chosen: list[int] = []
    edge = float("inf")
    for size in reversed(sizes):
        middle, half = size / right * width, millimetres(str(size)) / 2
        if middle + half + GAP <= edge:
            chosen.append(size)
            edge = middle - half
    return chosen[::-1]


def _smallest(by_size: pd.DataFrame) -> str:
    """The smallest size whose interval of the power lies above the target, for each arm."""
    enough = by_size[by_size["power_low"] > TARGET].groupby("arm")["patients_per_arm"].min()
    texts = [f"{arm}: {enough.get(arm, 'none of these')}" for arm in by_size["arm"].unique()]
    return f"Smallest size whose interval lies above {TARGET} %: {', '.join(texts)}."


def _legend(by_size: pd.DataFrame, looks: dict[str, ArmStyle]) -> list[list[Artist]]:
    pairs = by_size[["arm", "against_arm"]].drop_duplicates().itertuples(index=False)
    return [
        [entry(Arms(*pair).label("−"), mark(looks[pair[0]]), looks[pair[0]].linestyle)]
        for pair in pairs
    ]
