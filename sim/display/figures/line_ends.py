"""Names at the right ends of lines, moved apart where they would meet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from sim.display.figures.texts import LINE, millimetres, wrapped

Floats = npt.NDArray[np.float64]

WIDEST, BESIDE, AFTER = 24.0, 3.0, 1.5
"""In mm: the widest name, and from the end of the lines to the names, after these."""


BACKGROUND: dict[str, Any] = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}
"""Keeps lines of the grid out of the names."""


class End(NamedTuple):
    """Where a line ends, its name and its colour."""

    x: float
    y: float
    name: str
    color: str


def room(names: Sequence[str]) -> float:
    """Millimetres that the names take right of their lines."""
    if not names:
        return 0.0
    lines = [line for name in names for line in wrapped(name, WIDEST)]
    return BESIDE + max(map(millimetres, lines)) + AFTER


def fit(names: Iterable[str], height: float) -> bool:
    """Whether names below each other are not higher than the given mm."""
    return sum(LINE * len(wrapped(name, WIDEST)) for name in names) <= height


def draw(
    axes: Axes, ends: Sequence[End], right: float, width: float, height: float,
    beside: float | None = None,
) -> None:  # fmt: skip
    """Write each name beside the end of its line, in a panel of `width` and `height` mm.

    `right` is where the axis across ends; the panel is extended beyond it by the room for names,
    or by `beside` mm. The scale upwards has its final ends.
    """
    left = axes.get_xlim()[0]
    beside = room([end.name for end in ends]) if beside is None else beside
    per_mm = (right - left) / (width - beside)
    axes.set_xlim(left, left + per_mm * width)
    axes.spines["bottom"].set_bounds(left, right)
    texts = fitting([end.name for end in ends], height)
    in_panel = axes.transScale + axes.transLimits
    points = np.array([(end.x, end.y) for end in ends], float).reshape(-1, 2)
    own = in_panel.transform(points)[:, 1] * height
    placed = apart(own, np.array([LINE * len(text) for text in texts]), height)
    for end, text, at in zip(ends, texts, placed, strict=True):
        y = in_panel.inverted().transform((0, at / height))[1]
        axes.plot([end.x, right + per_mm * (BESIDE - 0.6)], [end.y, y], color=end.color,
                  linewidth=0.4, zorder=1.5, gid="leader")  # fmt: skip
        axes.text(right + per_mm * BESIDE, y, "\n".join(text), color=end.color, va="center",
                  linespacing=1.05, zorder=6, bbox=BACKGROUND)  # fmt: skip


def fitting(names: Sequence[str], height: float) -> list[list[str]]:
    """Names in lines; the longest lose lines where all names together are higher than `height`.

    A name loses its last lines, or its first where another name begins alike.
    """
    texts = [wrapped(name, WIDEST) for name in names]
    most = max(map(len, texts), default=0)
    while most > 1 and LINE * sum(min(len(text), most) for text in texts) > height:
        most -= 1
    kept = [text if len(text) <= most else _head(text, most) for text in texts]
    return [
        text if len(all_lines) <= most or kept.count(text) == 1 else _tail(all_lines, most)
        for text, all_lines in zip(kept, texts, strict=True)
    ]


def _head(text: Sequence[str], lines: int) -> list[str]:
    """The first lines of a name, with a sign that more follows."""
    last = wrapped(text[lines - 1], WIDEST - millimetres("…"))[0]
    return [*text[: lines - 1], f"{last}…"]


def _tail(text: Sequence[str], lines: int) -> list[str]:
    """The last lines of a name, with a sign that more stands before."""
    words = " ".join(text).split(" ")
    tails = (wrapped("…" + " ".join(words[i:]), WIDEST) for i in range(1, len(words)))
    return next((tail for tail in tails if len(tail) <= lines), _head(text, lines))


def apart(middles: Floats, heights: Floats, room: float) -> Floats:
    """The middles of boxes moved as little as keeps them from meeting, between 0 and `room`.

    Where all boxes together are higher than `room`, they leave it at both ends.
    """
    if not len(middles):
        return middles
    order = np.argsort(middles, kind="stable")
    own, half = middles[order], heights[order] / 2
    step = np.r_[0.0, np.cumsum(half[:-1] + half[1:])]
    # Less the steps, boxes that do not meet are in rising order.
    free = own - step
    up, down = np.maximum.accumulate(free), np.minimum.accumulate(free[::-1])[::-1]
    lowest, highest = half[0], room - half[-1] - step[-1]
    moved = np.clip((up + down) / 2, min(lowest, highest), max(lowest, highest)) + step
    return np.asarray(moved[np.argsort(order)])
