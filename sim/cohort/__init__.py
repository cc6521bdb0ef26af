"""From a scenario and its seed to the inputs of the engines: the only lowering step."""

from sim.cohort.dosing import reaction_names
from sim.cohort.lower import FRACTURES_PREPARED, lower
from sim.cohort.patients import Baseline, enrol

__all__ = ["FRACTURES_PREPARED", "Baseline", "enrol", "lower", "reaction_names"]
