"""A printed page in millimetres, counted from its upper left corner."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.display.figures.style import CAPTION, Legend
from sim.display.figures.texts import MM_PER_POINT, SIZE, TITLE_SIZE, millimetres, paragraph

ONE_COLUMN, TWO_COLUMNS = 89.0, 183.0
"""Widths that journals print, mm."""

MARGIN, GAP = 1.0, 2.0
TITLE_LINE, LEGEND_LINE, CAPTION_LINE = 4.2, 4.2, 3.1
AROUND_ENTRY = 6.0
"""Millimetres around the sample and the words of an entry of the legend."""

SAMPLE = 3.2
"""How long a line is in the legend, in sizes of a letter."""

MM_PER_INCH = 25.4


class Page:
    """A figure: title and legend above its panels, a caption of some paragraphs below them.

    `sample` is how long a line is in the legend, in sizes of a letter.
    """

    def __init__(
        self, width: float, panels: float, title: str, legend: Legend, caption: Sequence[str],
        sample: float = SAMPLE,
    ) -> None:  # fmt: skip
        room = width - 2 * MARGIN
        titles = paragraph(title, room, is_title=True)
        lines = [line for text in caption for line in paragraph(text, room)]
        rows = _rows(legend, room, sample)
        above = TITLE_LINE * len(titles) + LEGEND_LINE * len(rows)
        self.top = MARGIN + above + GAP
        self.width = width
        self.height = self.top + panels + CAPTION_LINE * len(lines) + MARGIN
        self.figure = Figure(figsize=(width / MM_PER_INCH, self.height / MM_PER_INCH))
        self._text(MARGIN, "\n".join(titles), weight="bold", size=TITLE_SIZE)
        for i, row in enumerate(rows):
            # Above all panels, where it covers no data.
            top = MARGIN + TITLE_LINE * len(titles) + LEGEND_LINE * i
            self.figure.legend(
                handles=row, loc="upper left", bbox_to_anchor=self._at(MARGIN, top + 0.6),
                ncols=len(row), columnspacing=1.6, handlelength=sample,
            )  # fmt: skip
        self._text(self.top + panels, "\n".join(lines), color=CAPTION, linespacing=1.25)

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """A panel; `top` counts from below title and legend."""
        x, y = self._at(left, self.top + top + height)
        return self.figure.add_axes((x, y, width / self.width, height / self.height))

    def _text(self, top: float, text: str, **look: object) -> None:
        x, y = self._at(MARGIN, top)
        self.figure.text(x, y, text, ha="left", va="top", **look)  # type: ignore[arg-type]

    def _at(self, left: float, top: float) -> tuple[float, float]:
        return left / self.width, 1 - top / self.height


def _rows(groups: Legend, width: float, sample: float) -> list[list[Artist]]:
    """The legend in one row if it fits; else each group begins a row and takes what it needs."""
    together = [entry for group in groups for entry in group]
    sample_width = sample * SIZE * MM_PER_POINT + AROUND_ENTRY
    room = {entry: sample_width + millimetres(str(entry.get_label())) for entry in together}
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
