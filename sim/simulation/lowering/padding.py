"""Rows of unequal length as one array of a fixed width."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.scenario import Mistake, ScenarioError
from sim.simulation.records import Floats


def padded(
    rows: Sequence[Sequence[float]], width: int, filler: float | None, content: str
) -> Floats:
    """Put rows of unequal length into one array.

    Parameters
    ----------
    rows : sequence of sequences of float
        Rows of up to `width` entries.
    width : int
        Columns of the array.
    filler : float or None
        Value after the last entry of a row. None repeats the last entry; an empty row is then 0.
    content : str
        Description of the entries, for the message of the error.

    Returns
    -------
    array, shape (rows, width)
        The rows, filled up.

    Raises
    ------
    ScenarioError
        If a row has more entries than the array has columns.

    Examples
    --------
    >>> padded([[1, 2], []], 3, -1, "doses").tolist()
    [[1.0, 2.0, -1.0], [-1.0, -1.0, -1.0]]
    """
    longest = max(map(len, rows), default=0)
    if longest > width:
        raise ScenarioError([Mistake("", f"{longest} {content}; allowed: up to {width}")])
    array = np.empty((len(rows), width))
    for line, row in zip(array, rows, strict=True):
        line[: len(row)] = row
        line[len(row) :] = filler if filler is not None else (row[-1] if row else 0.0)
    return array
