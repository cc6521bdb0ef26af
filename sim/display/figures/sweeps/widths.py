"""How wide a text is in print, and where it is broken."""

from __future__ import annotations

import re
from functools import cache

from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ft2font import LoadFlags

FONT, SIZE = "DejaVu Sans", 7
"""Of the style of all figures, in points."""

MM_PER_POINT = 25.4 / 72


def millimetres(text: str) -> float:
    """How wide a line of plain text is."""
    return sum(map(_millimetres_of, text))


@cache
def _millimetres_of(character: str) -> float:
    font = get_font(findfont(FontProperties(family=FONT)))
    glyph = font.load_char(ord(character), LoadFlags.NO_SCALE)
    return glyph.horiAdvance / font.units_per_EM * SIZE * MM_PER_POINT


def wrapped(text: str, width: float) -> list[str]:
    """A text in lines of `width` mm, broken after spaces, dots and dashes.

    A mark at the end stays with the last word; a word too long for a line is broken within.
    """
    lines = [""]
    for part in re.findall(r".*?[ ._\-]+(?!○)|.+", text):
        for piece in _pieces(part, width):
            if millimetres((lines[-1] + piece).rstrip()) > width:
                lines.append("")
            lines[-1] += piece
    return [line.rstrip() for line in lines if line.strip()]


def _pieces(part: str, width: float) -> list[str]:
    """A word in parts that each fit a line: nearly always the word itself."""
    if millimetres(part.rstrip()) <= width:
        return [part]
    pieces = [""]
    for character in part:
        if pieces[-1] and millimetres(pieces[-1] + character) > width:
            pieces.append("")
        pieces[-1] += character
    return pieces
