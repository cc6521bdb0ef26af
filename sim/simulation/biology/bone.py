"""Bone mineral density between changes of treatment, under each reading of an annual increase."""

from __future__ import annotations

import math
from collections.abc import Sequence

Vector = Sequence[float]

LOWEST_BMD = 0.05
"""g/cm2; bone density is never read below this, so that extreme what-ifs stay computable."""


def share_gained(effect: Vector, reached: Vector, subsets: int) -> float:
    """Change of bone as a share of the entry value, summed over the subsets of therapies.

    `effect` (per day) times the current product of the actions of a subset, summed, is the current
    rate, the multilinear form of the regimens' rates; `reached` is what that product has come to:
    its time integral, or for a saturating course its relaxed response (`decay.relaxed_under`).
    """
    total = 0.0
    for subset in range(subsets):
        if reached[subset] != 0.0:
            total += effect[subset] * reached[subset]
    return total


def saturating_gain(window: float, time_constant: float) -> float:
    """Days by which a constant daily rate is multiplied in the long run.

    Chosen so that the mean increase over the first `window` days is the rate itself (both in days).
    """
    return window / -math.expm1(-window / time_constant)


def t_score(bmd: float, mean: float, sd: float) -> float:
    """T-score: distance from the young-adult mean of the sex, in its SDs (BMD in g/cm2)."""
    return (bmd - mean) / sd
