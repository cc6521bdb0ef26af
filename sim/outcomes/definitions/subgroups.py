"""Members of a subgroup, by what a trial knows of its patients at entry."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from sim.outcomes.arm import ArmRecords

COLUMNS = {"age": "age_years", "weight": "weight_kg", "vertebral_fractures": "vertebral_fractures"}
"""Conditions on facts at entry, and the names of these facts in the records."""

Conditions = Mapping[str, str | tuple[float, float]]
"""For each fact a sex, or the lower and the upper limit."""


def members(records: ArmRecords, conditions: Conditions) -> npt.NDArray[np.bool_]:
    """Mark the patients who meet every condition.

    Parameters
    ----------
    records
        Records of the patients of an arm.
    conditions
        A sex, or limits of age (years), weight (kg), vertebral fractures, or a T-score (`spine_t`,
        `hip_t`) as measured at entry. The lower limit is included, the upper one is not.

    Returns
    -------
    numpy.ndarray of bool, shape (patients,)
        True for members.
    """
    inside = np.ones(records.count, dtype=bool)
    for name, condition in conditions.items():
        if isinstance(condition, str):
            inside &= records.known[name] == condition
        else:
            column = COLUMNS.get(name)
            values = records.known[column].astype(float) if column else records.entry(name)
            inside &= (values >= condition[0]) & (values < condition[1])
    return inside
