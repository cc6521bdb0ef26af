"""What a check found: a verdict, the numbers behind it, and how far chance alone may carry them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import bdtr, bdtrc, kolmogorov, ndtri, pdtr, pdtrc

from sim.simulation.records import Floats

FALSE_ALARM = 1e-4
"""How often a check of numbers drawn by chance would fail if the program were right."""

ROUNDING = 1e-9
"""Two ways to one number may differ by so much of it, where sums are taken in another order."""

TOLD = 5
"""The most that is listed of what is wrong; the evidence says how much there is."""


class Verdict(NamedTuple):
    """Passed or failed, None where the check does not apply, with the evidence in a sentence."""

    passed: bool | None
    evidence: str
    details: tuple[str, ...] = ()


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


def not_applicable(why: str) -> Verdict:
    """The check has no meaning for this scenario, which is said."""
    return Verdict(None, why)


def exact(wrong: Sequence[str], of: int, what: str) -> Verdict:
    """Nothing may be wrong: `what` was looked at, so many times."""
    if of == 0:
        return not_applicable(f"no {what} to look at")
    return Verdict(not wrong, f"{of} {what}, {len(wrong)} wrong", tuple(wrong[:TOLD]))


def together(verdicts: Sequence[Verdict]) -> Verdict:
    """Several verdicts as one, which fails with any of them; what did not apply is left out."""
    held = [verdict for verdict in verdicts if verdict.passed is not None]
    if not held:
        return verdicts[0]
    details = tuple(line for verdict in held for line in verdict.details)
    evidence = "; ".join(dict.fromkeys(verdict.evidence for verdict in held))
    return Verdict(all(verdict.passed for verdict in held), evidence, details)


def within_chance(compared: Sequence[Compared]) -> Verdict:
    """No number is further from its expectation than chance allows, given how many there are."""
    if not compared:
        return not_applicable("nothing here is drawn by chance")
    limit = -float(ndtri(FALSE_ALARM / 2 / len(compared)))
    worst = max(compared, key=lambda one: abs(one.distance))
    far = [str(one) for one in compared if not abs(one.distance) <= limit]
    evidence = (
        f"{len(compared)} comparisons, limit {limit:.1f} Monte Carlo errors; furthest: {worst}"
    )
    return Verdict(not far, evidence, tuple(far[:TOLD]))


def mean(what: str, values: Floats, expected: float, sd: float | None = None) -> Compared:
    """A mean over independent values; of a known standard deviation where one is given."""
    spread = float(np.std(values, ddof=1)) if sd is None else sd
    found = float(np.mean(values))
    return Compared(what, found, expected, _apart(found, expected, spread / math.sqrt(len(values))))


def spread(what: str, scores: Floats) -> Compared:
    """The standard deviation of what should be standard normal."""
    found = float(np.std(scores, ddof=1))
    return Compared(what, found, 1.0, (found - 1.0) * math.sqrt(2 * len(scores)))


def correlation(what: str, one: Floats, other: Floats, expected: float) -> Compared:
    """A correlation of normal scores, on Fisher's scale."""
    found = float(np.corrcoef(one, other)[0, 1])
    distance = (np.arctanh(found) - np.arctanh(expected)) * math.sqrt(len(one) - 3)
    return Compared(what, found, expected, float(distance))


def uniform(what: str, values: Floats) -> Compared:
    """The largest distance of a distribution function from that of a uniform number."""
    ranked, n = np.sort(values), len(values)
    steps = np.arange(n + 1) / n
    gap = float(max(np.max(steps[1:] - ranked), np.max(ranked - steps[:-1])))
    chance = float(kolmogorov(gap * math.sqrt(n)))
    return Compared(what, gap, 0.0, -float(ndtri(chance / 2)))


def share(what: str, count: float, of: int, expected: float) -> Compared:
    """How many of so many, by the binomial law."""
    tails = bdtr(count, of, expected), bdtrc(count - 1, of, expected) if count > 0 else 1.0
    return Compared(what, count / of, expected, _by_tails(*map(float, tails)))


def number(what: str, count: float, expected: float) -> Compared:
    """How many events, by the Poisson law."""
    tails = pdtr(count, expected), pdtrc(count - 1, expected) if count > 0 else 1.0
    return Compared(what, count, expected, _by_tails(*map(float, tails)))


def _by_tails(below: float, above: float) -> float:
    """The distance at which a normal variable would leave as little in its tail."""
    tail = min(below, above, 0.5)
    return math.copysign(-float(ndtri(tail)), below - above)


def _apart(found: float, expected: float, error: float) -> float:
    if math.isclose(found, expected, rel_tol=ROUNDING, abs_tol=ROUNDING):
        return 0.0
    return (found - expected) / error if error > 0 else math.inf
