"""Scenario files: YAML in, a checked and frozen Scenario out, or one report of every mistake."""

from sim.scenario.form.study import Scenario
from sim.scenario.provenance import Number
from sim.scenario.read import Study, from_document, load
from sim.scenario.regimens import reachable
from sim.scenario.report import Mark, Mistake, ScenarioError

__all__ = [
    "Mark",
    "Mistake",
    "Number",
    "Scenario",
    "ScenarioError",
    "Study",
    "from_document",
    "load",
    "reachable",
]
