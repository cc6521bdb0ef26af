"""The form of a printed figure: how wide it is, what it is headed, and whether a caption is on it.

Figures lay themselves out for the form in force, as matplotlib draws in the style in force.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

ONE_COLUMN, TWO_COLUMNS = 89.0, 183.0
"""Widths that journals print, mm."""

WIDTHS = {"column": 85.0, "page": TWO_COLUMNS}
"""The widths that a reader may ask for, mm: none is exceeded."""

HIGHEST = 240.0
"""Millimetres that a printed figure may be high, so that it fits a page of A4 with its margins."""

ON_SCREEN = math.inf
"""The height of a page that a reader scrolls."""


class Form(NamedTuple):
    """The most that a figure is wide and high, in mm, and what of its words is on it.

    The title of the figure stands below a heading, as a smaller line. Both are left out without
    `has_title`. The caption ends with what was `changed` over the file of the scenario. `arms` are
    those whose differences from others are drawn, all where there are none.
    """

    width: float = TWO_COLUMNS
    has_caption: bool = True
    heading: str = ""
    changed: str = ""
    arms: tuple[str, ...] = ()
    height: float = HIGHEST
    has_title: bool = True


STANDARD = Form()
_IN_FORCE: ContextVar[Form] = ContextVar("form", default=STANDARD)


def form() -> Form:
    """The form that figures have now."""
    return _IN_FORCE.get()


@contextmanager
def formed(form: Form) -> Iterator[None]:
    """Figures drawn meanwhile have this form."""
    before = _IN_FORCE.set(form)
    try:
        yield
    finally:
        _IN_FORCE.reset(before)


def at_most(width: float) -> float:
    """A width in mm, or that of the form where it is narrower."""
    return min(width, form().width)
