"""Simulated numbers compared with their expectation, within the limits of chance."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import bdtr, bdtrc, kolmogorov, ndtri, pdtr, pdtrc

from sim.experiments.verification.verdict import LISTED, Verdict, not_applicable
from sim.simulation.records import Floats
from sim.vocabulary import UNCHANGED

FALSE_ALARM = 1e-4
"""Probability that a check against expectations fails although the program is right."""


class Compared(NamedTuple):
    """A simulated number, the expected one, and their distance in Monte Carlo errors."""

    what: str
    found: float
    expected: float
    distance: float

    def __str__(self) -> str:
        """In words."""
        numbers = f"{self.found:.5g}, expected {self.expected:.5g}"
        return f"{self.what} {numbers} ({abs(self.distance):.1f} errors away)"


def within(compared: Iterable[Compared]) -> Verdict:
    """Fails if a number is further from its expectation than chance explains.

    The limit follows from the number of comparisons: all of them together raise a false alarm with
    probability `FALSE_ALARM` (Bonferroni).
    """
    numbers = list(compared)
    if not numbers:
        return not_applicable("no random numbers are used here")
    count, limit = len(numbers), -float(ndtri(FALSE_ALARM / 2 / len(numbers)))
    worst = max(numbers, key=lambda number: abs(number.distance))
    far = [str(number) for number in numbers if not abs(number.distance) <= limit]
    evidence = f"{count} comparisons, limit {limit:.1f} Monte Carlo errors; furthest: {worst}"
    return Verdict(not far, evidence, tuple(far[:LISTED]))


def mean(what: str, values: Floats, expected: float, sd: float | None = None) -> Compared:
    """A mean over independent values, whose standard deviation may be known."""
    error = (float(np.std(values, ddof=1)) if sd is None else sd) / math.sqrt(len(values))
    found = float(np.mean(values))
    distance = (found - expected) / error if error > 0 else math.inf
    same = math.isclose(found, expected, rel_tol=UNCHANGED, abs_tol=UNCHANGED)
    return Compared(what, found, expected, 0.0 if same else distance)


def spread(what: str, scores: Floats) -> Compared:
    """The standard deviation of scores that should be standard normal."""
    found = float(np.std(scores, ddof=1))
    return Compared(what, found, 1.0, (found - 1.0) * math.sqrt(2 * len(scores)))


def correlation(what: str, first: Floats, second: Floats, expected: float) -> Compared:
    """A correlation of normal scores, by Fisher's transformation."""
    found = float(np.corrcoef(first, second)[0, 1])
    distance = (np.arctanh(found) - np.arctanh(expected)) * math.sqrt(len(first) - 3)
    return Compared(what, found, expected, float(distance))


def uniform(what: str, values: Floats) -> Compared:
    """The Kolmogorov-Smirnov distance of values from the uniform distribution on 0 to 1."""
    ranked, n = np.sort(values), len(values)
    steps = np.arange(n + 1) / n
    gap = float(max(np.max(steps[1:] - ranked), np.max(ranked - steps[:-1])))
    chance = float(kolmogorov(gap * math.sqrt(n)))
    return Compared(what, gap, 0.0, -float(ndtri(chance / 2)))


def share(what: str, hits: npt.ArrayLike, expected: float) -> Compared:
    """The share of True values, by the binomial distribution."""
    of, count = np.size(hits), float(np.sum(hits))
    tails = bdtr(count, of, expected), bdtrc(count - 1, of, expected) if count > 0 else 1.0
    return Compared(what, count / of, expected, _by_tails(*map(float, tails)))


def number(what: str, count: float, expected: float) -> Compared:
    """A number of events, by the Poisson distribution."""
    tails = pdtr(count, expected), pdtrc(count - 1, expected) if count > 0 else 1.0
    return Compared(what, count, expected, _by_tails(*map(float, tails)))


def _by_tails(below: float, above: float) -> float:
    """The distance at which a normal variable has the same probability in its tail."""
    tail = min(below, above, 0.5)
    return math.copysign(-float(ndtri(tail)), below - above)
