"""The blocks of a sweep put together: every point's outcomes, and what chance did to them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sim.errors import RequestError
from sim.experiments.sweeps import addresses, coverage, store
from sim.experiments.sweeps.designs import Point
from sim.experiments.sweeps.noise import Moments, Split
from sim.experiments.sweeps.varied import Varied
from sim.outcomes import estimates
from sim.outcomes.summary import in_months, unit_of_difference
from sim.outcomes.units import UnitSums, units_joined
from sim.simulation.records import Floats
from sim.vocabulary import DRAWN, ROUNDING

ALONE = ("low", "high", "level")
"""Points at which one parameter is moved alone."""


class Quantity(NamedTuple):
    """An outcome of an arm, or of an arm less the comparator; `against_arm` is empty for an arm."""

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

    one: Varied
    quantities: list[Quantity]
    values: Floats
    errors: Floats
    changes: Floats
    splits: list[Split]

    def points(self, *roles: str) -> list[Point]:
        """The points of some roles."""
        return [point for point in self.one.points if point.role in roles]

    def rows(self, *roles: str) -> list[int]:
        """Where the values of the points of some roles stand."""
        return [point.number for point in self.points(*roles)]

    def drawn(self) -> Floats:
        """The values of the draws that could be simulated."""
        values = self.values[self.rows(*DRAWN)]
        return np.asarray(values[~np.isnan(values).all(axis=1)], float)


def collected(
    folder: Path, one: Varied, patients: int, failed: Collection[int] = (),
    tell: Callable[[Point], None] = lambda _: None,
) -> Collected:  # fmt: skip
    """Read the blocks of one scenario and reduce them, point by point.

    `failed` are points that could not be simulated. Raises Damaged for a block that is not whole
    any more, RequestError where another point has none.
    """
    there, moments = store.ranges(folder), Moments()
    quantities: list[Quantity] = []
    base: Floats = np.zeros((0, 0))
    values: Floats = np.zeros((0, 0))
    for point in one.points:
        arms = _arms(folder, one, point, there, patients)
        tell(point)
        if arms is None and point.number in failed:
            continue
        if arms is None:
            raise RequestError(
                f"blocks of point {point.number} of '{one.study.scenario.name}' are missing; the "
                "same command makes them again"
            )
        found, influences = _with_differences(arms, one.study.scenario.compared_with)
        here = _quantities(arms, one.study.scenario.compared_with)
        if quantities not in ([], here):
            raise RequestError(f"point {point.number} has other outcomes than the base case; "
                             "name a scenario for each under `scenarios`")  # fmt: skip
        if not quantities:
            quantities = here
            values = np.full((len(one.points), len(quantities)), np.nan)
            errors, changes = values.copy(), values.copy()
        if point.role == "base":
            base = influences
        values[point.number], errors[point.number] = found, estimates.errors(influences)
        if point.role in ALONE and base.size:
            changes[point.number] = estimates.errors(influences - base)
        if point.role in DRAWN:
            moments.add(influences)
    if not quantities:
        raise RequestError(f"no point of '{one.study.scenario.name}' could be simulated")
    drawn = values[[p.number for p in one.points if p.role in DRAWN]]
    splits = moments.splits(drawn[~np.isnan(drawn).all(axis=1)])
    return Collected(one, quantities, values, errors, changes, splits)


def _arms(
    folder: Path, one: Varied, point: Point, there: Mapping[str, list[range]], patients: int
) -> dict[str, UnitSums] | None:
    """The arms of a point, None where one of them is not there."""
    document, arms = one.document(point), {}
    for arm in one.study.scenario.arms:
        at = addresses.of(document, arm)
        covered = coverage.covering(there.get(at, []), patients)
        if not covered:
            return None
        parts = [store.load(folder, store.name_of(at, block)) for block in covered]
        arms[arm] = units_joined(parts)
    return arms


def _with_differences(arms: Mapping[str, UnitSums], comparator: str) -> tuple[Floats, Floats]:
    """Values and influences of every quantity, in the order of `_quantities`."""
    found = {arm: sums.estimates() for arm, sums in arms.items()}
    parts = list(found.values())
    for arm, places in _pairs(arms, comparator):
        (values, influences), (other, others) = found[arm], found[comparator]
        mine, its = zip(*places, strict=True)
        apart = influences[:, mine] - others[:, its]
        parts.append((values[[*mine]] - other[[*its]], apart))
    joined = np.concatenate([values for values, _ in parts])
    joined[np.abs(joined) < ROUNDING] = 0
    return joined, np.concatenate([influences for _, influences in parts], axis=1)


def _quantities(arms: Mapping[str, UnitSums], comparator: str) -> list[Quantity]:
    found = [
        Quantity(arm, "", line.name, line.unit, in_months(line.day))
        for arm, one in arms.items()
        for line in one.measures
    ]
    for arm, places in _pairs(arms, comparator):
        for mine, _ in places:
            line = arms[arm].measures[mine]
            unit = unit_of_difference(line.unit)
            found.append(Quantity(arm, comparator, line.name, unit, in_months(line.day)))
    return found


def _pairs(
    arms: Mapping[str, UnitSums], comparator: str
) -> Iterator[tuple[str, Sequence[tuple[int, int]]]]:
    """Every other arm, and where its outcomes and the comparator's stand that are the same."""
    at = {(line.name, line.day): place for place, line in enumerate(arms[comparator].measures)}
    for arm, one in arms.items():
        if arm != comparator:
            keys = [(line.name, line.day) for line in one.measures]
            yield arm, [(i, at[key]) for i, key in enumerate(keys) if key in at]


def shown(one: Varied, point: Point) -> list[Any]:
    """The value of each parameter at a point, as tables show it."""
    found = enumerate(one.joint.parameters)
    return [parameter.shown(point.values.get(place)) for place, parameter in found]
