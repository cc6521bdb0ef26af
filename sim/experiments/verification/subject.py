"""The scenario that is verified, changed as a check needs it, and the lives of its patients."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.scenario import Study, from_document
from sim.scenario.form.study import Scenario
from sim.scenario.form.therapy import Course, Infusions
from sim.simulation import lowering
from sim.simulation.records import Inputs, Log
from sim.simulation.simulate import inputs_of, simulate_arms
from sim.vocabulary import SITES

Path = tuple[str | int, ...]
Changes = Mapping[Any, Any]
"""Parts of a document to replace: what stands at a `Path`; None takes it out."""

Lives = dict[str, tuple[Inputs, Log]]

SOME, FEW, FEWEST = 300, 60, 24
MOST_DAYS = 120_000

NO_GRADIENT: Changes = {("fractures", "sites", site, "gradient"): "1" for site in SITES}
NO_FATAL_FRACTURES: Changes = {
    ("fractures", "sites", site, "case_fatality"): "0 %" for site in SITES
}
NOBODY_DIES: Changes = {
    ("mortality", "standardised_mortality_ratio"): "0",
    **NO_FATAL_FRACTURES,
}


@dataclass(frozen=True)
class Subject:
    """A study under verification, and how many of its patients are simulated.

    `many` for what is compared with an expectation, `some` for lives compared with lives, `few` for
    lives that are calculated again by another way, `fewest` for those that SimPy repeats.
    """

    study: Study
    many: int

    @property
    def some(self) -> int:
        """Patients whose lives are compared with other lives."""
        return min(self.many, SOME)

    @property
    def few(self) -> int:
        """Patients who are calculated again; fewer, the longer they are followed."""
        return max(2, min(self.many, FEW, MOST_DAYS // round(self.scenario.horizon)))

    @property
    def fewest(self) -> int:
        """Patients whom SimPy follows as well."""
        return min(self.many, FEWEST)

    @property
    def scenario(self) -> Scenario:
        """The scenario of the study."""
        return self.study.scenario

    @property
    def courses(self) -> dict[str, Course]:
        """Courses that some arm takes, by name."""
        taken = self.taken
        return {n: t for n, t in self.scenario.therapies.items() if n in taken and is_course(t)}  # type: ignore[misc]

    @property
    def infusions(self) -> dict[str, Infusions]:
        """Therapies by infusion that some arm takes, by name."""
        taken = self.taken
        return {n: t for n, t in self.scenario.therapies.items() if n in taken and not is_course(t)}  # type: ignore[misc]

    @property
    def taken(self) -> set[str]:
        """The therapies that some arm takes."""
        return {name for arm in self.scenario.arms.values() for name in arm}

    def changed(self, *changes: Changes) -> Study:
        """The study with parts of its document replaced; None takes a part out."""
        document = copy.deepcopy(self.study.document)
        for path, value in (item for change in changes for item in change.items()):
            put(document, path, value)
        document.pop("answers", None)  # what it is held against plays no part in the lives
        if document.get("comparator") not in document["arms"]:
            document.pop("comparator", None)
        return from_document(document, self.study.numbers)

    def inputs(self, count: int, *changes: Changes) -> dict[str, Inputs]:
        """What the model is handed of the first patients, in every arm; nobody is simulated."""
        scenario = (self.changed(*changes) if changes else self.study).scenario
        return inputs_of(lowering.protocol(scenario), range(count))

    def lives(self, count: int, *changes: Changes) -> Lives:
        """The lives of the first patients in every arm, of the study or of a changed one."""
        study = self.changed(*changes) if changes else self.study
        return simulate_arms(lowering.protocol(study.scenario), range(count), "batch")

    @property
    def no_noise(self) -> Changes:
        """Measurements without error."""
        return {("measurement", name): "0 %" for name in self.study.document["measurement"]}

    @property
    def no_ratio(self) -> Changes:
        """No regimen acts on fractures but through bone density."""
        return {("effects", name, "fracture_ratio"): None for name in self.scenario.effects}

    @property
    def strain(self) -> Changes:
        """Every therapy with missed and late doses, or with frailty and a dose halved first."""
        changes: dict[Path, Any] = {}
        for name, therapy in self.scenario.therapies.items():
            for key, value in (_of_course(therapy) if is_course(therapy) else MISSED).items():
                changes["therapies", name, key] = value
        return changes


MISSED = {
    "given": "80 %",
    "delay": {"probability": "30 %", "mean": "10 days"},
    "ends_course": "1 %",
}


def _of_course(therapy: Any) -> dict[str, Any]:
    often = [{"probability": "60 %", "until": "24 months"}]
    kept = {} if therapy.intolerance is not None else {"intolerance": often}
    return {**kept, "frailty_sd": "0.8", "on_intolerance": ["halve", "stop"]}


def is_course(therapy: Any) -> bool:
    """True for a therapy that is taken all the time."""
    return isinstance(therapy, Course)


def put(document: Any, path: Sequence[str | int], value: Any) -> None:
    """Set one part of a document; None takes it out."""
    for key in path[:-1]:
        if isinstance(document, dict) and key not in document:
            document[key] = {}
        document = document[key]
    if value is not None:
        document[path[-1]] = value
    elif not isinstance(document, list):
        document.pop(path[-1], None)


def same(one: Log, other: Log) -> bool:
    """True where two logs hold the same bytes."""
    return all(a.tobytes() == b.tobytes() for a, b in zip(one, other, strict=True))


def differing(one: Log, other: Log) -> set[int]:
    """Patients whose rows are not the same in two logs."""
    lines = [set(zip(*(column.tolist() for column in log), strict=True)) for log in (one, other)]
    return {row[0] for row in lines[0] ^ lines[1]}


def rows_of(log: Log, first: int, last: int) -> Log:
    """The rows of the kinds from `first` to before `last`."""
    inside = (log.kind >= first) & (log.kind < last)
    return Log._make(column[inside] for column in log)
