"""A printed page in millimetres, counted from its upper left corner."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

ONE_COLUMN, TWO_COLUMNS = 89.0, 183.0
"""Widths that journals print, mm."""

MARGIN, GAP = 1.0, 2.0
TITLE_LINE, LEGEND_LINE, CAPTION_LINE = 4.2, 4.2, 3.1
TITLE_CHARACTER, CHARACTER = 1.65, 1.3  # of 8 point bold and 7 point plain, on average
SAMPLE = 14.0  # of a line in the legend and the room around it
SAMPLE_LINE = 3.2  # of the line itself, in sizes of a letter

MM_PER_INCH, POINTS_PER_INCH = 25.4, 72
SIZE = 7  # of letters, in points


class Page:
    """A figure: title and legend above its panels, a caption below them.

    `sample` is how long a line is in the legend, in sizes of a letter.
    """

    def __init__(
        self,
        width: float,
        panels: float,
        title: str,
        legend: Sequence[Sequence[Artist]],
        caption: Sequence[str],
        sample: float = SAMPLE_LINE,
    ) -> None:
        titles = textwrap.wrap(title, int((width - 2 * MARGIN) / TITLE_CHARACTER))
        rows = _rows(legend, width, sample)
        above = TITLE_LINE * len(titles) + LEGEND_LINE * len(rows)
        below = CAPTION_LINE * len(caption)
        self.top = MARGIN + above + GAP
        self.width, self.height = width, self.top + panels + below + MARGIN
        self.figure = Figure(figsize=(width / MM_PER_INCH, self.height / MM_PER_INCH))
        self._text(MARGIN, "\n".join(titles), weight="bold", size=8)
        for place, row in enumerate(rows):
            self._legend(MARGIN + TITLE_LINE * len(titles) + LEGEND_LINE * place, row, sample)
        self._text(self.top + panels, "\n".join(caption), color="#444444", linespacing=1.25)

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """A panel; `top` counts from below title and legend."""
        x, y = self._at(left, self.top + top + height)
        return self.figure.add_axes((x, y, width / self.width, height / self.height))

    def _legend(self, top: float, row: list[Artist], sample: float) -> None:
        """A row of the legend above all panels, where it covers no data."""
        self.figure.legend(
            handles=row,
            loc="upper left",
            bbox_to_anchor=self._at(MARGIN, top + 0.6),
            ncols=len(row),
            columnspacing=1.6,
            handlelength=sample,
        )

    def _text(self, top: float, text: str, **look: object) -> None:
        x, y = self._at(MARGIN, top)
        self.figure.text(x, y, text, ha="left", va="top", **look)  # type: ignore[arg-type]

    def _at(self, left: float, top: float) -> tuple[float, float]:
        return left / self.width, 1 - top / self.height


def _rows(groups: Sequence[Sequence[Artist]], width: float, sample: float) -> list[list[Artist]]:
    """The legend in one row if it fits; else each group begins a row and takes what it needs."""
    together = [entry for group in groups for entry in group]
    room = {entry: _room(entry, sample) for entry in together}
    if sum(room.values()) <= width:
        return [together]
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


def _room(entry: Artist, sample: float) -> float:
    longer = (sample - SAMPLE_LINE) * SIZE * MM_PER_INCH / POINTS_PER_INCH
    return SAMPLE + longer + CHARACTER * len(str(entry.get_label()))
