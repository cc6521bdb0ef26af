"""One patient's life told event by event, in every arm, and where and why the arms part."""

from sim.experiments.patient_history.life import Life, NoSuchPatient, explain

__all__ = ["Life", "NoSuchPatient", "explain"]
