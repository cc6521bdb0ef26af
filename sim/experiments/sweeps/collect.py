"""The blocks of a sweep put together: every point's outcomes, and what chance did to them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sim.errors import RequestError
from sim.experiments.sweeps import store
from sim.experiments.sweeps.designs import Point
from sim.experiments.sweeps.noise import Moments, Split, without_rounding
from sim.experiments.sweeps.varied import Varied
from sim.outcomes import estimates
from sim.outcomes.summary import in_months, unit_of_difference
from sim.outcomes.units import UnitSums, units_joined
from sim.scenario import Scenario
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


class Collected(NamedTuple):
    """One scenario of a sweep with its numbers: `values` and `errors` are points x quantities.

    NaN where a point could not be simulated. `changes` are the errors of the difference from the
    base case, on the same patients, of points at which one parameter moves alone.
    """

    varied: Varied
    quantities: list[Quantity]
    values: Floats
    errors: Floats
    changes: Floats
    splits: Sequence[Split] = ()

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


def collected(
    folder: Path, varied: Varied, patients: int, failed: Collection[tuple[str, int]],
    tell: Callable[[Point], None],
) -> Collected:  # fmt: skip
    """Read the blocks of one scenario and reduce them, point by point.

    `failed` are points that could not be simulated, `tell` is called after each point. Raises
    Damaged for a block that is not whole any more, RequestError where another point has none.
    """
    there, moments = store.ranges(folder), Moments()
    scenario = varied.scenario
    numbers: Collected | None = None
    base: Floats = np.zeros((0, 0))
    for point in varied.points:
        arms = _arms(folder, varied.addresses(point), there, patients)
        tell(point)
        if arms is None and (scenario.name, point.number) in failed:
            continue
        if arms is None:
            raise RequestError(f"blocks of point {point.number} of '{scenario.name}' are missing; "
                               "the same command makes them again")  # fmt: skip
        values, influences = _with_differences(arms, scenario.compared_with)
        quantities = _quantities(arms, scenario)
        if numbers is None:
            unknown = np.full((len(varied.points), len(quantities)), np.nan)
            numbers = Collected(varied, quantities, unknown, unknown.copy(), unknown.copy())
        if quantities != numbers.quantities:
            raise RequestError(f"point {point.number} has other outcomes than the base case; "
                               "name a scenario for each under `scenarios`")  # fmt: skip
        if point.role == "base":
            base = influences
        numbers.values[point.number] = values
        numbers.errors[point.number] = without_rounding(estimates.errors(influences))
        if point.role in ALONE and base.size:
            changes = estimates.errors(influences - base)
            numbers.changes[point.number] = without_rounding(changes)
        if point.role in DRAWN:
            moments.add(influences)
    if numbers is None:
        raise RequestError(f"no point of '{scenario.name}' could be simulated")
    return numbers._replace(splits=moments.splits(numbers.drawn()))


def _arms(
    folder: Path, addresses: Mapping[str, str], there: Mapping[str, list[range]], patients: int
) -> dict[str, UnitSums] | None:
    """Read the arms of a point; None if the blocks of an arm are missing."""
    blocks = {
        arm: [store.name_of(at, block) for block in store.covering(there.get(at, []), patients)]
        for arm, at in addresses.items()
    }
    if not all(blocks.values()):
        return None
    return {
        arm: units_joined([store.load(folder, name) for name in names])
        for arm, names in blocks.items()
    }


def _with_differences(arms: Mapping[str, UnitSums], comparator: str) -> tuple[Floats, Floats]:
    """Values and influences of every quantity, in the order of `_quantities`."""
    of_arms = {arm: sums.estimates() for arm, sums in arms.items()}
    parts = list(of_arms.values())
    other, others = of_arms[comparator]
    for arm, mine, its in _pairs(arms, comparator):
        values, influences = of_arms[arm]
        parts.append((values[mine] - other[its], influences[:, mine] - others[:, its]))
    joined = without_rounding(np.concatenate([values for values, _ in parts]))
    return joined, np.concatenate([influences for _, influences in parts], axis=1)


def _quantities(arms: Mapping[str, UnitSums], scenario: Scenario) -> list[Quantity]:
    comparator = scenario.compared_with
    lines = [(arm, "", line, line.unit) for arm, sums in arms.items() for line in sums.measures]
    lines += [
        (arm, comparator, line, unit_of_difference(line.unit))
        for arm, mine, _ in _pairs(arms, comparator)
        for line in (arms[arm].measures[column] for column in mine)
    ]
    return [
        Quantity(scenario.name, arm, against, line.name, unit, in_months(line.day))
        for arm, against, line, unit in lines
    ]


def _pairs(
    arms: Mapping[str, UnitSums], comparator: str
) -> Iterator[tuple[str, list[int], list[int]]]:
    """Every other arm with the columns of the outcomes that both have, its own and the other's."""
    at = {(line.name, line.day): column for column, line in enumerate(arms[comparator].measures)}
    for arm, sums in arms.items():
        if arm != comparator:
            keys = [(line.name, line.day) for line in sums.measures]
            mine = [column for column, key in enumerate(keys) if key in at]
            yield arm, mine, [at[keys[column]] for column in mine]
