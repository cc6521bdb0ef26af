"""The plane of two prices, with the lines on which the verdict on an arm changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import pandas as pd
from matplotlib.axes import Axes

from sim.display.figures import scales, style
from sim.display.figures.worth.about import About, panel
from sim.economics.ratios import amount
from sim.economics.two_way import Boundary

EXPLAINED = (
    "Lines: pairs of prices at which the net benefit of an arm over the comparator is 0, at each "
    "value of a QALY; all else stays as it is. Cross: the prices in force."
)
CROSS: Mapping[str, Any] = {
    "marker": "x", "color": style.INK, "markersize": 6, "linestyle": "none", "zorder": 6,
}  # fmt: skip


class Varied(Protocol):
    """A price that is varied over a range."""

    @property
    def path(self) -> str:
        """Where it stands in the scenario."""

    @property
    def unit(self) -> str:
        """Its unit."""

    @property
    def now(self) -> float | None:
        """The price in force, None where the scenario has none."""

    def at(self, share: float) -> float:
        """The price at a share of the range."""


def figure(first: Varied, second: Varied, lines: Sequence[Boundary], about: About) -> style.Drawn:
    """A line for each arm and value of a QALY over the ranges of two prices."""
    labels = [_label(line, lines, about) for line in lines]
    looks = style.difference_style(labels)
    entries = [style.line_entry(label, **_line(look)) for label, look in looks.items()]
    now = (first.now, second.now)
    cross = [style.line_entry("prices in force", **CROSS)] if None not in now else []
    page, axes, width = panel(about, [[*entries, *cross]], (EXPLAINED, _sides(lines)))
    for line, look in zip(lines, looks.values(), strict=True):
        _draw(axes, line, first, second, look)
    if first.now is not None and second.now is not None:
        axes.plot([first.now], [second.now], **CROSS)
    axes.set_xlim(first.at(0), first.at(1))
    axes.set_ylim(second.at(0), second.at(1))
    scales.number_across(axes, width, 6)
    scales.number(axes, "y", 5)
    axes.set_xlabel(_named(first))
    axes.set_ylabel(_named(second))
    return page.figure, _numbers(first, second, lines)


def _line(look: style.ArmStyle) -> dict[str, Any]:
    return {"color": look.color, "linestyle": look.linestyle, "linewidth": 1.3}


def _draw(axes: Axes, line: Boundary, first: Varied, second: Varied, look: style.ArmStyle) -> None:
    """The line of one arm; upright where the second price changes nothing."""
    if line.second == 0:
        if line.first:
            axes.axvline(first.at(-line.net / line.first), **_line(look))
        return
    ends = [second.at(line.second_at(share) or 0.0) for share in (0, 1)]
    axes.plot([first.at(0), first.at(1)], ends, **_line(look))


def _label(line: Boundary, lines: Sequence[Boundary], about: About) -> str:
    worth = f"{about.effect} worth {amount(line.threshold)} {about.money}"
    return worth if len({one.arms for one in lines}) == 1 else f"{line.arms.label()}, {worth}"


def _named(price: Varied) -> str:
    """The last two names of the path, as an axis has room for, and the unit."""
    name = ": ".join(price.path.split(".")[-2:]).replace("_", " ")
    return f"{name}, {price.unit}" if price.unit else name


def _sides(lines: Sequence[Boundary]) -> str:
    """On which side of its lines each arm is worth its cost."""
    sides = {line.arms: "below" if line.is_worth_below else "above" for line in lines}
    return " ".join(
        f"{arms.arm} is worth its cost {side} its lines." for arms, side in sides.items()
    )


def _numbers(first: Varied, second: Varied, lines: Sequence[Boundary]) -> pd.DataFrame:
    rows = [
        (*line.arms, line.threshold, first.at(share), None if at is None else second.at(at))
        for line in lines for share in (0.0, 0.25, 0.5, 0.75, 1.0)
        for at in (line.second_at(share),)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["arm", "against_arm", "threshold", first.path, second.path])
