"""The history of one patient, event by event in every arm, and where and why the arms diverge."""

from sim.experiments.patient_history.life import Life, NoSuchPatient, explain
from sim.experiments.patient_history.timeline import format_of, write

__all__ = ["Life", "NoSuchPatient", "explain", "format_of", "write"]
