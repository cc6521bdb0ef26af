"""Bone mineral density (BMD) between two changes of treatment, and the T-score.

The formulas serve all four readings of the published "mean annual increase".
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from sim.vocabulary import DAYS_PER_YEAR

Vector = Sequence[float]

LOWEST_BMD = 0.05
"""Lower limit of BMD, g/cm2. The limit keeps extreme what-if scenarios computable."""

HIGHEST_BMD = 1000.0
"""Upper limit of BMD, g/cm2, for the same reason."""

MOST_LOG_GAIN = 50.0
"""Upper limit of a change of the logarithm of BMD between two changes of treatment."""


def share_gained(effect: Vector, reached: Vector, subsets: int) -> float:
    """Change of BMD as a share of the entry value, summed over the subsets of therapies.

    Parameters
    ----------
    effect : sequence of float, length at least `subsets`
        Effect of each subset of therapies on the rate, share of the entry value per day. The
        current rate is the sum of `effect` times the product of the subset's actions.
    reached : sequence of float, length at least `subsets`
        Time integral of that product, days (`decay.time_under`). Under the saturating reading,
        the relaxed response to that product, days (`decay.relaxed_under`).
    subsets : int
        Number of subsets: 2 to the power of the number of therapies. Bit i of the index is set if
        therapy i is in the subset.

    Returns
    -------
    float
        Change of BMD divided by BMD at entry. Under the compound reading, the change of the
        logarithm of BMD.

    References
    ----------
    Derived here: docs/model.md, sections "Action" and "Bone".

    Examples
    --------
    One therapy that raises BMD by 12 % of the entry value per year, at action 1 for five years:

    >>> round(share_gained([0.0, 0.12 / 365.25], [0.0, 5 * 365.25], subsets=2), 6)
    0.6
    """
    total = 0.0
    for subset in range(subsets):
        if reached[subset] != 0.0:
            total += effect[subset] * reached[subset]
    return total


def log_rate(rate: float) -> float:
    """Change per day of the logarithm of BMD that comes to a yearly change under compounding.

    Parameters
    ----------
    rate : float
        Yearly change of BMD as a share of its value, divided by the days of a year.

    Returns
    -------
    float
        Change of the logarithm per day. A yearly change is taken as -99 % at least.

    References
    ----------
    docs/model.md, section "Bone" (reading compound).

    Examples
    --------
    A loss of 10 % in a year:

    >>> round(math.exp(365.25 * log_rate(-0.1 / 365.25)), 6)
    0.9
    """
    return math.log1p(max(rate * DAYS_PER_YEAR, -0.99)) / DAYS_PER_YEAR


def saturating_gain(window: float, time_constant: float) -> float:
    """Long-run gain of BMD in days of the initial daily rate, under the saturating reading.

    The gain makes the mean increase over the first `window` days equal to the published rate.

    Parameters
    ----------
    window : float
        Time over which the published rate is the mean increase, days.
    time_constant : float
        Time constant with which BMD approaches its new level, days.

    Returns
    -------
    float
        Gain, days: G = window / (1 - exp(-window / time_constant)).

    References
    ----------
    Derived here: docs/model.md, section "Bone".

    Examples
    --------
    Window and time constant of one year:

    >>> round(saturating_gain(365.25, 365.25), 2)
    577.82
    """
    return window / -math.expm1(-window / time_constant)


def t_score(bmd: float, mean: float, sd: float) -> float:
    """T-score: distance of BMD from the mean of young adults of the same sex, in SDs.

    Parameters
    ----------
    bmd : float
        BMD of the patient, g/cm2.
    mean, sd : float
        Mean and standard deviation of BMD in young adults, g/cm2.

    Returns
    -------
    float
        T-score, SDs.

    References
    ----------
    Definition: docs/model.md, section "Bone". Reference values: sim/evidence/hologic_reference.yaml
    (recalled, not verified).

    Examples
    --------
    A spine BMD of 0.717 g/cm2 in a woman:

    >>> round(t_score(0.717, mean=1.047, sd=0.11), 2)
    -3.0
    """
    return (bmd - mean) / sd
