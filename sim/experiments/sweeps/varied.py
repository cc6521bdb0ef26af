"""One scenario of a sweep with everything that varies in it."""

from __future__ import annotations

from typing import Any, NamedTuple

from sim.experiments.sweeps.designs import Point
from sim.experiments.sweeps.joint import Joint
from sim.scenario import Study
from sim.scenario.text.paths import replaced

AROUND = ("base", "low", "high", "level")
"""Points that every design has; the others are its own."""


class Varied(NamedTuple):
    """One scenario of a sweep: the study, its parameters, and every point over them."""

    study: Study
    joint: Joint
    points: list[Point]

    def document(self, point: Point) -> dict[str, Any]:
        """The scenario's document at a point."""
        values = {
            path: parameter.written(point.values[place])
            for place, parameter in enumerate(self.joint.parameters)
            if place in point.values
            for path in parameter.places
        }
        return replaced(self.study.document, values)
