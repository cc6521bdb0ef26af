"""The words of a model diagram: each arrow with its numbers, and the support of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.axes import Axes

from sim.display.figures import style
from sim.display.figures.texts import millimetres, wrapped

TEXT, LINE, INDENT, BETWEEN, GAP = 35.0, 3.35, 2.0, 0.8, 3.0
"""Millimetres: where texts begin, of a line and its indent, between arrows, and round texts."""

DOTTED: dict[str, Any] = {"color": style.INK, "linewidth": 0.7, "linestyle": (0, (1, 1.5))}
"""The line below an assumption."""


class Group(NamedTuple):
    """An arrow, with the numbers that make it."""

    origin: str
    target: str
    numbers: pd.DataFrame


class Piece(NamedTuple):
    """Words in a line, from the given mm on; `is_assumption` where no source supports them."""

    left: float
    text: str
    is_assumption: bool = False
    color: str = style.INK


Lines = list[list[Piece]]


def lines_of(group: Group, width: float, is_counted: bool) -> Lines:
    """The head of an arrow, and its numbers in lines that are not wider than the page."""
    head = f"{group.origin} → {group.target.lower()}"
    if is_counted:
        assumed = int(group.numbers["is_assumption"].sum())
        counted = f"numbers: {len(group.numbers)}, of them assumptions: {assumed}"
        return [[Piece(0, head)], [Piece(INDENT, counted)]]
    lines = [[Piece(0, head)]]
    for subject, rows in group.numbers.groupby("subject", sort=False):
        lines += _of_subject(str(subject), rows, width - TEXT - 1.5)
    return lines


def _of_subject(subject: str, rows: pd.DataFrame, width: float) -> Lines:
    """Numbers behind their subject, in as many lines as they need."""
    first, *further = wrapped(f"{subject}:", width - INDENT)
    lines = [[Piece(INDENT, text)] for text in (first, *further)]
    left = INDENT + millimetres(lines[-1][0].text + " ")
    for i, row in enumerate(rows.to_dict("records")):
        comma = "," * (i < len(rows) - 1)
        text = f"{row['what']} {row['value']}".strip() + comma
        if left + millimetres(text) > width:
            lines.append([])
            left = 2 * INDENT
        lines[-1].append(Piece(left, text, row["is_assumption"]))
        left += millimetres(text + " ")
    sources = _sources(rows)
    right = width - millimetres(sources)
    if left + INDENT < right:
        lines[-1].append(Piece(right, sources, color=style.SECOND))
    return lines


def _sources(rows: pd.DataFrame) -> str:
    """The publications that support numbers, each once."""
    cited = dict.fromkeys(name for names in rows["sources"] for name in names.split(", "))
    return ", ".join(name for name in cited if name not in ("", "assumption"))


def height(groups: Sequence[Lines]) -> float:
    """Millimetres of the texts above a box."""
    texts = sum(LINE * len(lines) + BETWEEN for lines in groups)
    return texts + 2 * GAP if groups else 0.0


def write(axes: Axes, lines: Lines, top: float) -> None:
    """Lines of text, assumptions in italics and underlined with dots."""
    for i, pieces in enumerate(lines):
        y = top + LINE * (i + 0.5)
        for left, text, is_assumption, color in pieces:
            x, slant = TEXT + left, "italic" if is_assumption else "normal"
            weight = "bold" if i == 0 else "normal"
            axes.text(x, y, text, va="center", style=slant, weight=weight, color=color)
            if is_assumption:
                end = x + millimetres(text.rstrip(","))
                axes.plot([x, end], [y + 1.35] * 2, **DOTTED)
