"""Bone mineral density between changes of treatment, under each reading of an annual increase."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sim.biology.decay import relaxed_under, time_under

Vector = Sequence[float]

LOWEST_BMD = 0.05
"""g/cm2; bone density is never read below this, so that extreme what-ifs stay computable."""


def linear_share(
    effect: Vector, product: Vector, decay: Vector, subsets: int, days: float
) -> float:
    """Change over some days as a share of the entry value (compound: of the logarithm).

    `effect` (per day), `product` and `decay` run over the subsets of therapies: the current rate
    is the sum of effect x product x exp(-decay s), the multilinear form of the regimens' rates.
    """
    total = 0.0
    for subset in range(subsets):
        if product[subset] != 0.0:
            total += effect[subset] * product[subset] * time_under(decay[subset], days)
    return total


def saturating_share(
    effect: Vector,
    product: Vector,
    decay: Vector,
    subsets: int,
    days: float,
    relaxation: float,
) -> float:
    """Relaxed response to the current rate over some days, in share of the entry value per day.

    Times the gain and the relaxation rate it is what dB/dt = (entry (1 + gain r) - B) relaxation
    adds to the part of the entry value.
    """
    total = 0.0
    for subset in range(subsets):
        if product[subset] != 0.0:
            response = relaxed_under(relaxation, decay[subset], days)
            total += effect[subset] * product[subset] * response
    return total


def saturating_gain(window: float, time_constant: float) -> float:
    """Days by which a constant daily rate is multiplied in the long run.

    Chosen so that the mean increase over the first `window` days is the rate itself (both in days).
    """
    return window / -math.expm1(-window / time_constant)


def t_score(bmd: float, mean: float, sd: float) -> float:
    """T-score: distance from the young-adult mean of the sex, in its SDs (BMD in g/cm2)."""
    return (bmd - mean) / sd
