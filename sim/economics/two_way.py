"""Two prices at once: the line in their plane on which the net benefit of an arm is 0.

Net benefit is linear in each price, and no price multiplies another, so the line is straight and
three corners of the plane tell it exactly; the fourth corner shows that it is one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from sim.economics.groups import Quantities
from sim.economics.pricing import cost_of, net, qalys_of
from sim.scenario.form.study import Scenario
from sim.vocabulary import Arms

Of = tuple[Arms, float]
"""Two arms, and the worth of a QALY."""

CORNERS = ((0, 0), (1, 0), (0, 1), (1, 1))
"""Low and high end of the first and of the second price."""

STRAIGHT = 1e-9
"""How far the fourth corner may be off the plane of the others, per unit of the largest."""


class Boundary(NamedTuple):
    """Where the net benefit of an arm over the comparator is 0, in the plane of two prices.

    `net` is the net benefit at the low end of both, `first` and `second` how much the whole range
    of each price changes it.
    """

    arms: Arms
    threshold: float
    net: float
    first: float
    second: float

    def second_at(self, first: float) -> float | None:
        """The share of the range of the second price at which the net benefit is 0.

        `first` is the share of the range of the first price; both may be below 0 and above 1. None
        where the second price changes nothing.
        """
        return None if self.second == 0 else -(self.net + self.first * first) / self.second

    @property
    def is_worth_below(self) -> bool:
        """Whether the arm is worth its cost below the line, because it uses more of the second."""
        return self.second < 0


def net_differences(quantities: Quantities, scenario: Scenario) -> dict[Of, float]:
    """Compute the mean net benefit of each arm over the comparator at each threshold.

    Parameters
    ----------
    quantities
        Quantities of a study in all its arms.
    scenario
        The scenario, whose prices and utilities are taken.

    Returns
    -------
    dict
        Net benefit in money per patient by arms and threshold.
    """
    economics = scenario.economics
    assert economics is not None
    means, keys, arms = quantities.means()[:, 1], [*quantities.keys], [*scenario.arms]
    cost, qalys, found = cost_of(economics.costs), qalys_of(economics.quality), dict[Of, float]()
    other = arms.index(scenario.compared_with)
    for at, arm in enumerate(arms):
        for threshold in economics.thresholds if at != other else ():
            weights = net(qalys, cost, threshold.amount)
            more = means[at] - means[other]
            total = math.fsum(weights.get(key, 0.0) * more[i] for i, key in enumerate(keys))
            found[Arms(arm, arms[other]), threshold.amount] = total
    return found


def boundaries(corners: Mapping[tuple[int, int], Mapping[Of, float]]) -> list[Boundary] | None:
    """Return the boundaries from the net benefits at the four corners, None if they are no lines.

    Parameters
    ----------
    corners
        Net benefits of `net_differences` by `CORNERS`.

    Examples
    --------
    Each unit of the first price costs 3, each of the second 2, of 12 that an arm gains:

    >>> of = Arms("new", "old"), 50000.0
    >>> corner = {(x, y): {of: 12.0 - 3 * x - 2 * y} for x, y in CORNERS}
    >>> (line,) = boundaries(corner)
    >>> line.second_at(0), line.second_at(2), line.is_worth_below
    (6.0, 3.0, True)
    """
    found = []
    for of, low in corners[0, 0].items():
        first, second = corners[1, 0][of] - low, corners[0, 1][of] - low
        off = corners[1, 1][of] - low - first - second
        if abs(off) > STRAIGHT * max(abs(each[of]) for each in corners.values()):
            return None
        found.append(Boundary(*of, low, first, second))
    return found
