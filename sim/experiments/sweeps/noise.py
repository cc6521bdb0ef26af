"""Two kinds of noise kept apart: patients are few, and parameters are uncertain.

Every point holds the same patients, so part of what chance does to a point it does to all of them:
it moves the mean over the draws, and not their spread. A two-way analysis of variance, draws by
groups of patients, tells the parts from one another.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from sim.errors import RequestError
from sim.outcomes.units import GROUP
from sim.simulation.records import Floats
from sim.vocabulary import ROUNDING, UNCHANGED

SIZES = tuple(
    size for power in range(1, 7) for step in (10, 15, 20, 30, 40, 50, 70)
    if (size := step * 10**power // 10) % GROUP == 0 and size <= 10**6
)  # fmt: skip
"""Numbers of patients that are considered, from 10 to a million, in whole groups."""

FEWEST_DRAWS = 10


def without_rounding(numbers: ArrayLike) -> Floats:
    """Estimates, errors and spreads, with 0 for rounding errors, as in the tables of a run."""
    numbers = np.asarray(numbers, float)
    return np.where(np.abs(numbers) < ROUNDING, 0.0, numbers)


class Split(NamedTuple):
    """Variances of one outcome: between parameters, and of patients, of one each.

    `patients` is alike at every draw, `together` differs from draw to draw.
    """

    parameters: float
    patients: float
    together: float

    def error(self, draws: float, patients: float) -> float:
        """Standard error of the mean over a number of draws and of patients per draw."""
        return math.sqrt(
            self.parameters / draws
            + self.patients / patients
            + self.together / (draws * patients)
        )  # fmt: skip


class Cost(NamedTuple):
    """Seconds that a point takes: however few patients it has, and for each of them."""

    a_point: float
    a_patient: float

    def of(self, draws: float, patients: float) -> float:
        """Seconds for a number of points and of patients per point."""
        return draws * (self.a_point + self.a_patient * patients)


class Moments:
    """What the split is computed from, draw by draw: memory does not grow with their number."""

    def __init__(self) -> None:
        self.draws = 0
        self._groups: Floats = np.zeros((0, 0))
        self._squares: Floats = np.zeros(0)

    def add(self, influences: Floats) -> None:
        """Take in a draw: the influences of its groups of patients on each outcome."""
        if not self.draws:
            self._groups = np.zeros_like(influences)
            self._squares = np.zeros(influences.shape[1])
        self.draws += 1
        self._groups += influences
        self._squares += (influences**2).sum(axis=0)

    def splits(self, values: Floats, group: int = GROUP) -> list[Split]:
        """The split of each outcome; `values` are the estimates, draws x outcomes.

        `group` patients are summed up at a time.

        With N draws and G groups the mean square within draws is b + ab, that of the groups' means
        over the draws b + ab/N, and that between draws a + ab/G.
        """
        groups, draws = len(self._groups), self.draws
        if draws < 2 or groups < 2:
            return [Split(math.nan, math.nan, math.nan)] * values.shape[1]
        within = self._squares / draws / (groups - 1)
        shared = ((self._groups / draws) ** 2).sum(axis=0) / (groups - 1)
        together = np.maximum((within - shared) * draws / (draws - 1), 0)
        alike = np.maximum(shared - together / draws, 0)
        variance = values.var(axis=0, ddof=1)
        between = variance - together / groups
        is_noise = (between <= UNCHANGED * variance) | (without_rounding(variance**0.5) == 0)
        between[is_noise] = 0  # rounding is left of the difference, or of draws that are all equal
        parts = zip(between, group * alike, group * together, strict=True)
        return [Split(*map(float, part)) for part in parts]


class Advice(NamedTuple):
    """How many draws of how many patients, and what standard error they give in how long."""

    draws: int
    patients: int
    error: float
    seconds: float


def advice_of(split: Split, cost: Cost, draws: int, patients: int) -> Advice:
    """A number of draws and of patients per draw, with standard error and time."""
    return Advice(draws, patients, split.error(draws, patients), cost.of(draws, patients))


def advise(split: Split, cost: Cost, target: float) -> Advice:
    """The cheapest draws and patients whose mean has the standard error that is wanted.

    For every number of patients the draws follow: N = (a + ab/n) / (target^2 - b/n).
    Raises RequestError where not even a million patients are enough.
    """
    enough = []
    for patients in SIZES:
        left = target**2 - split.patients / patients
        if left > 0 and math.isfinite(split.parameters):
            least = (split.parameters + split.together / patients) / left
            draws = max(math.ceil(least - 1e-9), FEWEST_DRAWS)
            enough.append(advice_of(split, cost, draws, patients))
    if not enough:
        least = math.sqrt(split.patients / SIZES[-1])
        raise RequestError(
            f"a standard error of {target:g} takes more than {SIZES[-1]} patients; "
            f"allowed: above {least:.2g}"
        )
    return min(enough, key=lambda advice: (advice.seconds, advice.draws))
