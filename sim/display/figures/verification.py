"""The checks of a verification on one page: a row for each, with its verdict and evidence."""

from __future__ import annotations

import textwrap
from collections import Counter
from typing import Any

import pandas as pd

from sim.display.figures.page import TWO_COLUMNS, Page
from sim.display.figures.style import INK, Drawn, line_entry

ROW, LABELS, EVIDENCE = 5.6, 78.0, 92
"""Millimetres of a row and of the names left of the marks, and characters of the evidence."""

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
    page = Page(TWO_COLUMNS, ROW * len(checks), f"{title}: checks of the program", [legend], [])
    axes = page.axes(LABELS, 0, 6, ROW * len(checks))
    for y, row in enumerate(checks.to_dict("records")):
        axes.plot(0, y, **LOOKS[row["verdict"]])
        text = "\n".join(textwrap.wrap(row["evidence"], EVIDENCE, max_lines=2))
        axes.annotate(text, (1, y), xycoords=("axes fraction", "data"), va="center", size=6)
    axes.set_yticks(range(len(checks)), list(checks["check"]), size=6)
    axes.set_ylim(len(checks) - 0.5, -0.5)
    axes.set_xticks([])
    axes.tick_params(axis="y", length=0)
    axes.spines[:].set_visible(False)
    return page.figure, checks
