"""The 95 % interval of an outcome, chosen by the kind of outcome and kept to what is possible.

One number has one interval: tables, figures, goals of precision and sweeps all take it from here.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.outcomes import amounts, intervals
from sim.outcomes.definitions.named import Measure
from sim.outcomes.intervals import FEW, NONE_SEEN, Limits, Number
from sim.outcomes.summed import Products, Signed, Sums
from sim.simulation.records import Floats
from sim.vocabulary import Z95


def carried(measure: Measure, y: Floats, x: Floats) -> Floats:
    """Return what each unit adds to the count on which the limits of an outcome rest.

    Events; doses short of the plan where there is one; 1 for a measured value.
    """
    if measure.kind == "mean":
        return np.sign(x)
    return measure.most * x - y if is_planned(measure) else y


def largest(measure: Measure, y: Floats, carried: Floats) -> Floats:
    """Return of what each unit adds that of which limits need the largest: the amount, if any."""
    return carried if measure.event is None else y


def carriers(measure: Measure, sums: Sums) -> Number:
    """Return how many patients an outcome rests on; of a share the fewer, with or without it."""
    fewer = np.minimum(sums.carriers, np.subtract(sums.x, sums.y))
    return fewer if measure.kind == "share" else sums.carriers


def is_planned(measure: Measure) -> bool:
    """Whether a count has a largest value that is planned, like the doses of a schedule."""
    return measure.kind == "count" and 0 < measure.most < np.inf


def is_bounded(measure: Measure) -> bool:
    """Whether a mean has a largest value, like the life-years of a follow-up."""
    return measure.kind == "mean" and measure.most < np.inf


def of_ratio(measure: Measure, sums: Sums, error: Number, unit: int = 1) -> Limits:
    """Return the limits of one ratio, before `scale`.

    Parameters
    ----------
    measure
        What the ratio is.
    sums
        Sums over units; numbers or arrays of one shape.
    error
        Standard error of the ratio, NaN for a single unit.
    unit
        Patients of a unit, who follow each other.
    """
    value = np.divide(sums.y, sums.x)
    if unit > 1:
        limits = _of_units(measure, sums, value, error)
    elif measure.kind == "share":
        limits = intervals.of_share(sums.y, sums.x)
    elif measure.kind == "count":
        limits = _of_count(measure, sums, error)
    elif is_bounded(measure):
        limits = _of_bounded(measure, sums, error)
    else:
        limits = amounts.of_arm(sums, value, error, measure.event)
    return _kept_to(limits, measure.least, measure.most)


def of_contrast(
    measures: Sequence[Measure],
    weights: Sequence[float],
    sums: Sequence[Sums],
    signed: Signed,
    error: Number,
    products: Products | None = None,
    unit: int = 1,
) -> Limits:
    """Return the limits of a weighted sum of ratios over the same units, before `scale`.

    Parameters
    ----------
    measures
        What each ratio is, of one kind.
    weights, sums
        Weight and sums of each ratio.
    signed
        Sums of the weighted numerators.
    error
        Standard error of the weighted sum.
    products
        Products of two ratios of single patients, from which discordant pairs are counted.
    unit
        Patients of a unit, who follow each other.
    """
    value = sum(w * np.divide(one.y, one.x) for w, one in zip(weights, sums, strict=True))
    kind, signs = measures[0].kind, list(zip(weights, measures, strict=True))
    if kind == "mean":
        events = [abs(w) * m.event for w, m in signs if m.event is not None]
        limits = (
            amounts.of_contrast(value, sums, signed, error, max(events))
            if events
            else _of_means(value, sums, signed, error)
        )
    elif kind == "share" and products is not None:
        limits = around(value, *_of_pairs(products), sums[0].units, error)
    else:
        plan = max((abs(w) * m.most for w, m in signs if is_planned(m)), default=0.0)
        limits = around(value, *_of_counts(sums, signed, plan), sums[0].units, error)
    if unit > 1 and kind != "mean":
        between = intervals.of_mean(value, error, sums[0].units - 1)
        few, wider = np.less(signed.differing, FEW), _wider(between, limits)
        limits = np.where(few, wider[0], between[0]), np.where(few, wider[1], between[1])
    least = sum(w * (m.least if w > 0 else m.most) for w, m in signs)
    most = sum(w * (m.most if w > 0 else m.least) for w, m in signs)
    return _kept_to(limits, least, most)


def _of_units(measure: Measure, sums: Sums, value: Number, error: Number) -> Limits:
    """Limits from the differences between units of several patients, by Student's t.

    Where few units carry what is counted, they say little about each other: the limits are then no
    narrower than those of as many patients who do not meet.
    """
    between = amounts.of_arm(sums, value, error, measure.event)
    if measure.kind == "mean" or np.all(np.asarray(sums.carriers) >= FEW):
        return between
    is_share = measure.kind == "share"
    alone = intervals.of_share(sums.y, sums.x) if is_share else _of_count(measure, sums, error)
    few, wider = np.less(sums.carriers, FEW), _wider(between, alone)
    return np.where(few, wider[0], between[0]), np.where(few, wider[1], between[1])


def _wider(one: Limits, other: Limits) -> Limits:
    """The lower of two lower limits and the upper of two upper ones."""
    return np.fmin(one[0], other[0]), np.fmax(one[1], other[1])


def _of_count(measure: Measure, sums: Sums, error: Number) -> Limits:
    """Limits of a count or a rate, or of the plan less the doses that were missed."""
    total, seen, few = sums.y, np.maximum(sums.largest, 1.0), np.less(sums.carriers, FEW)
    if is_planned(measure):
        total = measure.most * sums.x - sums.y
        one_more = np.where(few, measure.most, seen)
    else:
        one_more = seen + few  # who fractures once may fracture again
    squares = np.where(np.isnan(error), seen * total, (error * np.asarray(sums.x)) ** 2)
    unlike = np.maximum(one_more - total / np.asarray(sums.units), 0.0)
    low, high = (limit / sums.x for limit in intervals.of_total(total, squares, unlike))
    return (measure.most - high, measure.most - low) if is_planned(measure) else (low, high)


def _of_bounded(measure: Measure, sums: Sums, error: Number) -> Limits:
    """Limits of a mean that few deaths decide, from the distances to the largest value.

    One more patient could have the whole distance, as who dies on the first day.
    """
    people = np.asarray(sums.x)
    total = np.maximum(measure.most * people - sums.y, 0.0)
    squares = (intervals.widening(np.minimum(sums.units, people)) * error * people) ** 2
    unlike = np.maximum(measure.most - total / people, 0.0)
    low, high = (limit / people for limit in intervals.of_total(total, squares, unlike))
    return measure.most - high, measure.most - low


def _of_means(value: Number, sums: Sequence[Sums], signed: Signed, error: Number) -> Limits:
    """Limits of a contrast of means; where few patients differ, some more may be unlike."""
    measured = np.min([one.x for one in sums], axis=0)
    low, high = intervals.of_mean(value, error, np.minimum(sums[0].units, measured) - 1)
    between = np.mean([(one.yy - one.y**2 / np.asarray(one.x)) / (np.asarray(one.x) - 1)
                       for one in sums], axis=0)  # fmt: skip
    unlike = NONE_SEEN * np.sqrt(np.maximum(between, 0.0)) / measured
    more = np.where(np.less(signed.differing, FEW), unlike, 0.0)
    return value - np.hypot(value - low, more), value + np.hypot(high - value, more)


def _of_pairs(products: Products) -> tuple[Number, Limits, Number]:
    """Difference of two shares of those seen in both arms, its limits and its variance."""
    pairs = np.asarray(products.xx)
    first, second = products.yx - products.yy, products.xy - products.yy
    difference = (first - second) / pairs
    variance = (first + second - (first - second) ** 2 / pairs) / pairs**2
    return difference, intervals.of_paired_share(first, second, pairs), variance


def _of_counts(sums: Sequence[Sums], signed: Signed, plan: float) -> tuple[Number, Limits, Number]:
    """Difference of counts per mean denominator, its limits and its variance.

    Where few patients differ, one more could differ by all doses of the `plan`, 0 without one.
    """
    units, (up, down) = np.asarray(sums[0].units), (signed.up, signed.down)
    more = units / np.maximum(units - 1, 1)
    of_up = more * (signed.up_squares - up**2 / units)
    of_down = more * (signed.down_squares - down**2 / units)
    together = -more * up * down / units
    with np.errstate(invalid="ignore", divide="ignore"):
        correlation = np.where(of_up * of_down > 0, together / np.sqrt(of_up * of_down), 0.0)
    few = np.less(signed.differing, FEW)
    again = few & (np.maximum(signed.most_up, signed.most_down) > 0) & (plan == 0)
    most_up, most_down = (
        np.maximum(np.maximum(k, 1.0) + again, few * plan)
        for k in (signed.most_up, signed.most_down)
    )
    low, high = intervals.joined(
        (up, intervals.of_total(up, of_up, most_up - up / units)),
        (down, intervals.of_total(down, of_down, most_down - down / units)),
        correlation,
    )
    per = np.mean([one.x for one in sums], axis=0)
    variance = (of_up + of_down - 2 * together) / per**2
    return (up - down) / per, (low / per, high / per), variance


def around(
    value: Number, difference: Number, limits: Limits, variance: Number, units: Number,
    error: Number,
) -> Limits:  # fmt: skip
    """Limits moved to a value, wider by the variance that the denominators add."""
    low, high = limits
    more = np.asarray(units) / np.maximum(np.asarray(units) - 1, 1)
    added = Z95 * np.sqrt(np.maximum(np.nan_to_num(error) ** 2 - more * variance, 0.0))
    return value - np.hypot(difference - low, added), value + np.hypot(high - difference, added)


def _kept_to(limits: Limits, least: float, most: float) -> Limits:
    low, high = limits
    return np.clip(low, least, most), np.clip(high, least, most)
