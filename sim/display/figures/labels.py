"""Names beside the lines that they belong to, none over another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes

from sim.display.figures.style import SECOND
from sim.display.figures.texts import LINE, POINTS_PER_MM


class Label(NamedTuple):
    """A name in lines, and the value at the right edge of a panel that it belongs to."""

    y: float
    lines: list[str]

    @property
    def height(self) -> float:
        """In mm, with the room around it."""
        return LINE * len(self.lines) + 0.6


def beside(axes: Axes, labels: Sequence[Label], height: float, gap: float) -> None:
    """Names right of a panel of `height` mm, moved apart, each with a thin line to its place."""
    low, high = axes.get_ylim()
    order = sorted(labels, key=lambda label: -label.y)
    wanted = [(high - label.y) / (high - low) * height for label in order]
    for label, want, at in zip(order, wanted, apart(wanted, order, height), strict=True):
        axes.annotate(
            "\n".join(label.lines), (1, 1 - want / height), xycoords="axes fraction",
            xytext=(gap * POINTS_PER_MM, (want - at) * POINTS_PER_MM), textcoords="offset points",
            va="center", linespacing=1.1, annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": SECOND, "linewidth": 0.4, "shrinkA": 0.5,
                        "shrinkB": 0, "relpos": (0, 0.5)},
        )  # fmt: skip


def apart(wanted: Sequence[float], labels: Sequence[Label], height: float) -> list[float]:
    """Where the centres of labels go: near the place wanted, in its order, and apart.

    They are pushed down from the top, and up again where the last would pass the lower edge.
    """
    halves = [label.height / 2 for label in labels]
    places, below = [], -1.0
    for want, half in zip(wanted, halves, strict=True):
        places.append(max(want, below + half))
        below = places[-1] + half
    above = max(height, 2 * sum(halves)) + 1.0
    for place in reversed(range(len(places))):
        places[place] = min(places[place], above - halves[place])
        above = places[place] - halves[place]
    return [float(place) for place in places]
