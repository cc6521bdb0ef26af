"""Who belongs to a subgroup: what is known of a patient at entry, as a trial would know it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from sim.outcomes.arm import Persons

COLUMNS = {"age": "age_years", "weight": "weight_kg", "vertebral_fractures": "vertebral_fractures"}

Conditions = Mapping[str, str | tuple[float, float]]


def members(people: Persons, conditions: Conditions) -> npt.NDArray[np.bool_]:
    """Patients who meet every condition: a sex, or limits of which the lower one is included.

    T-scores are those measured at entry.
    """
    inside = np.ones(people.count, dtype=bool)
    for name, condition in conditions.items():
        if isinstance(condition, str):
            inside &= people.known[name] == condition
        else:
            column = COLUMNS.get(name)
            values = people.known[column].astype(float) if column else people.entry(name)
            inside &= (values >= condition[0]) & (values < condition[1])
    return inside
