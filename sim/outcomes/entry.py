"""What is known of patients at entry."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.simulation.records import Inputs
from sim.vocabulary import SEXES


def at_entry(inputs: Inputs) -> dict[str, npt.NDArray[np.generic]]:
    """Return what is known of patients at entry, an array over the patients for each fact.

    The arrays are copies, so that the inputs of the engine can go when the log has been read.
    """
    people = inputs.patients
    return {
        "sex": np.array(SEXES)[people["sex"]],
        "age_years": people["age"].copy(),
        "weight_kg": people["weight"].copy(),
        "vertebral_fractures": people["vertebral_fractures"].copy(),
    }
