"""Colours of figures in a page of either theme: each gets a twin for dark paper."""

from __future__ import annotations

import colorsys
import re
from collections.abc import Iterable

HEX = re.compile(r"#([0-9a-f]{6})\b")
PAPER, INK = 0.075, 0.92
"""Lightness of dark paper and of the ink on it, from 0 to 1."""


def as_variables(drawing: str) -> str:
    """A drawing whose colours are variables of the page: `#222222` becomes `var(--x222222)`."""
    return HEX.sub(r"var(--x\1)", drawing)


def used_in(drawings: Iterable[str]) -> list[str]:
    """The colours of some drawings, as six digits, in order."""
    return sorted(
        {key for text in drawings for key in re.findall(r"var\(--x([0-9a-f]{6})\)", text)}
    )


def on_dark(color: str) -> str:
    """The twin of a colour on dark paper: the same hue, light where the colour is dark.

    >>> on_dark("ffffff"), on_dark("000000")
    ('131313', 'ebebeb')
    """
    red, green, blue = (int(color[i : i + 2], 16) / 255 for i in (0, 2, 4))
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    twin = colorsys.hls_to_rgb(hue, PAPER + (1 - lightness) * (INK - PAPER), saturation)
    return "".join(f"{round(part * 255):02x}" for part in twin)
