"""One scenario of a sweep: everything that varies in it, and the outcomes that are kept of it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from sim.economics.columns import as_outcomes
from sim.experiments.sweeps import addresses
from sim.experiments.sweeps.designs import Point
from sim.experiments.sweeps.joint import Joint
from sim.outcomes import Outcome, outcomes_of, records_by_arm
from sim.outcomes.definitions.named import at_last_day
from sim.outcomes.units import GROUP
from sim.scenario import Scenario, Study, from_document
from sim.scenario.text.paths import replaced
from sim.simulation.columns import DRAWN_ANEW, Columns
from sim.simulation.draws import generator
from sim.vocabulary import BONES, DRAWN, Engine

AROUND = ("base", "low", "high", "level")
"""Points that every design has; the others are its own."""

OVER_TIME = tuple(f"{bone} change" for bone in BONES)
"""Outcomes that are kept at every visit; the others at their last day."""


class Varied(NamedTuple):
    """One scenario of a sweep: the study, its parameters, and every point over them.

    Where patients are `fresh`, each draw has patients of its own; else all points have the same.
    """

    study: Study
    joint: Joint
    points: list[Point]
    fresh: bool = False

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
        if self.fresh and point.role in DRAWN:
            values[("seed",)] = str(seed_of(self.scenario.seed, point.number))
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


def group_of(scenario: Scenario) -> int:
    """Patients that are summed up at once: a clinic, or `GROUP` who do not meet."""
    return GROUP if scenario.together == 1 else scenario.together


def seed_of(seed: int, point: int) -> int:
    """The seed of the patients of one draw, another for each."""
    return int(generator(seed, f"patients of draw {point}").integers(2**53))


def kept_outcomes(
    study: Study, patients: range, engine: Engine, arms: Collection[str] | None = None,
    columns: Columns = DRAWN_ANEW,
) -> dict[str, list[Outcome]]:  # fmt: skip
    """Simulate some patients of a study, and return the outcomes to keep of each arm."""
    records, scenario = records_by_arm(study, patients, engine, arms, columns), study.scenario
    kept = {arm: at_last_day(outcomes_of(records[arm]), OVER_TIME) for arm in records}
    if scenario.economics is None:
        return kept
    return {
        arm: [*own, *as_outcomes(records[arm], scenario, scenario.arms[arm])]
        for arm, own in kept.items()
    }
