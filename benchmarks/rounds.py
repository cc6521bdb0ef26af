"""Times of things measured in turns, so that a busy moment of the machine falls on all of them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping

Times = dict[str, list[float]]


def take_turns(
    things: Mapping[str, Callable[[], object]],
    rounds: int,
    clock: Callable[[], float] = time.perf_counter,
) -> Times:
    """Seconds of each thing in each round; in a round everything is done once, one after another.

    A first round is not timed: it fills caches.
    """
    times = [{name: seconds(do, clock) for name, do in things.items()} for _ in range(rounds + 1)]
    return {name: [turn[name] for turn in times[1:]] for name in things}


def seconds(do: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """How long it takes to do something once."""
    begun = clock()
    do()
    return clock() - begun


def median(times: list[float]) -> float:
    """The middle of the rounds."""
    return statistics.median(times)


def faster(slow: list[float], fast: list[float]) -> float:
    """How many times as long one took as the other: the median of the ratios of each round."""
    return statistics.median(ratios(slow, fast))


def ratios(slow: list[float], fast: list[float]) -> list[float]:
    """How many times as long one took as the other, in each round."""
    return [a / b for a, b in zip(slow, fast, strict=True)]
