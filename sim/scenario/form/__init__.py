"""The form of a scenario file: every key, its unit and what is allowed there."""

from sim.scenario.form.study import Scenario

__all__ = ["Scenario"]
