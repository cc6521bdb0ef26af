"""A printed page in millimetres, counted from its upper left corner."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.display.figures.form import ONE_COLUMN as ONE_COLUMN
from sim.display.figures.form import TWO_COLUMNS as TWO_COLUMNS
from sim.display.figures.form import at_most, form
from sim.display.figures.style import CAPTION, SECOND, Legend
from sim.display.figures.texts import (
    LINE,
    MM_PER_POINT,
    SIZE,
    TITLE_SIZE,
    millimetres,
    paragraph,
    wrapped,
)  # fmt: skip

MARGIN, GAP = 1.0, 2.0
TITLE_LINE, LEGEND_LINE, CAPTION_LINE = 4.2, 4.2, 3.1
AROUND_ENTRY = 6.0
"""Millimetres around the sample and the words of an entry of the legend."""

SAMPLE = 3.2
"""How long a line is in the legend, in sizes of a letter."""

MM_PER_INCH = 25.4


class Around(NamedTuple):
    """What stands around the panels of a page, in lines and rows: all but the caption above.

    `words` are its heading, its title and the paragraphs of its caption, also of one left out.
    """

    heading: list[str]
    second: list[str]
    legend: list[list[Artist]]
    caption: list[str]
    words: list[str]

    @classmethod
    def of(
        cls, width: float, title: str, legend: Legend, caption: Sequence[str],
        sample: float = SAMPLE,
    ) -> Around:  # fmt: skip
        """Title, legend and caption as wide as the page, in the form in force."""
        room = at_most(width) - 2 * MARGIN
        texts = [*caption, form().changed] if form().changed else caption
        heading, second = (form().heading, title) if form().heading else (title, "")
        return cls(
            paragraph(heading, room, is_title=True) * form().has_title,
            paragraph(second, room) * form().has_title,
            _rows(legend, room, sample),
            [line for text in texts for line in paragraph(text, room)] * form().has_caption,
            [heading, *([second] if second else []), *texts],
        )

    @property
    def top(self) -> float:
        """Millimetres above the panels."""
        below_heading = LEGEND_LINE * len(self.second) + _height(self.legend)
        return MARGIN + TITLE_LINE * len(self.heading) + below_heading + GAP

    @property
    def height(self) -> float:
        """Millimetres above and below the panels."""
        return self.top + CAPTION_LINE * len(self.caption) + MARGIN


class Page:
    """A figure: title and legend above its panels, a caption of some paragraphs below them.

    `sample` is how long a line is in the legend, in sizes of a letter.
    """

    def __init__(
        self, width: float, panels: float, title: str, legend: Legend, caption: Sequence[str],
        sample: float = SAMPLE,
    ) -> None:  # fmt: skip
        around = Around.of(width, title, legend, caption, sample)
        self.top, self.width = around.top, at_most(width)
        self.height = around.height + panels
        self.figure = Figure(figsize=(self.width / MM_PER_INCH, self.height / MM_PER_INCH))
        self.figure.set_label("\n".join(around.words))
        self._text(MARGIN, "\n".join(around.heading), weight="bold", size=TITLE_SIZE)
        below = MARGIN + TITLE_LINE * len(around.heading)
        self._text(below, "\n".join(around.second), color=SECOND)
        below += LEGEND_LINE * len(around.second)
        for i, row in enumerate(around.legend):
            # Above all panels, where it covers no data.
            top = below + _height(around.legend[:i])
            self.figure.legend(
                handles=row, loc="upper left", bbox_to_anchor=self._at(MARGIN, top + 0.6),
                ncols=len(row), columnspacing=1.6, handlelength=sample,
            )  # fmt: skip
        lines = "\n".join(around.caption)
        self._text(self.top + panels, lines, color=CAPTION, linespacing=1.25)

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """A panel; `top` counts from below title and legend."""
        x, y = self._at(left, self.top + top + height)
        return self.figure.add_axes((x, y, width / self.width, height / self.height))

    def note(self, top: float, lines: Sequence[str]) -> None:
        """Lines below the panels that are no part of the caption; `top` counts as in `axes`."""
        self._text(self.top + top, "\n".join(lines), linespacing=1.25)

    def _text(self, top: float, text: str, **look: object) -> None:
        if not text:
            return
        x, y = self._at(MARGIN, top)
        self.figure.text(x, y, text, ha="left", va="top", **look)  # type: ignore[arg-type]

    def _at(self, left: float, top: float) -> tuple[float, float]:
        return left / self.width, 1 - top / self.height


def words_of(figure: Figure) -> list[str]:
    """The heading of a figure, then its title and its caption, a paragraph each."""
    return str(figure.get_label()).split("\n")


def _height(rows: Sequence[Sequence[Artist]]) -> float:
    """Millimetres of some rows of a legend, whose labels may have several lines."""
    lines = (max(str(entry.get_label()).count("\n") for entry in row) for row in rows)
    return sum(LEGEND_LINE + LINE * further for further in lines)


def _rows(groups: Legend, width: float, sample: float) -> list[list[Artist]]:
    """The legend in one row if it fits; else each group begins a row and takes what it needs."""
    together = [entry for group in groups for entry in group]
    sample_width = sample * SIZE * MM_PER_POINT + AROUND_ENTRY
    for entry in together:
        entry.set_label("\n".join(wrapped(str(entry.get_label()), width - sample_width)))
    room = {entry: sample_width + millimetres(str(entry.get_label())) for entry in together}
    if sum(room.values()) <= width:
        return [together] if together else []
    rows: list[list[Artist]] = []
    for group in groups:
        left = width
        for entry in group:
            if left + room[entry] > width:
                rows.append([])
                left = 0.0
            rows[-1].append(entry)
            left += room[entry]
    return rows
