"""Actions of therapies in time, their effect sites, and the corners between which effects lie."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
NODES, WEIGHTS = np.polynomial.legendre.leggauss(8)


def planned_days(schedule: Any, start: float, horizon: float) -> list[int]:
    """Days of the infusions of a schedule, all before the last day of follow-up."""
    days = []
    for phase in schedule.phases:
        stop = math.inf if phase.duration is None else start + phase.duration
        planned = start
        k = 0
        while planned < stop - 1e-6 and round(planned) < round(horizon):
            days.append(round(planned))
            k += 1
            planned = start + k * phase.every
        start = stop
    return days


def grid(length: float, fastest: float) -> tuple[Array, Array]:
    """Nodes and weights of a quadrature over [0, length] for functions as fast as this rate."""
    panels = 1 + int(fastest * length / 2)
    half = length / panels / 2
    if panels == 1:
        return (NODES + 1) * half, WEIGHTS * half
    centres = (2 * np.arange(panels)[:, None] + 1) * half
    return (centres + NODES * half).ravel(), np.tile(WEIGHTS * half, panels)


def corners(names: Sequence[str]) -> list[frozenset[str]]:
    """All subsets of the therapies, in the order of `corner_weights`."""
    return [
        frozenset(name for i, name in enumerate(names) if code >> i & 1)
        for code in range(2 ** len(names))
    ]


def corner_weights(levels: Sequence[Any], points: int) -> Array:
    """Weight of each corner in the multilinear interpolation: a row per corner."""
    weights = np.ones((1, points))
    for level in levels:
        weights = np.concatenate([weights * (1 - level), weights * level])
    return weights


class Action:
    """The action of one therapy in one patient: jumps, and decays between them."""

    def __init__(self, decay: float) -> None:
        self.decay = decay
        self.since = 0
        self.level = 0.0
        self.jumps: list[tuple[int, float]] = []

    def at(self, day: Any) -> Any:
        """The action on a day (or days) not before the last jump."""
        return self.level * np.exp(-self.decay * (day - self.since))

    def jump(self, day: int, height: float) -> None:
        """Add to the action from a day on."""
        self.level = float(self.at(day)) + height
        self.since = day
        self.jumps.append((day, height))

    def effect_site(self, day: int, onset: float) -> float:
        """The action as an effect compartment with this rate constant has followed it."""
        return effect_site(self.jumps, day, self.decay, onset)


def effect_site(jumps: Sequence[tuple[int, float]], day: int, decay: float, onset: float) -> float:
    """Superposition of what every past jump has left in the effect compartment."""
    total = 0.0
    for jumped, height in jumps:
        time = day - jumped
        x = -abs(decay - onset) * time
        mean = math.expm1(x) / x if x else 1.0
        total += height * onset * time * math.exp(-min(decay, onset) * time) * mean
    return total


def weight_integrals(
    actions: Sequence[Action], start: float, length: float, tau: float | None = None
) -> Array:
    """Integrals over time (days) of the weight of each corner.

    With `tau`, each moment counts with exp(-(time to the end) / tau) / tau.
    """
    fastest = max([action.decay for action in actions] + [1 / tau if tau else 0.0])
    nodes, steps = grid(length, fastest)
    if tau:
        steps = steps * np.exp((nodes - length) / tau) / tau
    levels = [action.at(start + nodes) for action in actions]
    return np.asarray(corner_weights(levels, len(nodes)) @ steps)


def mean_exposure(days: Sequence[int], decay: float, over: int) -> float:
    """Mean over [0, over] of the exposure to doses of 1 on these days."""
    action = Action(decay)
    area = 0.0
    for day, until in zip(days, [*days[1:], over], strict=True):
        action.jump(day, 1.0)
        area += float(weight_integrals([action], day, until - day)[1])
    return area / over
