"""Published contrasts of two groups of patients: differences and ratios with their intervals.

Groups that are whole arms hold the same patients, and are compared as pairs. Parts of arms, like
those who kept a course against those who stopped it, are compared as independent groups, but for
means, whose covariance is known.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from sim.outcomes import effects, hazard_ratio, intervals, kaplan_meier, ratios
from sim.outcomes.arm import ONE_DAY
from sim.outcomes.definitions.published import Groups, is_contrast, is_curve, sides
from sim.outcomes.labels import Weights, pairs_of_facts
from sim.outcomes.sums import SumTable
from sim.outcomes.survival import Curves
from sim.scenario.form.statistics import CONTRASTS, SUBGROUP
from sim.simulation.records import Floats


class Contrasted(NamedTuple):
    """A contrast or a share by Kaplan and Meier: value, standard error, and 95 % interval.

    A ratio has no standard error.
    """

    value: float
    mc_error: float
    low: float
    high: float

    def turned(self, factor: float, start: float = 0.0) -> Contrasted:
        """Return `start` + factor x value; a negative factor exchanges the limits."""
        value, low, high = (start + factor * end for end in (self.value, self.low, self.high))
        low, high = (low, high) if factor > 0 else (high, low)
        return Contrasted(value, abs(factor) * self.mc_error, low, high)


UNKNOWN = Contrasted(*(math.nan,) * 4)


def value_of(name: str, first: Floats, second: Floats) -> Floats:
    """Compute a contrast from the statistic of each group.

    Parameters
    ----------
    name
        Name of the contrast, one of `CONTRASTS`, but for a hazard ratio.
    first, second
        Statistic of each group, shares in percent; of one trial after another.

    Returns
    -------
    numpy.ndarray of float
        The contrast; a ratio to a statistic that is 0 is NaN.
    """
    if name == "difference":
        return first - second
    if name == "absolute_risk_reduction":
        return second - first
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(second == 0, np.nan, first / second)
    return 100 * (1 - ratio) if name == "relative_risk_reduction" else ratio


def of_sums(table: SumTable, fact: Mapping[str, Any], groups: Groups) -> Contrasted:
    """Estimate a contrast of means, shares, rates or counts from the sums of a run.

    Parameters
    ----------
    table
        Sums over all patients, with the contrasts of facts.
    fact
        The fact.
    groups
        Groups of its publication.
    """
    name, of_fact = fact["simulated"]["statistic"], sides(fact)
    ((first, second),) = (tuple(w) for w in pairs_of_facts(table.labels, [
        (of_fact[0][0], of_fact[1][0])
    ]))  # fmt: skip
    weights = {first: 1.0, second: -1.0}
    is_paired = _hold_the_same(*(groups[group] for _, group in of_fact))
    if not CONTRASTS[name].is_ratio:
        difference = _difference(table, weights, is_paired)
        return difference if name == "difference" else difference.turned(-1.0)
    ratio = _ratio(table, weights, is_paired)
    return ratio.turned(-100.0, 100.0) if name == "relative_risk_reduction" else ratio


def _hold_the_same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two groups hold the same patients: two arms, or the same subgroup of both."""
    keys = one.keys() | other.keys()
    same = one.get(SUBGROUP) == other.get(SUBGROUP)
    return one["arm"] != other["arm"] and keys <= {"arm", SUBGROUP} and same


def _difference(table: SumTable, weights: Weights, is_paired: bool) -> Contrasted:
    first, second = weights
    if is_paired or table.labels[first].kind == "mean":
        return Contrasted(*table.contrast(weights)[:4])
    one, other = table.estimate(first), table.estimate(second)
    low, high = intervals.joined(
        (one.value, (one.low, one.high)), (other.value, (other.low, other.high)), 0.0
    )
    error = math.hypot(one.mc_error, other.mc_error)
    return Contrasted(one.value - other.value, error, float(low), float(high))


def _ratio(table: SumTable, weights: Weights, is_paired: bool) -> Contrasted:
    first, second = weights
    if table.labels[first].kind == "share":
        pairs = table.products(first, second).xx
        is_paired &= pairs == table.sums(first).x == table.sums(second).x
    if not is_paired:
        one, other = table.estimate(first), table.estimate(second)
        limits = ratios.of_independent(one.value, one[2:4], other.value, other[2:4])
        with np.errstate(invalid="ignore", divide="ignore"):
            value = float(np.divide(one.value, other.value))
        return Contrasted(value, math.nan, *map(float, limits))
    estimate = effects.risk_ratio if table.labels[first].kind == "share" else effects.count_ratio
    effect = estimate(table, weights)
    return Contrasted(effect.value, math.nan, effect.low, effect.high)


def of_curves(
    curves: Curves, arms: Sequence[str], fact: Mapping[str, Any], groups: Groups
) -> Contrasted:
    """Estimate a share by Kaplan and Meier, a contrast of two, or a hazard ratio.

    Parameters
    ----------
    curves
        Sums over all patients, with the pairs of arms of `pairs_of_curves`.
    arms
        Names of the arms, in the order of the curves.
    fact
        The fact.
    groups
        Groups of its publication, each a whole arm.

    Returns
    -------
    Contrasted
        Shares in percent, differences in percentage points; unknown for a day after the end.
    """
    how, endpoint = fact["simulated"], curves.endpoints.index(fact["simulated"].get("of"))
    day = round(how.get("at", curves.end))
    if day > curves.end + ONE_DAY:
        return UNKNOWN
    day = min(day, curves.end)
    at = tuple(arms.index(groups[group]["arm"]) for _, group in sides(fact))
    if not is_contrast(fact):
        return Contrasted(*kaplan_meier.share(curves, at[0], endpoint, day)[:4]).turned(100.0)
    pair = list(curves.pairs).index((at[0], at[1]))
    if how["statistic"] == "hazard_ratio":
        estimate = hazard_ratio.hazard_ratio(curves.until(day), pair, endpoint)
        return Contrasted(estimate.value, math.nan, estimate.low, estimate.high)
    difference = Contrasted(*kaplan_meier.difference(curves, pair, endpoint, day)[:4])
    return difference.turned(100.0 if how["statistic"] == "difference" else -100.0)


def pairs_of_curves(facts: Sequence[Mapping[str, Any]], groups: Groups) -> list[tuple[str, str]]:
    """List the pairs of arms whose times of first fractures facts compare."""
    pairs = (
        [groups[group]["arm"] for _, group in sides(fact)]
        for fact in facts
        if is_curve(fact) and is_contrast(fact)
    )
    return [(first, second) for first, second in pairs]


def days_of_curves(facts: Sequence[Mapping[str, Any]], end: int) -> list[int]:
    """List the days before the end of follow-up on which facts ask for curves."""
    days = (round(fact["simulated"].get("at", end)) for fact in facts if is_curve(fact))
    return [day for day in days if day < end]
