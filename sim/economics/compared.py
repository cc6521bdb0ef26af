"""What an arm is worth beside the comparator: verdict, interval of the ratio, break-even prices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import scipy

from sim.economics.groups import Quantities
from sim.economics.incremental import Standing, standings
from sim.economics.pricing import COST, QALYS, cost_of, outcomes_of, priced, qalys_of
from sim.economics.pricing import net as net_of
from sim.economics.ratios import break_even, fieller, fieller_in_words, icer, verdict
from sim.economics.therapy_prices import prices_of
from sim.outcomes.estimates import influences
from sim.outcomes.intervals import UPPER
from sim.scenario.form.study import Scenario
from sim.simulation.records import Floats
from sim.vocabulary import Arms


class Compared(NamedTuple):
    """An arm beside the comparator.

    `verdict` says what the difference of the means is worth, `interval` is the 95 % Monte Carlo
    interval of the ratio of extra cost to extra QALYs, in words. `quadrant` says which arm costs
    and gains more, such as `costs more, gains less`; in some a ratio has no meaning (`has_ratio`).
    """

    arms: Arms
    verdict: str
    interval: str
    quadrant: str
    has_ratio: bool = True


class BreakEven(NamedTuple):
    """The price at which the net benefit of an arm over the comparator is 0.

    `quantity` is what the price is paid for, `price` the one in force; all else stays as it is.
    `net_benefit` is that of the arm over the comparator at this price, `used_more` how much more of
    the quantity the arm uses, discounted.
    """

    arms: Arms
    threshold: float
    quantity: str
    price: float
    break_even: float
    net_benefit: float
    used_more: float


def compared(quantities: Quantities, scenario: Scenario) -> list[Compared]:
    """Compare every arm with the comparator.

    Parameters
    ----------
    quantities
        Quantities of a study in all its arms.
    scenario
        The scenario, whose prices and utilities are taken.

    Returns
    -------
    list of Compared
        One for each arm but the comparator.
    """
    economics = scenario.economics
    assert economics is not None
    wanted = [one for one in outcomes_of(economics) if one.name in (COST, QALYS)]
    values = priced(quantities.sums, quantities.keys, wanted)  # groups x arms x (cost, QALYs)
    found = []
    for arms, at, other in _pairs(scenario):
        (cost, effect), covariance = _difference(values[:, at] - values[:, other], quantities)
        quantile = float(scipy.special.stdtrit(max(1, len(values) - 1), UPPER))
        ends = fieller(cost, effect, covariance, quantile)
        words = verdict(cost, effect, economics.currency)
        limits = fieller_in_words(ends, effect, economics.currency)
        quadrant, ratio = icer(cost, effect)
        found.append(Compared(arms, words, limits, quadrant, ratio is not None))
    return found


def break_evens(quantities: Quantities, scenario: Scenario) -> list[BreakEven]:
    """Find the price of each therapy at which an arm is just worth its cost.

    Parameters
    ----------
    quantities, scenario
        As of `compared`.

    Returns
    -------
    list of BreakEven
        For each arm but the comparator, threshold and price of a therapy of which the arms use
        different quantities.
    """
    economics = scenario.economics
    assert economics is not None
    means, keys = quantities.means()[:, 1], [*quantities.keys]
    cost = cost_of(economics.costs)
    prices = [price for name, own in economics.costs.therapies.items()
              for price in prices_of(name, own)]  # fmt: skip
    qalys, found = qalys_of(economics.quality), list[BreakEven]()
    for arms, at, other in _pairs(scenario):
        more = dict(zip(keys, (means[at] - means[other]).tolist(), strict=True))
        for threshold in economics.thresholds:
            weights = net_of(qalys, cost, threshold.amount)
            net = sum(weights.get(key, 0.0) * value for key, value in more.items())
            for price in prices:
                used = sum(sign * more.get(key, 0.0) for key, sign in price.counted.items())
                at_zero = break_even(net, price.amount, used)
                if at_zero is not None:
                    found.append(
                        BreakEven(arms, threshold.amount, price.name, price.amount, at_zero, net,
                                  used)
                    )  # fmt: skip
    return found


def arms_by_cost(quantities: Quantities, scenario: Scenario) -> list[Standing]:
    """Order all arms by cost: on the frontier, dominated, extendedly dominated.

    Parameters
    ----------
    quantities, scenario
        As of `compared`.
    """
    economics = scenario.economics
    assert economics is not None
    wanted = [one for one in outcomes_of(economics) if one.name in (COST, QALYS)]
    means = priced(quantities.means(), quantities.keys, wanted)  # arms x (cost, QALYs)
    costs, effects = means.T.tolist()
    return standings(costs, effects, [*scenario.arms])


def _pairs(scenario: Scenario) -> Iterator[tuple[Arms, int, int]]:
    """Each arm with the comparator, and their places among the arms."""
    arms, against = [*scenario.arms], scenario.compared_with
    for at, arm in enumerate(arms):
        if arm != against:
            yield Arms(arm, against), at, arms.index(against)


def _difference(values: Floats, quantities: Quantities) -> tuple[list[float], Floats]:
    """Means per patient of some columns of differences, and the covariance of these means."""
    patients = np.broadcast_to(quantities.patients[:, None], values.shape)
    means, moved = influences(np.stack([values, patients], axis=1))
    groups = len(values)
    return means.tolist(), moved.T @ moved / (groups * max(1, groups - 1))
