"""Scenario files: YAML in, a checked Study out, or a report of all mistakes."""

from sim.scenario.checks.regimens import reachable
from sim.scenario.form.study import Scenario
from sim.scenario.mistakes import Mark, Mistake, ScenarioError
from sim.scenario.reading import ScenarioLike, load
from sim.scenario.study import Study, from_document
from sim.scenario.text.mapping import as_settings
from sim.scenario.text.provenance import Number, Premise
from sim.scenario.text.settings import Setting

__all__ = [
    "Mark",
    "Mistake",
    "Number",
    "Premise",
    "Scenario",
    "ScenarioError",
    "ScenarioLike",
    "Setting",
    "Study",
    "as_settings",
    "from_document",
    "load",
    "reachable",
]
