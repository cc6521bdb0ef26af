"""Scenario files: YAML in, a checked Study out, or a report of all mistakes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.late import names_of

if TYPE_CHECKING:
    from sim.scenario.checks.regimens import reachable as reachable
    from sim.scenario.form.study import Scenario as Scenario
    from sim.scenario.mistakes import Mark as Mark
    from sim.scenario.mistakes import Mistake as Mistake
    from sim.scenario.mistakes import ScenarioError as ScenarioError
    from sim.scenario.reading import ScenarioLike as ScenarioLike
    from sim.scenario.reading import load as load
    from sim.scenario.study import Study as Study
    from sim.scenario.study import from_document as from_document
    from sim.scenario.text.mapping import as_settings as as_settings
    from sim.scenario.text.provenance import Number as Number
    from sim.scenario.text.provenance import Premise as Premise
    from sim.scenario.text.settings import Setting as Setting

__getattr__, __dir__ = names_of(
    __name__,
    {
        "sim.scenario.checks.regimens": ("reachable",),
        "sim.scenario.form.study": ("Scenario",),
        "sim.scenario.mistakes": ("Mark", "Mistake", "ScenarioError"),
        "sim.scenario.reading": ("ScenarioLike", "load"),
        "sim.scenario.study": ("Study", "from_document"),
        "sim.scenario.text.mapping": ("as_settings",),
        "sim.scenario.text.provenance": ("Number", "Premise"),
        "sim.scenario.text.settings": ("Setting",),
    },
)
