"""Cost and QALYs of every draw of a sweep, with what chance in its patients did to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.economics.information.draws import HALVES, NAMES, covariances
from sim.economics.pricing import COST, QALYS
from sim.outcomes.estimates import influences
from sim.outcomes.units import UnitSums
from sim.simulation.records import Floats

if TYPE_CHECKING:
    import pandas as pd


class OfDraw(NamedTuple):
    """Cost and QALYs per patient at one draw.

    Attributes
    ----------
    point : int
        Number of the point.
    means : numpy.ndarray of float, shape (arms, 2)
        Mean cost and mean QALYs of each arm.
    halves : numpy.ndarray of float, shape (2, arms, 2)
        The same of every second group of patients, and of the others.
    covariance : numpy.ndarray of float, shape (2 x arms, 2 x arms)
        Monte Carlo covariance of the means: all costs, then all QALYs.
    """

    point: int
    means: Floats
    halves: Floats
    covariance: Floats


def of_draw(point: int, arms: Mapping[str, UnitSums]) -> OfDraw:
    """Compute cost and QALYs of one draw from its groups of patients."""
    own = [_own(units) for units in arms.values()]
    means, moved = zip(*(influences(sums) for sums in own), strict=True)
    halves = [[influences(sums[part::HALVES])[0] for sums in own] for part in range(HALVES)]
    units = len(own[0])
    columns = np.stack(moved, axis=2).reshape(units, -1)  # costs of all arms, then QALYs
    covariance = columns.T @ columns / (units * max(1, units - 1))
    return OfDraw(point, np.stack(means), np.array(halves), covariance)


def _own(units: UnitSums) -> Floats:
    """The sums of cost and QALYs: units x 2 x 2."""
    names = [measure.name for measure in units.measures]
    return units.sums[:, :, [names.index(COST), names.index(QALYS)]]


def frame(draws: Sequence[OfDraw], scenario: str, arms: Sequence[str]) -> pd.DataFrame:
    """The draws of one scenario as a table, one row for each draw and arm.

    Columns: scenario, draw (number of the point), arm, cost and qalys (means per patient),
    cost_1, qalys_1, cost_2, qalys_2 (of each half of the patients), and the Monte Carlo covariances
    of the cost and of the QALYs of this arm with those of each arm.
    """
    import pandas as pd

    rows = [row for draw in draws for row in _rows(draw, scenario, arms)]
    return pd.DataFrame(rows)


def _rows(draw: OfDraw, scenario: str, arms: Sequence[str]) -> Iterator[dict[str, object]]:
    for at, arm in enumerate(arms):
        yield {
            "scenario": scenario, "draw": draw.point, "arm": arm,
            **dict(zip(NAMES, draw.means[at], strict=True)),
            **{f"{name}_{half + 1}": draw.halves[half, at, of]
               for half in range(HALVES) for of, name in enumerate(NAMES)},
            **dict(zip(covariances(arms), _of_arm(draw.covariance, at, len(arms)), strict=True)),
        }  # fmt: skip


def _of_arm(covariance: Floats, at: int, arms: int) -> list[float]:
    """The rows of the covariance of one arm, cost and QALYs, one after the other."""
    return [float(value) for row in (at, arms + at) for value in covariance[row]]
