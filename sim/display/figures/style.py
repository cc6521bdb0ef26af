"""How every figure looks, and how it is written: an arm looks the same in all of them."""

from __future__ import annotations

import io
import warnings
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure

Drawn = tuple["Figure", "pd.DataFrame"]
"""A figure, and the numbers that it shows."""

Legend = Sequence[Sequence["Artist"]]
"""Entries of a legend in groups: where they do not fit one row, each group begins a row."""

STYLE = Path(__file__).with_name("mastosim.mplstyle")

LINES: tuple[Any, ...] = (
    "-",
    (0, (4, 1.5)),
    (0, (1.2, 1.2)),
    (0, (6, 1.5, 1.2, 1.5)),
    (0, (4, 1.2, 1.2, 1.2, 1.2, 1.2)),
)
NOT_AN_ARM = 5
"""The colour of the style that no arm has: it is for all arms together."""


SYMBOLS = ("o", "s", "^", "v", "P")
OPEN = frozenset("sv")
"""Marks that are open: every second arm, so that neighbours differ without colour."""

INK = "#222222"
"""Letters, lines at zero, published values, events, the first difference."""

INKS = (INK, "#5f5f5f", "#8c8c8c")
"""Differences between arms: no colour, for that is an arm's."""

CAPTION, SECOND = "#444444", "#666666"
"""Letters of the caption, and of what stands behind the labels: units, values, subgroups."""

NEUTRAL = "#8a8a8a"
"""In a legend, what holds for every arm."""

FAINT, BAND, GRID, PALEST = "#bdbdbd", "#cfcfcf", "#e4e4e4", "#f4f4f4"
"""Lines that are not named, bands and bars of all arms, lines of a grid, outermost bands."""

SHADES = ("#bdbdbd", "#d9d9d9", "#efefef")
"""Bands within each other, from the inside outwards, in a legend."""

ZERO: dict[str, Any] = {"color": INK, "linewidth": 0.6}
DASHED: dict[str, Any] = {"color": INK, "linewidth": 0.7, "linestyle": (0, (2, 1.5))}
"""A line at none, and one at a value to compare with."""

EDGE: dict[str, Any] = {"markeredgecolor": "white", "markeredgewidth": 0.5}
"""The edge of a mark, which keeps it apart from others that it lies on."""


DOTS_OF_A_NOTEBOOK = 110
"""Dots per inch of a figure that a notebook shows."""


class ArmStyle(NamedTuple):
    """Colour, line and marker of an arm; each alone tells the arms apart."""

    color: str
    linestyle: Any
    marker: str

    @property
    def face(self) -> str:
        """What its mark is filled with."""
        return "white" if self.marker in OPEN else self.color


Looks = Mapping[Any, ArmStyle]
"""How each arm or difference looks."""


def arm_style(arms: Sequence[str]) -> dict[str, ArmStyle]:
    """The look of each arm, by its place in the scenario's list of arms.

    Colours come again from the sixth arm on, with other lines and marks.
    """
    looks = {}
    for i, arm in enumerate(arms):
        shape = i + i // NOT_AN_ARM
        line, symbol = LINES[shape % len(LINES)], SYMBOLS[shape % len(SYMBOLS)]
        looks[arm] = ArmStyle(color(i % NOT_AN_ARM), line, symbol)
    return looks


def difference_style(differences: Sequence[Hashable]) -> dict[Any, ArmStyle]:
    """The look of each difference between arms, or scenario of one: ink, no arm's colour."""
    return {
        each: ArmStyle(INKS[i % len(INKS)], LINES[i % len(LINES)], SYMBOLS[i % len(SYMBOLS)])
        for i, each in enumerate(differences)
    }


def color(number: int) -> str:
    """A colour of the style file as a hexadecimal number."""
    import matplotlib

    cycle = matplotlib.rc_params_from_file(STYLE, use_default_template=False)["axes.prop_cycle"]
    return "#" + str(cycle.by_key()["color"][number]).lstrip("#")


@contextmanager
def styled() -> Iterator[None]:
    """The project's look, whatever settings of matplotlib the reader has at home."""
    import matplotlib.style

    with matplotlib.style.context(STYLE, after_reset=True):
        yield


def mark(look: ArmStyle, is_open: bool = False, size: float = 4.4) -> dict[str, Any]:
    """The mark of an arm or a difference, filled as that is everywhere, or open."""
    is_open = is_open or look.marker in OPEN
    edge = {"markeredgecolor": look.color, "markeredgewidth": 0.9} if is_open else EDGE
    return {
        "color": look.color, "linestyle": "none", "marker": look.marker, "markersize": size,
        "markerfacecolor": "white" if is_open else look.color, **edge, "zorder": 4,
    }  # fmt: skip


def course(look: ArmStyle, size: float = 4.0) -> dict[str, Any]:
    """A line with marks: the course of an arm, in its colour, pattern and mark."""
    return with_line(mark(look, size=size), look.linestyle)


def entry(label: str, look: Mapping[str, Any], linestyle: Any = "-") -> Artist:
    """A mark on a line in the legend."""
    return line_entry(label, **with_line(look, linestyle))


def line_entry(label: str, **look: Any) -> Artist:
    """A line or a mark in the legend."""
    from matplotlib.lines import Line2D

    return Line2D([], [], label=label, **look)


def area_entry(label: str, **look: Any) -> Artist:
    """An area in the legend."""
    from matplotlib.patches import Patch

    return Patch(label=label, **look)


def with_line(mark: Mapping[str, Any], linestyle: Any = "-") -> dict[str, Any]:
    """A mark on a line, as a legend shows it."""
    return {**mark, "linestyle": linestyle, "linewidth": 1.3}


def diamond(is_filled: bool = False) -> dict[str, Any]:
    """How a published value looks in every figure: a diamond, for it is no arm."""
    return {
        "marker": "D", "markersize": 4, "linestyle": "none", "markeredgecolor": INK,
        "markerfacecolor": INK if is_filled else "white", "markeredgewidth": 0.9, "zorder": 5,
    }  # fmt: skip


def arms_in_legend(looks: Looks) -> list[Artist]:
    """The arms in the legend of a figure that shows their courses as lines with marks."""
    return [line_entry(arm, **course(look)) for arm, look in looks.items()]


UNDATED: dict[str, dict[str, Any]] = {
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    "png": {"Software": None},
}
"""What a kind of file would say about when and with what it was made, left out."""


def showing(figure: Figure) -> Figure:
    """Make a figure show itself in a notebook, with or without `%matplotlib inline`."""

    def png() -> bytes:
        buffer = io.BytesIO()
        with styled():
            figure.savefig(buffer, format="png", dpi=DOTS_OF_A_NOTEBOOK)
        return buffer.getvalue()

    vars(figure)["_repr_png_"] = png
    return figure


def write(
    folder: Path, name: str, figure: Figure, numbers: pd.DataFrame, formats: Sequence[str]
) -> list[Path]:
    """Write a figure in each format and its numbers as CSV: the same bytes every time.

    `formats` are of "svg", "pdf" and "png". Returns the files in that order, the CSV last.
    """
    from sim.results.tables import write_csv

    files = [folder / f"{name}.{kind}" for kind in (*formats, "csv")]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")  # a box stands for it
        for path, kind in zip(files, formats, strict=False):
            figure.savefig(path, metadata=UNDATED[kind])
    write_csv(numbers, files[-1])
    return files
