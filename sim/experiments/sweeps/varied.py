"""One scenario of a sweep with everything that varies in it."""

from __future__ import annotations

from typing import Any, NamedTuple

from sim.experiments.sweeps import addresses
from sim.experiments.sweeps.designs import Point
from sim.experiments.sweeps.joint import Joint
from sim.scenario import Scenario, Study, from_document
from sim.scenario.text.paths import replaced

AROUND = ("base", "low", "high", "level")
"""Points that every design has; the others are its own."""


class Varied(NamedTuple):
    """One scenario of a sweep: the study, its parameters, and every point over them."""

    study: Study
    joint: Joint
    points: list[Point]

    @property
    def scenario(self) -> Scenario:
        """The scenario as its file has it: the base case."""
        return self.study.scenario

    def document(self, point: Point) -> dict[str, Any]:
        """The scenario's document at a point."""
        values = {
            path: parameter.written(point.values[place])
            for place, parameter in enumerate(self.joint.parameters)
            if place in point.values
            for path in parameter.places
        }
        return replaced(self.study.document, values)

    def study_at(self, point: Point) -> Study:
        """The study that has the scenario of a point."""
        return from_document(self.document(point), (), self.study.publications)

    def addresses(self, point: Point) -> dict[str, str]:
        """The address of the blocks of each arm at a point."""
        document = self.document(point)
        return {arm: addresses.of(document, arm) for arm in self.scenario.arms}

    def shown(self, point: Point) -> dict[str, Any]:
        """The value of each parameter at a point by its path, as tables show it."""
        return {
            parameter.path: parameter.shown(point.values.get(place))
            for place, parameter in enumerate(self.joint.parameters)
        }
