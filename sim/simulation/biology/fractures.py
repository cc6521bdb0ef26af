"""Fracture hazard whose logarithm is linear in time: what accumulates, and until when."""

from __future__ import annotations

import math

from sim.simulation.biology.decay import mean_exp


def accumulated(hazard: float, slope: float, days: float) -> float:
    """Hazard accumulated over some days: integral of hazard x exp(slope s), s from 0 to `days`."""
    return hazard * days * mean_exp(slope * days)


def days_until(left: float, hazard: float, slope: float, at_most: int, ahead: float) -> int:
    """First whole day by whose end `left` has accumulated; `at_most` + 1 if it is later.

    `ahead` is the hazard that accumulates in `at_most` days.
    """
    if left <= 0.0:
        return 0
    if ahead < left:
        return at_most + 1
    exact = left / hazard
    if slope != 0.0:
        grown = exact * slope
        exact = math.log1p(grown) / slope if grown > -1.0 else at_most
    return min(math.ceil(exact), at_most)
