"""Numbers of a page: as they are read, and as they are filed, so that a copy loses no digit."""

from __future__ import annotations

import math

from markupsafe import Markup, escape

from sim.display.numbers import (
    MISSING,
    WITH_EXPONENT,
    cannot_occur,
    decimals_of,
    fixed,
    is_missing,
    number,
    significant,
    typeset,
)  # fmt: skip
from sim.vocabulary import CANNOT_OCCUR


def value(filed: float, text: str | None = None) -> Markup:
    """A number as `text`, with the number of the file behind it.

    >>> print(value(39.7636, "39.8"))
    <data value="39.7636">39.8</data>
    """
    if is_missing(filed) or not math.isfinite(filed):
        return escape(typeset(significant(filed)))
    shown = typeset(number(filed) if text is None else text)
    return Markup('<data value="{}">{}</data>').format(f"{filed:.15g}", shown)


def rounded(filed: float, low: float, high: float) -> Markup:
    """An estimate with the decimals that its interval allows."""
    return value(filed, _written(filed, decimals_of(low, high)))


def limits(low: float, high: float) -> Markup:
    """The two ends of an interval, `37.8 to 41.7`; a dash where there is none."""
    if is_missing(low):
        return Markup(MISSING)
    is_whole = float(low).is_integer() and float(high).is_integer()
    decimals = 0 if is_whole else decimals_of(low, high)
    ends = (value(end, _written(end, decimals)) for end in (low, high))
    return Markup('<span class="iv">{} to {}</span>').format(*ends)


def aligned(filed: float, low: float, high: float, carriers: float = 1.0) -> Markup:
    """As `rounded`, in two parts, so that the numbers of a column stand with their points aligned.

    An outcome that cannot occur says so.
    """
    if cannot_occur(low, high, carriers):
        return Markup('<span class="none">{}</span>').format(CANNOT_OCCUR)
    if is_missing(filed):
        return Markup(MISSING)
    whole, point, fraction = typeset(_written(filed, decimals_of(low, high))).partition(".")
    return Markup('<data class="n" value="{}">{}<span class="f">{}</span></data>').format(
        f"{filed:.15g}", whole, point + fraction
    )


def _written(filed: float, decimals: int | None) -> str:
    if decimals is None or abs(filed) >= WITH_EXPONENT:
        return number(filed)
    return fixed(filed, decimals)
