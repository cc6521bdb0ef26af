"""The scenario under verification: changed as a check needs it, and simulated."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim import evidence, outcomes
from sim.experiments import blocks
from sim.experiments.blocks import Work
from sim.outcomes.definitions.named import Outcome, outcomes_of
from sim.scenario import Study, from_document
from sim.scenario.form.study import Scenario
from sim.scenario.form.therapy import Course, Infusions
from sim.simulation import lowering
from sim.simulation.lowering import Baseline
from sim.simulation.records import Inputs, Log
from sim.simulation.simulate import names_of, simulate_arms
from sim.vocabulary import SITES

DocumentPath = tuple[str | int, ...]
Changes = Mapping[Any, Any]
"""New values of parts of a document by their `DocumentPath`; None removes the part."""

Lives = dict[str, tuple[Inputs, Log]]
"""Inputs and log of the patients in each arm."""

SOME, FEW, FEWEST = 300, 60, 24
MOST_DAYS = 120_000

MISSED = {
    "given": "80 %",
    "delay": {"probability": "30 %", "mean": "10 days"},
    "ends_course": "1 %",
}
OFTEN_INTOLERANT = [{"probability": "60 %", "until": "24 months"}]


def in_each(part: Sequence[str], names: Iterable[str], values: Mapping[str, Any]) -> Changes:
    """The same values in several entries of a part of the document."""
    return {(*part, name, key): value for name in names for key, value in values.items()}


def in_each_site(key: str, value: Any) -> Changes:
    """The same value of one setting at every fracture site."""
    return in_each(("fractures", "sites"), SITES, {key: value})


def base_rate(rate: str) -> Changes:
    """Another base rate of fractures."""
    return {("fractures", "base_rate"): rate}


def mortality_ratio(ratio: str) -> Changes:
    """Another standardised mortality ratio."""
    return {("mortality", "standardised_mortality_ratio"): ratio}


NO_GRADIENT = in_each_site("gradient", "1")
NO_FATAL_FRACTURES = in_each_site("case_fatality", "0 %")
NO_DEATHS: Changes = {**mortality_ratio("0"), **NO_FATAL_FRACTURES}


@dataclass(frozen=True)
class Subject:
    """A study under verification, and the largest number of its patients to simulate."""

    study: Study
    many: int

    @property
    def some(self) -> int:
        """Number of patients whose logs are compared with other logs."""
        return min(self.many, SOME)

    @property
    def few(self) -> int:
        """Number of patients recalculated by another method; smaller for longer follow-up."""
        return max(2, min(self.many, FEW, MOST_DAYS // round(self.scenario.horizon)))

    @property
    def fewest(self) -> int:
        """Number of patients simulated with SimPy as well."""
        return min(self.many, FEWEST)

    @property
    def scenario(self) -> Scenario:
        """The scenario of the study."""
        return self.study.scenario

    @property
    def taken(self) -> set[str]:
        """The therapies that some arm takes."""
        return {name for arm in self.scenario.arms.values() for name in arm}

    @property
    def courses(self) -> dict[str, Course]:
        """Courses that some arm takes, by name."""
        therapies = self.scenario.therapies.items()
        return {n: t for n, t in therapies if n in self.taken and isinstance(t, Course)}

    @property
    def infusions(self) -> dict[str, Infusions]:
        """Therapies by infusion that some arm takes, by name."""
        therapies = self.scenario.therapies.items()
        return {n: t for n, t in therapies if n in self.taken and isinstance(t, Infusions)}

    def changed(self, *changes: Changes) -> Study:
        """The study with parts of its document replaced."""
        if not any(changes):
            return self.study
        document = copy.deepcopy(self.study.document)
        for path, value in (item for change in changes for item in change.items()):
            _put(document, path, value)
        document.pop("answers", None)  # published results do not affect the simulation
        if document.get("comparator") not in document["arms"]:
            document.pop("comparator", None)
        return from_document(document, self.study.numbers)

    def inputs(self, count: int, *changes: Changes) -> dict[str, Inputs]:
        """The inputs of the model for the first patients in every arm, without simulating them."""
        scenario = self.changed(*changes).scenario
        table = evidence.life_table(scenario.mortality.life_table)
        return lowering.lower(scenario, table, 0, count)

    def lives(self, count: int, *changes: Changes) -> Lives:
        """Inputs and log of the first patients in every arm."""
        return simulate_arms(self.changed(*changes), range(count), "batch")

    @property
    def no_noise(self) -> Changes:
        """Measurements without error."""
        return {("measurement", name): "0 %" for name in self.study.document["measurement"]}

    @property
    def no_ratio(self) -> Changes:
        """Regimens that act on fractures only through bone density."""
        return in_each(("effects",), self.scenario.effects, {"fracture_ratio": None})

    @property
    def strain(self) -> Changes:
        """Missed and late doses in every infusion therapy, frailty and a ladder in every course."""
        changes: dict[DocumentPath, Any] = {}
        for name, therapy in self.scenario.therapies.items():
            values: dict[str, Any] = MISSED
            if isinstance(therapy, Course):
                values = {"frailty_sd": "0.8", "on_intolerance": ["halve", "stop"]}
                if therapy.intolerance is None:
                    values["intolerance"] = OFTEN_INTOLERANT
            changes |= in_each(("therapies",), [name], values)
        return changes


def _put(document: Any, path: DocumentPath, value: Any) -> None:
    """Set one part of a document; None removes the part."""
    for key in path[:-1]:
        if isinstance(document, dict) and key not in document:
            document[key] = {}
        document = document[key]
    if value is not None:
        document[path[-1]] = value
    elif not isinstance(document, list):
        document.pop(path[-1], None)


def text_at(document: Any, path: DocumentPath) -> str:
    """The text at a path of a document."""
    for key in path:
        document = document[key]
    return str(document)


def therapies_of(scenario: Scenario, arm: str) -> list[tuple[int, str, Course | Infusions]]:
    """Slot, name and form of each therapy of an arm."""
    therapies = enumerate(scenario.therapies.items())
    return [(slot, name, form) for slot, (name, form) in therapies if name in scenario.arms[arm]]


def baseline_of(scenario: Scenario, count: int) -> Baseline:
    """The first patients at enrolment, with the normal scores of their responses."""
    return lowering.enrol(scenario.cohort, scenario.seed, 0, count)


def work_of(study: Study) -> Work:
    """The work of simulating blocks of patients and adding up outcomes, arms against comparator."""
    comparator = study.scenario.compared_with
    others = [arm for arm in study.scenario.arms if arm != comparator]
    return Work([study], "batch", {(0, arm): (0, comparator) for arm in others}, False)


def sums_of(study: Study, patients: range) -> outcomes.Tally:
    """The sums of outcomes over patients, in cells of patients."""
    return blocks.do(work_of(study), patients).tally


def patient_outcomes(study: Study, inputs: Inputs, log: Log) -> list[Outcome]:
    """Every outcome of one arm, with a numerator and a denominator for each patient."""
    people = outcomes.persons(inputs, log, names_of(study))
    return list(outcomes_of(people, round(study.scenario.horizon)))
