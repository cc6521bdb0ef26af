"""The ratio of extra cost to extra effect: in words, with its interval; the break-even price.

A ratio has no meaning without the signs of both: -5,000 EUR per QALY is the ratio of an arm that
saves money and gains QALYs, and of an arm that costs money and loses them.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

NO_INTERVAL = "no finite interval, because the difference in QALYs may be 0"
"""Of a ratio whose effect may be 0: every ratio, or all but a range, agrees with the data."""


class Icer(NamedTuple):
    """The ratio of extra cost to extra effect, with the quadrant that gives it its meaning.

    `ratio` is None where one arm is better in both respects: a ratio is then meaningless.
    """

    quadrant: str
    ratio: float | None


def icer(cost: float, effect: float) -> Icer:
    """Return the ICER of a difference in mean cost and mean effect, with its quadrant.

    This is the ratio of the means. The mean of the ratios of draws is another number, which has
    no meaning where the effect of a draw is near 0 or changes its sign.

    Examples
    --------
    >>> icer(5000.0, 0.25)
    Icer(quadrant='costs more, gains more', ratio=20000.0)
    >>> icer(-100.0, 0.1)
    Icer(quadrant='costs less, gains more', ratio=None)
    """
    quadrant = f"{_compared(cost, 'costs more', 'costs less', 'costs the same')}, " + _compared(
        effect, "gains more", "gains less", "gains the same"
    )
    return Icer(quadrant, cost / effect if cost * effect > 0 else None)


def verdict(cost: float, effect: float, money: str = "EUR", unit: str = "QALY") -> str:
    """Say in words what an arm is worth beside another, from the differences of the means.

    Examples
    --------
    >>> verdict(5000.0, 0.25)
    'costs 20,000 EUR per QALY gained'
    >>> verdict(-5000.0, -0.25)
    'saves 20,000 EUR per QALY given up'
    >>> verdict(5000.0, -0.25)
    'is dominated: costs more and gains less'
    >>> verdict(0.0, 0.25)
    'dominates: costs the same and gains more'
    """
    quadrant, ratio = icer(cost, effect)
    if ratio is not None:
        costs, what = ("costs", "gained") if effect > 0 else ("saves", "given up")
        return f"{costs} {amount(ratio)} {money} per {unit} {what}"
    if cost == effect == 0:
        return "no difference"
    better = cost <= 0 and effect >= 0
    return f"{'dominates' if better else 'is dominated'}: {quadrant.replace(',', ' and')}"


def fieller(
    cost: float, effect: float, covariance: ArrayLike, quantile: float
) -> tuple[float, float] | None:
    """Return the interval of a ratio of two means by Fieller, None if it is not finite.

    Parameters
    ----------
    cost, effect
        Numerator and denominator: differences of the means.
    covariance
        Covariance matrix of the two estimates, in the order cost, effect.
    quantile
        Quantile of the two-sided interval: 1.96, or that of Student's t.

    Returns
    -------
    Lower and upper end, or None: where the effect is not told from 0 at this level, ratios without
    limit agree with the data (`NO_INTERVAL`).

    References
    ----------
    Fieller EC. J R Stat Soc B 1954;16:175-185.

    Examples
    --------
    >>> low, high = fieller(10.0, 2.0, [[1.0, 0.0], [0.0, 0.01]], 1.96)
    >>> round(low, 4), round(high, 4)
    (3.9464, 6.1505)
    >>> fieller(10.0, 2.0, [[1.0, 0.0], [0.0, 2.0]], 1.96) is None
    True
    """
    (of_cost, both), (_, of_effect) = _square(covariance)
    squared = quantile**2
    a = effect**2 - squared * of_effect
    b = effect * cost - squared * both
    c = cost**2 - squared * of_cost
    if a <= 0:
        return None
    half = math.sqrt(max(0.0, b * b - a * c))
    return (b - half) / a, (b + half) / a


def _square(covariance: ArrayLike) -> list[list[float]]:
    matrix = np.asarray(covariance, float)
    if matrix.shape != (2, 2):
        raise ValueError(f"a covariance of cost and effect has shape (2, 2), not {matrix.shape}")
    return [[float(value) for value in row] for row in matrix]


def fieller_in_words(
    interval: tuple[float, float] | None, effect: float, money: str = "EUR", unit: str = "QALY"
) -> str:
    """Say an interval of `fieller` in words: an end below 0 is an arm that is better in both.

    Examples
    --------
    >>> fieller_in_words((12000.0, 31000.0), 0.3)
    '12,000 to 31,000 EUR per QALY gained'
    >>> fieller_in_words((-4000.0, 31000.0), 0.3)
    'dominates to 31,000 EUR per QALY gained'
    >>> fieller_in_words((-4000.0, 31000.0), -0.3)
    'is dominated to 31,000 EUR saved per QALY given up'
    """
    if interval is None:
        return NO_INTERVAL
    low, high = interval
    best = "dominates" if effect > 0 else "is dominated"
    if high <= 0:
        return best
    what = f"{money} per {unit} gained" if effect > 0 else f"{money} saved per {unit} given up"
    return f"{amount(low) if low > 0 else best} to {amount(high)} {what}"


def break_even(net_benefit: float, price: float, quantity: float) -> float | None:
    """Return the price at which an arm is just worth its cost: its net benefit becomes 0.

    Net benefit is linear in a price, so the answer is exact. It may be below 0: then no price from
    0 up is low enough (if the arm uses more) or high enough (if the arm uses less).

    Parameters
    ----------
    net_benefit
        Difference of the mean net benefit from the other arm, at `price`, in money per patient.
    price
        The price in force, in money per unit.
    quantity
        Difference of the mean number of units per patient, discounted as costs are.

    Returns
    -------
    The price in money per unit, None if both arms use the same quantity. The ends of an interval
    are those of the ratio `net_benefit / quantity` by `fieller`, added to `price`.

    Examples
    --------
    An arm that uses 600 syringes more at 21.44 EUR, and whose net benefit is 11,000 EUR below 0:

    >>> round(break_even(-11000.0, 21.44, 600.0), 2)
    3.11
    """
    return None if quantity == 0 else price + net_benefit / quantity


def _compared(value: float, more: str, less: str, same: str) -> str:
    return more if value > 0 else less if value < 0 else same


def amount(value: float) -> str:
    """Write an amount of money: whole units from 100 up, three significant digits below.

    >>> amount(20000.4), amount(3.106), amount(-1234.5)
    ('20,000', '3.11', '-1,234')
    """
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
