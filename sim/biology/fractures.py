"""Fracture hazard whose logarithm is linear in time: what accumulates, and until when."""

from __future__ import annotations

import math


def accumulated(log_hazard: float, slope: float, days: float) -> float:
    """Hazard accumulated over some days: integral of exp(log_hazard + slope s) from 0 to `days`."""
    if slope == 0.0:
        return math.exp(log_hazard) * days
    return math.exp(log_hazard) * math.expm1(slope * days) / slope


def days_until(left: float, log_hazard: float, slope: float, at_most: int) -> int:
    """First whole day by whose end `left` has accumulated; `at_most` + 1 if it is later."""
    if left <= 0.0:
        return 0
    if accumulated(log_hazard, slope, at_most) < left:
        return at_most + 1
    exact = left / math.exp(log_hazard)
    if slope != 0.0:
        grown = exact * slope
        exact = math.log1p(grown) / slope if grown > -1.0 else at_most
    return min(math.ceil(exact), at_most)
