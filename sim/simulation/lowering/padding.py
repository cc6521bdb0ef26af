"""Rows of unequal length as one array of a fixed width."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.scenario import Mistake, ScenarioError
from sim.simulation.records import Floats


def padded(
    rows: Sequence[Sequence[float]], width: int, filler: float | None, content: str
) -> Floats:
    """Rows of unequal length as one array of a width, each filled up with `filler`.

    A filler of None repeats the last entry of a row, and fills an empty row with 0. Raises
    ScenarioError for more entries of the named content than there is room for.
    """
    longest = max(map(len, rows), default=0)
    if longest > width:
        raise ScenarioError([Mistake("", f"{longest} {content}; allowed: up to {width}")])
    array = np.empty((len(rows), width))
    for line, row in zip(array, rows, strict=True):
        line[: len(row)] = row
        line[len(row) :] = filler if filler is not None else (row[-1] if row else 0.0)
    return array
