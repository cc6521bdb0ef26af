"""The numbers of one scenario of a sweep, gathered point by point."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from sim.experiments.sweeps.components import ROLES, Components, in_draws
from sim.experiments.sweeps.designs import Point
from sim.experiments.sweeps.noise import Moments, Split, without_rounding
from sim.experiments.sweeps.point_limits import Columns, MeanLimits, PointLimits, of_mean_over_draws
from sim.experiments.sweeps.varied import Varied
from sim.experiments.sweeps.worth_of_draws import OfDraw
from sim.outcomes import estimates
from sim.simulation.records import Floats
from sim.vocabulary import DRAWN

ALONE = ("low", "high", "level")
"""Points at which one parameter is moved alone."""


class Quantity(NamedTuple):
    """An outcome of an arm, or of an arm less the comparator; `against_arm` is empty for an arm.

    The fields are the first columns of every table of a sweep's results.
    """

    scenario: str
    arm: str
    against_arm: str
    outcome: str
    unit: str
    time: float


class Changes(NamedTuple):
    """Errors and limits of changes from the base case, points x quantities."""

    errors: Floats
    low: Floats
    high: Floats


class Collected(NamedTuple):
    """One scenario of a sweep with its numbers.

    `values`, `errors`, `low` and `high` (the 95 % interval) are points x quantities, NaN where a
    point could not be simulated. `changes` is the difference from the base case on the same
    patients, of points at which one parameter moves alone; `of_mean` is how sure the mean over the
    draws is, and `carriers` on how many patients the draws rest; `components` is what patients do
    to the components of variance, of a design for indices; `worth` is cost and QALYs of each draw,
    of a scenario with economics.
    """

    varied: Varied
    quantities: list[Quantity]
    values: Floats
    errors: Floats
    low: Floats
    high: Floats
    changes: Changes
    splits: Sequence[Split] = ()
    of_mean: MeanLimits | None = None
    carriers: Floats | None = None
    components: Components | None = None
    worth: Sequence[OfDraw] = ()

    def points(self, *roles: str) -> list[Point]:
        """The points of some roles."""
        return [point for point in self.varied.points if point.role in roles]

    def rows(self, *roles: str) -> list[int]:
        """The rows of `values` that belong to the points of some roles."""
        return [point.number for point in self.points(*roles)]

    def ends(self) -> Iterator[tuple[Point, Point]]:
        """The points at which each parameter is low and high alone."""
        return zip(self.points("low"), self.points("high"), strict=True)

    def drawn(self) -> Floats:
        """The values of the draws that could be simulated."""
        values = self.values[self.rows(*DRAWN)]
        return np.asarray(values[~np.isnan(values).all(axis=1)], float)


class Gathered:
    """The numbers of one scenario, as its points are read."""

    def __init__(self, varied: Varied, quantities: list[Quantity], columns: Columns) -> None:
        self.varied, self.quantities, self._columns = varied, quantities, columns
        points = len(varied.points)
        alone = 1 + max([p.number for p in varied.points if p.role in ALONE], default=0)
        self._values, self._errors = (np.full((points, len(quantities)), np.nan) for _ in range(2))
        self._changes = np.full((alone, len(quantities)), np.nan)
        self._unmoved = np.zeros(self._changes.shape, bool)
        self._limits, self._of_changes = PointLimits(columns, points), PointLimits(columns, alone)
        self._moments, self._drawn, self._carried = Moments(), np.zeros(()), np.zeros(())
        self._size = len(next(iter(in_draws(varied.points)), []))
        self._draw: list[tuple[Floats, Floats]] = []
        self._base: tuple[Floats, Floats] | None = None
        self._components: Components | None = None
        self._worth: list[OfDraw] = []

    def add(
        self, point: Point, values: Floats, influences: Floats, sums: Floats,
        worth: OfDraw | None = None,
    ) -> None:  # fmt: skip
        """Take in a point: values and influences of the quantities, sums of the arms.

        `worth` is cost and QALYs of a draw, of a scenario with economics.
        """
        self._worth += [] if worth is None else [worth]
        at, errors = point.number, without_rounding(estimates.errors(influences))
        self._values[at], self._errors[at] = values, errors
        self._limits.add(at, errors, sums)
        if point.role == "base":
            self._base = influences, sums
            count = len(self.varied.joint.parameters)
            self._components = Components(count, values, influences) if self._size else None
        if point.role in ALONE and self._base is not None:
            self._add_change(point, influences, sums)
        if point.role in DRAWN:
            self._moments.add(influences)
            self._drawn = self._drawn + sums
            self._carried = np.maximum(self._carried, self._columns.carried(sums))
        if point.role in ROLES and self._components is not None:
            self._draw.append((values, influences))
            if len(self._draw) == self._size:
                self._components.add(*map(np.stack, zip(*self._draw, strict=True)))
                self._draw = []

    def _add_change(self, point: Point, influences: Floats, sums: Floats) -> None:
        """Where arms have the blocks of the base case, no patient can differ."""
        assert self._base is not None
        at, (of_base, base) = point.number, self._base
        self._changes[at] = without_rounding(estimates.errors(influences - of_base))
        self._of_changes.add(at, self._changes[at], sums, base)
        own = self.varied.addresses(point)
        addresses = self.varied.addresses(self.varied.points[0])
        same = {"", *(arm for arm in own if own[arm] == addresses[arm])}
        self._unmoved[at] = [{one.arm, one.against_arm} <= same for one in self.quantities]

    def collected(self, patients: int) -> Collected:
        """Every value that was read, for the same number of patients at each point."""
        self._limits.finish()
        self._of_changes.finish()
        self._of_changes.low[self._unmoved] = self._of_changes.high[self._unmoved] = 0.0
        low, high = (without_rounding(ends) for ends in (self._limits.low, self._limits.high))
        of_changes = Changes(self._changes, self._of_changes.low, self._of_changes.high)
        numbers = Collected(
            self.varied,
            self.quantities,
            self._values,
            self._errors,
            low,
            high,
            of_changes,
            worth=self._worth,
        )
        splits = self._moments.splits(numbers.drawn(), self._columns.group)
        if not (draws := self._moments.draws):
            return numbers._replace(splits=splits)
        errors = np.array([split._replace(parameters=0.0).error(draws, patients)
                           for split in splits])  # fmt: skip
        cohorts = draws if self.varied.fresh else 1
        below = of_mean_over_draws(self._columns, errors, self._drawn / draws, cohorts)
        return numbers._replace(
            splits=splits, of_mean=below, components=self._components,
            carriers=self._columns.carriers(self._carried, patients),
        )  # fmt: skip
