"""A figure of matplotlib as SVG inside a page: outlines shared, names unique, colours by theme."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, NamedTuple

from sim.display.figures.style import UNDATED
from sim.reports.page import colours

if TYPE_CHECKING:
    from matplotlib.figure import Figure

GLYPH = re.compile(r'<path id="(DejaVuSans[\w-]*)"([^>]*)/>')
LEFT_OUT = re.compile(
    r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->|<defs>\s*</defs>", re.DOTALL
)
NAMES_OF_GROUPS = re.compile(r'<g id="[^"]*"')
NAME = re.compile(r'(\bid="|href="#|url\(#)(?!DejaVuSans)')
LONG_NUMBER = re.compile(r"-?\d+\.\d{3,}")
SIZE = re.compile(r'<svg [^>]*viewBox="([^"]*)"[^>]*>')
SPACES = re.compile(r"\s+")


class Inline(NamedTuple):
    """The drawing of a figure within its `viewBox`, and the outlines of the letters it uses."""

    view_box: str
    drawing: str
    glyphs: dict[str, str]

    @property
    def width(self) -> float:
        """Width of the figure in points."""
        return float(self.view_box.split()[2])


def inline(figure: Figure, name: str) -> Inline:
    """A figure as the inside of an SVG element.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure, drawn in the style in force.
    name : str
        Unique in the page: the names inside the drawing begin with this name.

    Returns
    -------
    Inline
        The drawing. The page holds each outline of a letter once, whatever the number of figures.
    """
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata=UNDATED["svg"])
    return of_text(buffer.getvalue(), name)


def of_text(svg: str, name: str) -> Inline:
    """As `inline`, from the text of an SVG file that matplotlib wrote."""
    head = SIZE.search(svg)
    assert head is not None
    inside = svg[head.end() : svg.rindex("</svg>")]
    glyphs = {key: _glyph(key, rest) for key, rest in GLYPH.findall(inside)}
    inside = GLYPH.sub("", inside)
    inside = SPACES.sub(" ", LONG_NUMBER.sub(_short, inside))
    inside = LEFT_OUT.sub("", inside)
    inside = NAME.sub(rf"\g<1>{name}-", NAMES_OF_GROUPS.sub("<g", inside))
    return Inline(head[1], colours.as_variables(inside.replace("xlink:", "")), glyphs)


def _glyph(key: str, rest: str) -> str:
    return f'<path id="{key}"{SPACES.sub(" ", rest)}/>'


def _short(match: re.Match[str]) -> str:
    """A coordinate in points with two decimals, a hundredth of the width of a line."""
    return f"{float(match[0]):.2f}".rstrip("0").rstrip(".")
