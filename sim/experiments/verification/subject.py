"""The scenario under verification: changed as a check needs it, and simulated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sim.experiments import blocks, runs
from sim.experiments.verification import logs, settings
from sim.outcomes import Outcome, SumTable, arm_records, outcomes_of
from sim.scenario import Study, from_document
from sim.scenario.form.study import Scenario
from sim.scenario.form.therapy import Course, Infusions
from sim.scenario.text.paths import DocumentPath, replaced
from sim.simulation import lowering
from sim.simulation.records import Inputs
from sim.simulation.simulate import inputs_of, names_of, simulate_arms

SOME, FEW, FEWEST = 300, 60, 24
MOST_DAYS = 120_000

LONG_DELAY = {"probability": "30 %", "mean": "10 days"}
MISSED = {"given": "80 %", "delay": LONG_DELAY, "ends_course": "1 %"}
OFTEN_INTOLERANT = [{"probability": "60 %", "until": "24 months"}]


LEFT_OUT: settings.Changes = {
    ("loss",): None,
    ("cohort", "recent_fracture"): None,
    ("economics",): None,
}
"""Parts of a scenario that most checks leave out; tests cover their rules. No simulation reads
`economics`, which has checks of its own."""


def nothing() -> None:
    """Do nothing, where nobody wants to know how far a check is."""


@dataclass(frozen=True)
class Subject:
    """A study under verification, and the largest number of its patients to simulate.

    `tick` is called for each number of the file that a check has changed.
    """

    study: Study
    many: int
    tick: Callable[[], None] = nothing

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

    def changed(self, *changes: settings.Changes) -> Study:
        """The study with parts of its document replaced.

        No patient is lost to follow-up in it, none had a recent fracture at entry, regimens do
        not act on mortality, therapies have no rules, and nothing has a price.
        """
        if not any(changes) and not self._has_parts_left_out:
            return self.study
        document = replaced(self.study.document, LEFT_OUT)
        document = replaced(document, self._without_rules)
        no_ratio = {"mortality_ratio": None}
        document = replaced(
            document, settings.each_of(("effects",), self.scenario.effects, no_ratio)
        )
        for change in changes:
            document = replaced(document, change)
        document = _without_empty({**document, "answers": None})  # no part of the model
        if document.get("comparator") not in document["arms"]:
            document.pop("comparator", None)
        return from_document(document, self.study.numbers)

    @property
    def _has_parts_left_out(self) -> bool:
        """Whether the file has what the checks do without."""
        scenario = self.scenario
        acts = any(row.mortality_ratio != 1 for row in scenario.effects.values())
        acts = acts or bool(self._without_rules) or scenario.economics is not None
        return acts or scenario.loss is not None or scenario.cohort.recent_fracture is not None

    @property
    def _without_rules(self) -> settings.Changes:
        """Therapies from enrolment on in place of rules, and of a start after a rule's end."""
        changes: dict[DocumentPath, Any] = {}
        therapies = self.scenario.therapies
        for name, therapy in therapies.items():
            start = therapy.start
            after = None if start.after is None else therapies[start.after]
            if start.is_on_fracture or (after is not None and after.stop is not None):
                changes["therapies", name, "start"] = None
            if therapy.stop is not None:
                changes["therapies", name, "stop"] = None
        return changes

    def inputs(self, count: int, *changes: settings.Changes) -> dict[str, Inputs]:
        """The inputs of the model for the first patients in every arm, without simulating them."""
        return inputs_of(lowering.protocol(self.changed(*changes).scenario), range(count))

    def people(self, count: int, *changes: settings.Changes) -> Any:
        """The first patients as the model has them, the same in every arm."""
        return next(iter(self.inputs(count, *changes).values())).patients

    def arms(self, count: int, *changes: settings.Changes) -> logs.Arms:
        """The first patients simulated in every arm."""
        return simulated(self.changed(*changes), range(count))

    def first_arm(self, count: int, *changes: settings.Changes) -> logs.Arm:
        """The first patients in the first arm."""
        return next(iter(self.arms(count, *changes).values()))

    @property
    def no_noise(self) -> settings.Changes:
        """Measurements without error."""
        return {("measurement", name): "0 %" for name in self.study.document["measurement"]}

    def fracture_ratio(self, by_site: Mapping[str, str] | None) -> settings.Changes:
        """Regimens with a direct fracture ratio, or None: they act through bone density alone."""
        return settings.each_of(("effects",), self.scenario.effects, {"fracture_ratio": by_site})

    @property
    def plain(self) -> Subject:
        """The subject without `after_stopping`, and with one `accrual` for all rows.

        Checks that recalculate bone density and hazards from the log describe this subject.
        """
        after = settings.each_of(("therapies",), self.scenario.therapies, {"after_stopping": None})
        accruals = settings.each_of(("effects",), self.scenario.effects, {"accrual": None})
        return Subject(self.changed(after, accruals), self.many)

    @property
    def strain(self) -> settings.Changes:
        """Missed and late doses in every infusion therapy, frailty and a ladder in every course."""
        changes: dict[DocumentPath, Any] = {}
        for name, therapy in self.scenario.therapies.items():
            values: dict[str, Any] = MISSED
            if isinstance(therapy, Course):
                values = {"frailty_sd": "0.8", "on_intolerance": ["halve", "stop"]}
                if therapy.intolerance is None:
                    values["intolerance"] = OFTEN_INTOLERANT
            changes |= settings.each_of(("therapies",), [name], values)
        return changes


def _without_empty(node: Any) -> Any:
    """A document without the parts whose value is None."""
    if not isinstance(node, dict):
        return node
    return {key: _without_empty(value) for key, value in node.items() if value is not None}


def baseline_of(scenario: Scenario, count: int) -> lowering.Baseline:
    """The first patients at enrolment, with the normal scores of their responses."""
    return lowering.enrol(scenario.cohort, scenario.seed, range(count))


def simulated(study: Study, patients: range) -> logs.Arms:
    """Some patients in every arm."""
    arms = simulate_arms(lowering.protocol(study.scenario), patients, "batch")
    return {name: logs.Arm(name, study.scenario, *arm) for name, arm in arms.items()}


def work_of(study: Study) -> blocks.Work:
    """The work of simulating blocks of patients and adding up outcomes, arms against comparator."""
    return blocks.Work([study], "batch", runs.differences_from_comparator(study))


def sums_of(study: Study, patients: range) -> SumTable:
    """The sums of outcomes over patients, in cells of patients."""
    return blocks.do(work_of(study), patients).sums


def patient_outcomes(study: Study, arm: logs.Arm) -> list[Outcome]:
    """Every outcome of one arm, with a numerator and a denominator for each patient."""
    return list(outcomes_of(arm_records(arm.inputs, arm.log, names_of(study))))
