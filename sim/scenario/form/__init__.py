"""The forms of a scenario file: every key, its unit and its allowed values."""

from sim.scenario.form.study import Scenario

__all__ = ["Scenario"]
