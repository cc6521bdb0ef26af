"""A panel of an interval figure, with the labels of its rows at the left and its scale below."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from sim.display.figures import scales
from sim.display.figures.intervals import parts
from sim.display.figures.page import MARGIN
from sim.display.figures.style import SECOND
from sim.display.figures.texts import POINTS_PER_MM, wrapped

SUBTITLE = 3.2
"""Height in mm of a line below a title."""

PAPER: dict[str, Any] = {"facecolor": "white", "edgecolor": "none", "pad": 0.4}
"""Behind a word, so that no line crosses it."""


def draw(axes: Axes, panel: parts.Panel, middles: Sequence[float], fit: parts.Fitted) -> None:
    """Draw every row with its middle so far below the top, and name the scale."""
    axes.set_xlim(*panel.limits)
    for y, row in zip(middles, panel.rows, strict=True):
        for part in row:
            _part(axes, y + part.down, part, fit)
    for upright in panel.uprights:
        axes.axvline(upright.value, **upright.look)
        _say_above(axes, upright.value, upright.text)
    _say_above(axes, panel.limits[1], panel.right)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    scales.number_across(axes, fit.panel, fit.layout.ticks, math.inf if fit.printed else parts.EDGE)
    axes.set_title(panel.title)
    axes.set_xlabel("\n".join(scale(panel, fit)) if fit.layout.is_scale_below else "")
    subtitle = "\n".join(wrapped(panel.subtitle, fit.panel))
    _say(axes, (0, 1), subtitle, (0, 4 + SUBTITLE * POINTS_PER_MM), va="baseline")


def label(
    axes: Axes, block: parts.Block, heading: str, middles: Sequence[float], fit: parts.Fitted
) -> None:
    """Write the heading, the labels of the rows, and the name of the scale left of a panel."""
    left, beside = ((MARGIN - fit.left) / fit.panel, -(fit.beside + parts.GAP) / fit.panel)
    if heading:
        axes.set_title(heading, x=left)
    at: dict[str, Any] = {"va": "center", "transform": axes.get_yaxis_transform()}
    for y, row in zip(middles, block.rows, strict=True):
        axes.text(left, y, "\n".join(wrapped(row.label, fit.layout.labels)), color=row.ink, **at)
        axes.text(beside, y, "\n".join(wrapped(row.beside, fit.layout.beside)), color=SECOND, **at)
    if not fit.layout.is_scale_below:
        away = -(parts.BEFORE_SCALE - MARGIN) * POINTS_PER_MM
        name = "\n".join(scale(block.panels[0], fit))
        _say(axes, (0, 0), name, (away, -4.5), ha="right", va="top")


def scale(panel: parts.Panel, fit: parts.Fitted) -> list[str]:
    """The name of a scale in lines: below its panel hardly wider than that, or left of it."""
    below = fit.panel + 2 * parts.GAP
    return wrapped(panel.scale, below if fit.layout.is_scale_below else fit.layout.scale)


def head_columns(axes: Axes, fit: parts.Fitted) -> None:
    """Write above a panel what the columns of printed numbers are."""
    for x, head, side in zip(fit.columns, fit.layout.heads, fit.layout.sides, strict=False):
        _say(axes, (x, 1), head, (0, 4), ha=side, va="baseline")


def _part(axes: Axes, y: float, part: parts.Part, fit: parts.Fitted) -> None:
    if isinstance(part, parts.Bar):
        axes.barh(y, part.end - part.start, part.thick, part.start, **part.look)
    elif isinstance(part, parts.Mark):
        _mark(axes, y, part, fit)
    elif isinstance(part, parts.Word):
        side = part.side or _side(axes, part.value)
        axes.text(part.value, y, part.text, color=SECOND, ha=side, va="center", bbox=PAPER,
                  zorder=2.5 if part.side else 3)  # fmt: skip
    else:
        tops = y - np.r_[part.heights, part.heights[-1]]
        axes.fill_between(part.edges, tops, y, step="post", **part.look)


def _mark(axes: Axes, y: float, mark: parts.Mark, fit: parts.Fitted) -> None:
    """An interval and an estimate, as far as they are known, and the numbers at the right."""
    if math.isfinite(mark.low) and math.isfinite(mark.high):
        axes.plot((mark.low, mark.high), (y, y), **mark.line)
    if math.isfinite(mark.estimate):
        axes.plot([mark.estimate], [y], **mark.symbol)
    across = axes.get_yaxis_transform()
    for x, text, side in zip(fit.columns, mark.printed, fit.layout.sides, strict=False):
        axes.text(x, y, text, ha=side, va="center", color=mark.ink, transform=across)


def _say_above(axes: Axes, x: float, text: str) -> None:
    """A small text above a value of the scale, and not beyond the panel."""
    at = (_share(axes, x), 1)
    _say(axes, at, text, (0, 4), ha=_side(axes, x), va="baseline")


def _share(axes: Axes, x: float) -> float:
    """How far along the scale a value stands, from 0 to 1."""
    low, high = axes.get_xlim()
    return (x - low) / (high - low)


def _side(axes: Axes, x: float) -> str:
    """The side of a text that stands at a value, so that the text stays within the panel."""
    share = _share(axes, x)
    return "left" if share < 0.15 else "right" if share > 0.85 else "center"


def _say(
    axes: Axes, at: tuple[float, float], text: str, away: tuple[float, float], **look: Any
) -> None:
    """A grey text at a place of a panel, in shares of it, and the given points away."""
    if text:
        axes.annotate(text, at, xycoords="axes fraction", xytext=away, color=SECOND,
                      textcoords="offset points", linespacing=1.1, **look)  # fmt: skip
