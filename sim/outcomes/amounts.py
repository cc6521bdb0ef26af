"""95 % limits of amounts that few patients decide: costs, QALYs, life-years and net benefit.

Most patients have about the same amount, and a few are far away: who had dear fractures, and who
died early. Student's t knows those who were seen. These limits allow for one patient more.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.outcomes import intervals
from sim.outcomes.intervals import FEW, NONE_SEEN, Limits, Number
from sim.outcomes.summed import Signed, Sums
from sim.simulation.records import Floats
from sim.vocabulary import Z95

PAIR = 2
"""Terms of a difference; a change of a difference has four."""


def of_arm(sums: Sums, value: Number, error: Number, event: float | None) -> Limits:
    """Limits of a mean by Student's t; of an amount one more patient could be unlike the others.

    That patient could have nothing, as who dies on the first day, or as much as who has most.
    """
    low, high = intervals.of_mean(value, error, np.minimum(sums.units, sums.x) - 1)
    if event is None:
        return low, high
    people, of_unit = np.asarray(sums.x), np.divide(sums.y, sums.units)
    down = allowing(value - low, value / people, 0.0)
    up = allowing(high - value, (sums.largest - of_unit) / people, event / people)
    return value - down, value + up


def allowing(half: Number, farther: Number, event: Number) -> Floats:
    """A side of an interval by Student's t that allows for one more patient, who is unlike.

    The patient is as much `farther` from the mean as one who was seen, or has an event that none
    had: the variance is then larger by that of the event. The wider side of the two holds.
    """
    seen, unseen = half + np.maximum(farther, 0.0), event + np.hypot(half, Z95 * event)
    return np.maximum(seen, unseen)


def of_contrast(
    value: Number, sums: Sequence[Sums], signed: Signed, error: Number, event: float
) -> Limits:
    """Limits of a contrast of amounts, in which one event changes `event` at most.

    One more patient could be as far from the mean as the one who is farthest, or differ by an
    event. Where nobody is farther than an event, that patient could die under one of two conditions
    only, and differ by a standard deviation. Where few differ at all, one could differ by all that
    a patient has.
    """
    people, units = np.min([one.x for one in sums], axis=0), np.asarray(sums[0].units)
    low, high = intervals.of_mean(value, error, np.minimum(units, people) - 1)
    means = [np.divide(one.y, one.x) for one in sums]
    between = np.mean([(one.yy - 2 * mean * one.xy + mean**2 * one.xx) / np.asarray(one.x)
                       for one, mean in zip(sums, means, strict=True)], axis=0)  # fmt: skip
    spread = np.sqrt(np.maximum(between, 0.0))
    unlike = np.maximum(NONE_SEEN * spread, np.mean(np.abs(means), axis=0)) / people
    more = np.where(np.less(signed.differing, FEW), unlike, 0.0)
    of_unit, of_patient = (signed.up - signed.down) / units, np.asarray(value)
    farther = np.stack([
        np.where(np.greater(signed.most_down, 0), signed.most_down + of_unit, of_patient),
        np.where(np.greater(signed.most_up, 0), signed.most_up - of_unit, -of_patient),
    ])  # fmt: skip
    is_near = (np.max(farther, axis=0) <= event) & (len(sums) == PAIR)
    farther = np.where(is_near, np.maximum(farther, spread), farther) / people
    down = allowing(value - low + more, farther[0], event / people)
    return value - down, value + allowing(high - value + more, farther[1], event / people)
