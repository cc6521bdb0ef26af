"""How wide a text is in print, and where it is broken into lines."""

from __future__ import annotations

import re
from functools import cache

from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ft2font import LoadFlags

FONT, SIZE, TITLE_SIZE = "DejaVu Sans", 7, 8
"""Of the style of all figures; sizes in points."""

MM_PER_POINT, POINTS_PER_MM = 25.4 / 72, 72 / 25.4
LINE = 2.95
"""Millimetres of a line of text."""

NO_BREAK = "\N{NO-BREAK SPACE}"
UNBROKEN = re.compile(r"(?<=\d) (?=[%±g])|(?<=±) |(?<=month) (?=\d)|(?<=seed) (?=\d)")
"""Spaces in a caption at which no line ends: a number stays with its unit."""

ANYWHERE, AT_SPACES = r".*?[ ._\-]+|.+", r"[^ ]+ *"


def millimetres(text: str, is_title: bool = False) -> float:
    """How wide the longest line of a text is, in plain letters or in those of a title."""
    return max(sum(_millimetres_of(c, is_title) for c in line) for line in text.split("\n"))


def wrapped(text: str, width: float, is_title: bool = False) -> list[str]:
    """A text in lines of `width` mm, broken after spaces, dots and dashes.

    A word that is longer than a line is broken between two letters.
    """
    return _lines(re.findall(ANYWHERE, text), width, is_title)


def shortened(text: str, width: float, is_title: bool = False) -> str:
    """A text in one line of `width` mm, cut where it is longer."""
    if millimetres(text, is_title) <= width:
        return text
    return wrapped(text, width - millimetres("…", is_title), is_title)[0].rstrip() + "…"


def paragraph(text: str, width: float, is_title: bool = False) -> list[str]:
    """A text in lines of `width` mm, broken at spaces, numbers together with their units.

    The further lines of an entry of a list are indented.
    """
    indent = NO_BREAK * 2 * text.startswith("- ")
    words = re.findall(AT_SPACES, UNBROKEN.sub(NO_BREAK, text))
    return _lines(words, width, is_title, indent)


@cache
def _millimetres_of(character: str, is_title: bool) -> float:
    weight, size = ("bold", TITLE_SIZE) if is_title else ("normal", SIZE)
    font = get_font(findfont(FontProperties(family=FONT, weight=weight)))
    if not font.get_char_index(ord(character)):
        return size * MM_PER_POINT  # the box in place of a letter that the font lacks
    glyph = font.load_char(ord(character), LoadFlags.NO_SCALE)
    return glyph.horiAdvance / font.units_per_EM * size * MM_PER_POINT


def _lines(parts: list[str], width: float, is_title: bool = False, indent: str = "") -> list[str]:
    """Parts one after another, a new line where the next would not fit."""
    lines = [""]
    for part in parts:
        for piece in _pieces(part, width, is_title):
            if millimetres((lines[-1] + piece).rstrip(), is_title) > width:
                lines.append(indent)
            lines[-1] += piece
    return [line.rstrip(" ") for line in lines if line.strip()]


def _pieces(part: str, width: float, is_title: bool) -> list[str]:
    """A word in parts that each fit a line: nearly always the word itself."""
    if millimetres(part.rstrip(), is_title) <= width:
        return [part]
    pieces = [""]
    for character in part:
        if pieces[-1] and millimetres(pieces[-1] + character, is_title) > width:
            pieces.append("")
        pieces[-1] += character
    return pieces
