"""Fewer arms in a figure that a page has no room for: the caption names those that are left out."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable
from functools import cache

from matplotlib.figure import Figure

from sim.display.figures.caption import Caption
from sim.display.figures.form import form
from sim.display.figures.page import MM_PER_INCH
from sim.display.figures.style import Drawn

ROUNDING = 0.1
"""Millimetres."""


def within_a_page(draw: Callable[[Caption], Drawn | None], caption: Caption) -> Drawn | None:
    """A figure with as many arms as the form in force has room for, and the numbers of all arms.

    A figure that is too high even with one arm keeps all of them.
    """
    made = draw(caption)
    if made is None or _is_within(made[0]):
        return made
    of_few = cache(lambda count: draw(caption.of_few(count)))

    def is_too_high(count: int) -> bool:
        page = of_few(count)
        return page is None or not _is_within(page[0])

    most = bisect(range(1, len(caption.arms)), False, key=is_too_high)
    page = of_few(most) if most else None
    return (page[0], made[1]) if page else made


def _is_within(page: Figure) -> bool:
    """Whether a figure is no higher than a page."""
    return page.get_figheight() * MM_PER_INCH <= form().height + ROUNDING
