"""The axes of a grid, and the points that lie on it."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sim.display.figures.sweeps import words
from sim.display.figures.sweeps.saved import Swept
from sim.display.figures.sweeps.shown import ONE

QUANTITY = r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)(?:\s+(.+?))?\s*"
"""A number, and a unit behind it."""


class Axis(NamedTuple):
    """A parameter of a grid with its values in order, and the base case's.

    `numbers` are the values as numbers in the axis' unit, None where they are words.
    """

    path: str
    name: str
    unit: str
    values: list[Any]
    numbers: list[float] | None
    base: Any

    @property
    def label(self) -> str:
        """The name with the unit, unless the name itself tells it; then whether it is assumed."""
        name = self.name.removesuffix(words.ASSUMED)
        known = {word.removesuffix("s") for word in name.split()}
        unit = "" if self.unit.removesuffix("s") in known else self.unit
        about = "; ".join(filter(None, (unit, "assumed" if name != self.name else "")))
        return f"{name} ({about})" if about else name

    @property
    def is_in_months(self) -> bool:
        """Whether its values are months."""
        return self.numbers is not None and self.unit.removesuffix("s") == "month"

    @property
    def has_base(self) -> bool:
        """Whether the base case's value is one of the grid's."""
        return self.base in self.values

    @property
    def usual(self) -> Any:
        """The base case's value, or the first of the grid where that is not of it."""
        return self.base if self.has_base else self.values[0]

    @property
    def ticks(self) -> list[str]:
        """The values as they are written."""
        return [words.amount(value) for value in self.numbers or self.values]

    def at(self, value: Any) -> str:
        """The axis at one of its values, in words."""
        return f"{self.name} {words.with_unit(self.ticks[self.values.index(value)], self.unit)}"


def axes_of(swept: Swept) -> list[Axis]:
    """The axes with more values than one, in the order of the parameters; none without a grid."""
    points = swept.outcomes[swept.outcomes["role"] == "grid"]
    if points.empty:
        return []
    paths = [path for path in swept.parameters["parameter"].unique() if path in points]
    return [_axis(swept, points, path) for path in paths if points[path].nunique() > 1]


def _axis(swept: Swept, points: pd.DataFrame, path: str) -> Axis:
    known = swept.parameters[swept.parameters["parameter"] == path].iloc[0]
    name = words.named(str(known["name"]), str(known["assumption"]) == "True")
    values = list(points[path].dropna().unique())
    base = swept.outcomes.loc[swept.outcomes["role"] == "base", path].iloc[0]
    numbers, units = zip(*map(quantity, values), strict=True)
    if len({unit.removesuffix("s") for unit in units}) > 1 or not np.isfinite(numbers).all():
        return Axis(path, name, str(known["unit"]), values, None, base)
    order = np.argsort(numbers, kind="stable")
    unit = str(known["unit"]) or units[order[-1]]
    return Axis(path, name, unit, [values[i] for i in order], [numbers[i] for i in order], base)


def quantity(value: Any) -> tuple[float, str]:
    """A number and its unit, from a number or a text such as `3 months`; NaN from other words."""
    found = re.fullmatch(QUANTITY, str(value))
    return (float(found[1]), found[2] or "") if found else (float("nan"), "")


def on_grid(rows: pd.DataFrame, axes: list[Axis]) -> pd.DataFrame:
    """The rows of points whose every value is one of the grid's, each point of it once.

    The base case and single parameters at their ends may be points of the grid as well. `low` and
    `high` are the ends of the Monte Carlo interval.
    """
    point = [*ONE, *(axis.path for axis in axes)]
    is_inside = np.all([rows[axis.path].isin(axis.values) for axis in axes], axis=0)
    rows = rows[is_inside].assign(first=rows["role"] != "grid")
    rows = rows.sort_values("first", kind="stable").drop_duplicates(point).sort_index()
    return rows[[*point, "estimate", "mc_error", "low", "high"]].reset_index(drop=True)
