"""The checks of a verification on one page: a row for each, with its verdict and evidence."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pandas as pd

from sim.display.figures import multiples
from sim.display.figures.form import TWO_COLUMNS, at_most
from sim.display.figures.page import Page
from sim.display.figures.style import INK, Drawn, line_entry
from sim.display.figures.texts import shortened

MARKS, ROW = 6.0, 5.6
"""Millimetres that the marks take, and of a row that has one line."""

NAMES = 0.43
"""Share of the page that the names of the checks take, left of the marks."""

MARK: dict[str, Any] = {"linestyle": "none", "markeredgecolor": INK, "markerfacecolor": "white"}
LOOKS: dict[str, dict[str, Any]] = {
    "passed": {**MARK, "marker": "o", "markerfacecolor": INK},
    "failed": {**MARK, "marker": "X", "markersize": 6},
    "not applicable": {**MARK, "marker": "o"},
}
"""How each verdict looks; the shapes differ as well as the fill."""


def figure(checks: pd.DataFrame, title: str) -> Drawn:
    """One row for each check; `checks` is the table of a verification."""
    counts = Counter(checks["verdict"])
    legend = [line_entry(f"{name}: {counts[name]}", **look) for name, look in LOOKS.items()]
    width = at_most(TWO_COLUMNS)
    left = NAMES * width
    names = [shortened(name, left - 3) for name in checks["check"]]
    right = width - left - MARKS - 3
    row = min(ROW, multiples.room_for(width, title, [legend], []) / len(checks))
    page = Page(width, row * len(checks), title, [legend], [])
    axes = page.axes(left, 0, MARKS, row * len(checks))
    for y, each in enumerate(checks.to_dict("records")):
        axes.plot(0, y, **LOOKS[each["verdict"]])
        text = shortened(each["evidence"], right)
        axes.annotate(text, (1, y), xycoords=("axes fraction", "data"), va="center", size=6.5)
    axes.set_yticks(range(len(checks)), names, size=6.5)
    axes.set_ylim(len(checks) - 0.5, -0.5)
    axes.set_xticks([])
    axes.tick_params(axis="y", length=0)
    axes.spines[:].set_visible(False)
    return page.figure, checks
