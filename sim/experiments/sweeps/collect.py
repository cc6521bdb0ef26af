"""The blocks of a sweep put together: every point's outcomes, and what chance did to them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from sim.economics.columns import economics_in, with_worth
from sim.economics.measures import sites_of
from sim.errors import RequestError
from sim.experiments.sweeps import store
from sim.experiments.sweeps.components import in_draws
from sim.experiments.sweeps.designs import Point
from sim.experiments.sweeps.gathered import Collected, Gathered, Quantity
from sim.experiments.sweeps.noise import without_rounding
from sim.experiments.sweeps.point_limits import Columns
from sim.experiments.sweeps.varied import Varied, group_of
from sim.experiments.sweeps.worth_of_draws import of_draw
from sim.outcomes.summary import in_months, unit_of_difference
from sim.outcomes.units import UnitSums, units_joined
from sim.scenario import Scenario
from sim.simulation.records import Floats
from sim.vocabulary import DRAWN


def collected(
    folder: Path, varied: Varied, patients: int, failed: Collection[tuple[str, int]],
    tell: Callable[[Point], None],
) -> Collected:  # fmt: skip
    """Read the blocks of one scenario and reduce them, point by point.

    `failed` are points that could not be simulated, `tell` is called after each point. Raises
    Damaged for a block that is not whole any more, RequestError where another point has none.
    """
    there, scenario = store.ranges(folder), varied.scenario
    gathered: Gathered | None = None
    for point in _in_order(varied.points):
        covered = partial(store.covering, patients=patients, group=group_of(scenario))
        arms = _worth(_arms(folder, varied.addresses(point), there, covered), varied, point)
        tell(point)
        if arms is None and (scenario.name, point.number) in failed:
            continue
        if arms is None:
            raise RequestError(f"blocks of point {point.number} of '{scenario.name}' are missing; "
                               "the same command makes them again")  # fmt: skip
        quantities = _quantities(arms, scenario)
        gathered = gathered or Gathered(varied, quantities, _columns(arms, scenario))
        if quantities != gathered.quantities:
            raise RequestError(f"point {point.number} has other outcomes than the base case; "
                               "name a scenario for each under `scenarios`")  # fmt: skip
        has_worth = scenario.economics is not None and point.role in DRAWN
        gathered.add(
            point, *_with_differences(arms, scenario.compared_with), _side_by_side(arms),
            of_draw(point.number, arms) if has_worth else None,
        )  # fmt: skip
    if gathered is None:
        raise RequestError(f"no point of '{scenario.name}' could be simulated")
    return gathered.collected(patients)


def _in_order(points: Sequence[Point]) -> list[Point]:
    """The points as they come, those of a design for indices draw by draw."""
    of_draws = [point for draw in in_draws(points) for point in draw]
    numbers = {point.number for point in of_draws}
    return [*(point for point in points if point.number not in numbers), *of_draws]


def _side_by_side(arms: Mapping[str, UnitSums]) -> Floats:
    """The sums of all arms beside each other: units x 2 x outcomes."""
    return np.concatenate([sums.sums for sums in arms.values()], axis=2)


def _columns(arms: Mapping[str, UnitSums], scenario: Scenario) -> Columns:
    """What stands in the columns of `_side_by_side`, and which are compared."""
    ends = np.cumsum([len(sums.measures) for sums in arms.values()])
    first = dict(zip(arms, [0, *ends.tolist()], strict=False))
    pairs = [
        (first[arm] + one, first[scenario.compared_with] + other)
        for arm, mine, its in _pairs(arms, scenario.compared_with)
        for one, other in zip(mine, its, strict=True)
    ]
    measures = [measure for sums in arms.values() for measure in sums.measures]
    mine, its = ([pair[side] for pair in pairs] for side in (0, 1))
    return Columns(measures, mine, its, group_of(scenario))


def _arms(
    folder: Path,
    addresses: Mapping[str, str],
    there: Mapping[str, list[range]],
    covered: Callable[[list[range]], list[range]],
) -> dict[str, UnitSums] | None:
    """Read the arms of a point; None if the blocks of an arm are missing."""
    blocks = {
        arm: [store.name_of(at, block) for block in covered(there.get(at, []))]
        for arm, at in addresses.items()
    }
    if not all(blocks.values()):
        return None
    return {
        arm: units_joined([store.load(folder, name) for name in names])
        for arm, names in blocks.items()
    }


def _worth(
    arms: dict[str, UnitSums] | None, varied: Varied, point: Point
) -> dict[str, UnitSums] | None:
    """The arms of a point with its prices laid on their quantities, where it has economics."""
    if arms is None or varied.scenario.economics is None:
        return arms
    economics, sites = economics_in(varied.document(point)), sites_of(varied.scenario)
    return {arm: with_worth(units, economics, sites) for arm, units in arms.items()}


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
