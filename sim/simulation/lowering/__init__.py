"""From a scenario to the inputs of the engines: protocol, patients and random numbers.

`protocol` computes what all patients share, once per study. `patients` and `numbers` compute what
differs from patient to patient, for any range of patients.
"""

from sim.simulation.lowering.base_rate import at_any_rate, base_rate, protocol
from sim.simulation.lowering.cohort import patients
from sim.simulation.lowering.enrolment import Baseline, enrol
from sim.simulation.lowering.infusions import reaction_names
from sim.simulation.lowering.parameters import Protocol
from sim.simulation.lowering.streams import FRACTURES_PREPARED, numbers

__all__ = [
    "FRACTURES_PREPARED",
    "Baseline",
    "Protocol",
    "at_any_rate",
    "base_rate",
    "enrol",
    "numbers",
    "patients",
    "protocol",
    "reaction_names",
]
