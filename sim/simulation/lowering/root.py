"""Where a function of one variable is zero, by the method of Brent.

`scipy.optimize` has the same method, and takes 0.1 to 0.3 seconds to load in every command that
simulates or checks. The numbers here are equal to those of `scipy.optimize.brentq` to the last bit;
tests/test_root.py holds that.
"""

from __future__ import annotations

import math
from collections.abc import Callable

RELATIVE = 4 * 2.0**-52
"""Share of the zero by which the result may differ from it at least: four rounding errors."""

STEPS = 100
"""Steps after which the search is given up. Halving alone takes fewer for numbers of this model."""


def root(function: Callable[[float], float], low: float, high: float, within: float) -> float:
    """Find where a function is zero between two ends at which it has different signs.

    A step goes where a line through two points, or an inverse parabola through three, is zero. If
    that would leave the bracket or hardly shorten it, the bracket is halved.

    Parameters
    ----------
    function : callable
        Continuous function of a number.
    low, high : float
        Ends of the bracket.
    within : float
        How far the result may be from the zero, beside rounding.

    Returns
    -------
    float
        The zero.

    Raises
    ------
    ValueError
        If the function has the same sign at both ends.

    References
    ----------
    Brent 1973, Algorithms for Minimization without Derivatives, chapter 4.

    Examples
    --------
    >>> root(lambda x: x * x - 2, 0, 2, within=1e-12)
    1.4142135623731364
    """
    before, at = float(low), float(high)
    of_before, of_at = function(before), function(at)
    if of_before == 0:
        return before
    if of_at != 0 and (of_before < 0) == (of_at < 0):
        raise ValueError(f"the function has the same sign at {low} and {high}")
    other, of_other, step, step_before = before, of_before, at - before, at - before
    for _ in range(STEPS):
        if of_before != 0 and (of_before < 0) != (of_at < 0):
            other, of_other, step, step_before = before, of_before, at - before, at - before
        if abs(of_other) < abs(of_at):
            before, at, other = at, other, at
            of_before, of_at, of_other = of_at, of_other, of_at
        least, half = (within + RELATIVE * abs(at)) / 2, (other - at) / 2
        if of_at == 0 or abs(half) < least:
            return at
        tried = math.inf
        if abs(step_before) > least and abs(of_at) < abs(of_before):
            tried = _tried(before, at, other, of_before, of_at, of_other)
        if 2 * abs(tried) < min(abs(step_before), 3 * abs(half) - least):
            step_before, step = step, tried
        else:
            step_before = step = half
        before, of_before = at, of_at
        at += step if abs(step) > least else least if half > 0 else -least
        of_at = function(at)
    raise ArithmeticError(f"no zero was found between {low} and {high} in {STEPS} steps")


def _tried(
    before: float, at: float, other: float, of_before: float, of_at: float, of_other: float
) -> float:
    """The step to the zero of the line, or of the inverse parabola, through the last points.

    Infinite where the points are too near to each other to have one.
    """
    if before == other:
        return -of_at * (at - before) / (of_at - of_before)
    try:
        slope, to_other = (of_before - of_at) / (before - at), (of_other - of_at) / (other - at)
        change = of_other * to_other - of_before * slope
        return -of_at * change / (to_other * slope * (of_other - of_before))
    except ZeroDivisionError:
        return math.inf
