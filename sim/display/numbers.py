"""How numbers are written for people, in tables, figures and sentences.

One rule for estimates: the half-width of the interval sets the decimals. Without an interval they
have three significant digits and no more than two decimals. A whole number has no decimals, and a
number below zero that rounds to zero has no minus.
"""

from __future__ import annotations

import math

MISSING = "–"
WITH_EXPONENT = 1e9
"""From this size on a number is written with an exponent."""


MOST_DECIMALS = 9

SMALL_SPREAD = 0.1
"""A spread below this has fewer than two digits in two decimals."""


def number(value: float) -> str:
    """An estimate: three significant digits, and no more than two decimals.

    >>> [number(x) for x in (5.0, 2.4, 12.34, 1234.5, -0.004, float("nan"))]
    ['5', '2.40', '12.3', '1234', '0.00', '–']
    """
    if not math.isfinite(value) or abs(value) >= WITH_EXPONENT:
        return significant(value)
    size = abs(float(f"{value:.3g}"))  # as it is written: 9.999 is written as 10.0
    decimals = 0 if size >= 100 or value == int(value) else 1 if size >= 10 else 2
    return fixed(value, decimals)


def fine(value: float, spread: float) -> str:
    """A number with the usual decimals, or with three significant digits where those hide a spread.

    >>> fine(0.00893, 0.0046), fine(3.84, 0.135), fine(0.0, 0.0)
    ('0.00893', '3.84', '0')
    """
    return significant(value) if 0 < abs(spread) < SMALL_SPREAD else number(value)


def significant(value: float, digits: int = 3) -> str:
    """A value that was stated: its significant digits however small it is, zeros at the end not.

    >>> [significant(x) for x in (12.60, 0.0314159, 1234.5, 5.0)]
    ['12.6', '0.0314', '1234', '5']
    """
    if math.isnan(value):
        return MISSING
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    if 10 ** (digits - 1) <= abs(float(f"{value:.{digits}g}")) < WITH_EXPONENT:
        return fixed(value, 0)
    return f"{value + 0.0:.{digits}g}"  # + 0.0: no minus before a zero


def fixed(value: float, decimals: int) -> str:
    """A number with a given count of decimals, the same as its neighbours."""
    return f"{round(value, decimals) + 0.0:.{decimals}f}"


def signed(value: float) -> str:
    """An estimate with a plus where it is above zero."""
    text = number(value)
    return f"+{text}" if value > 0 else text


def interval(low: float, high: float) -> str:
    """The two ends of an interval in brackets."""
    return f"[{number(low)}, {number(high)}]"


def span(low: float, high: float) -> str:
    """The two ends of a range in words: two digits of half the range, whole numbers as such.

    >>> span(-1.77324, -0.160721), span(5.0, 10.0)
    ('-1.77 to -0.16', '5 to 10')
    """
    decimals = 0 if float(low).is_integer() and float(high).is_integer() else decimals_of(low, high)
    if decimals is None or max(abs(low), abs(high)) >= WITH_EXPONENT:
        return f"{number(low)} to {number(high)}"
    return f"{fixed(low, decimals)} to {fixed(high, decimals)}"


def with_interval(estimate: float, low: float, high: float) -> str:
    """An estimate and its interval, a dash where it is missing.

    All three have the decimals that show two digits of half the interval, and so many that neither
    end of an interval without 0 is written as 0.

    >>> with_interval(39.76, 37.81, 41.7), with_interval(-0.0046, -0.0077, -0.0015)
    ('39.8 [37.8, 41.7]', '-0.0046 [-0.0077, -0.0015]')
    """
    if math.isnan(estimate):
        return MISSING
    decimals = decimals_of(low, high)
    if decimals is None:
        return f"{number(estimate)} {interval(low, high)}"
    value, *ends = (fixed(x, decimals) for x in (estimate, low, high))
    return f"{value} [{', '.join(ends)}]"


def decimals_of(low: float, high: float) -> int | None:
    """How many decimals an interval allows; None for an interval without width.

    >>> [decimals_of(*ends) for ends in ((37.8, 41.7), (0.1, 0.9), (0.0, 0.0))]
    [1, 2, None]
    """
    half = (high - low) / 2
    if not (math.isfinite(half) and half > 0) or max(abs(low), abs(high)) >= WITH_EXPONENT:
        return None
    smallest = min(half, abs(low), abs(high)) * 10 if low > 0 or high < 0 else half
    return min(MOST_DECIMALS, max(0, 1 - math.floor(math.log10(min(half, smallest)))))


def cannot_occur(low: float, high: float, carriers: float) -> bool:
    """True for an outcome whose probability is 0: what was possible and not seen has an interval.

    >>> cannot_occur(0, 0, 0), cannot_occur(0, 1.2, 0)
    (True, False)
    """
    return low == high == 0 and carriers == 0


def typeset(text: str) -> str:
    """The text of numbers as figures print it: with a minus sign in place of a hyphen."""
    return text.replace("-", "−")


def is_missing(value: object) -> bool:
    """True for a number that is missing."""
    return isinstance(value, float) and math.isnan(value)
