"""From a scenario and its seed to the inputs of the engines: the only lowering step."""

from sim.simulation.lowering.dosing import reaction_names
from sim.simulation.lowering.lower import FRACTURES_PREPARED, lower
from sim.simulation.lowering.patients import Baseline, enrol

__all__ = ["FRACTURES_PREPARED", "Baseline", "enrol", "lower", "reaction_names"]
