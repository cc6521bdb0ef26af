"""The list of checks, and running them on a scenario."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from sim.display import html
from sim.experiments import verbs
from sim.experiments.in_memory import InMemory
from sim.experiments.verification import (
    bone_and_markers,
    cohort,
    deaths,
    doses,
    extreme_values,
    fractures,
    inputs,
    intolerance,
    outcomes,
    patient_histories,
    random_numbers,
    worth,
)
from sim.experiments.verification.subject import Subject
from sim.experiments.verification.verdict import Verdict, not_applicable
from sim.results import Kind
from sim.scenario import ScenarioError, Study

if TYPE_CHECKING:
    import pandas as pd

PATIENTS = 2000
"""Number of patients for checks against an expectation; other checks take fewer."""

VERDICTS = {True: "passed", False: "failed", None: "not applicable"}


class Check(NamedTuple):
    """A check: its name, the part of a checklist that it belongs to, and its function."""

    name: str
    answers: str
    run: Callable[[Subject], Verdict]


CHECKS = tuple(
    Check(name, answers, run)
    for answers, checks in (
        ("TECH-VER: input calculations", {
            "Quantities are converted to the units of the model": inputs.quantities,
            "Every number of the file is used": inputs.every_number,
            "The cohort matches its distributions": cohort.cohort,
            "Entry values and doses match the file and the draws": cohort.entry_values,
        }),
        ("TECH-VER: uncertainty analysis calculations", {
            "Random numbers follow their distributions and are uncorrelated":
                random_numbers.distributions,
            "All arms have the same patients and random numbers":
                random_numbers.same_in_every_arm,
            "Errors of differences account for pairing": outcomes.differences,
        }),
        ("TECH-VER: event-state calculations", {
            "Doses are given on their planned days": doses.as_planned,
            "Missed and late doses match their probabilities": doses.attendance,
            "Reactions match their probabilities": doses.reactions,
            "Times to intolerance match their distribution": intolerance.intolerance,
            "Deaths match the life table": deaths.of_life_table,
            "Fractures are a Poisson process if bone density has no effect": fractures.poisson,
            "Fractures match the hazard from bone density": fractures.by_bone_density,
            "Deaths after fractures match their draws": deaths.of_fractures,
            "A larger effect never lowers bone density": extreme_values.more_effect,
        }),
        ("AdViSHE: computerised model, unit testing", {
            "Bone density matches numerical integration": bone_and_markers.bone_density,
            "Markers match numerical integration": bone_and_markers.markers,
            "Measurement errors match the stated variation": bone_and_markers.measurement_error,
        }),
        ("AdViSHE: computerised model, extreme value testing", {
            "Intolerance with probability 0 and 1": extreme_values.intolerance,
            "Doses with probability 0 and 1": extreme_values.doses,
            "Zero and extreme mortality": extreme_values.mortality,
            "Fatal fractures with probability 0 and 1": extreme_values.fatal_fractures,
            "Equal arms have equal results": extreme_values.equal_arms,
            "Treatment without effect reproduces natural history": extreme_values.no_effect,
            "All arms have the same fractures if bone density has no effect":
                extreme_values.fractures_without_bone,
            "A direct fracture ratio of 1 has no effect": extreme_values.ratio_of_one,
        }),
        ("AdViSHE: computerised model, testing of traces", {
            "Every patient is measured at every visit": bone_and_markers.visits,
            "Events are in order and each patient has one end": patient_histories.order_of_events,
            "Arms are identical before treatment differs": patient_histories.before_treatment,
            "Shorter follow-up reproduces the same events": patient_histories.shorter_follow_up,
            "Both engines write identical logs": patient_histories.engines,
        }),
        ("TECH-VER: result calculations", {
            "Arm labels have no effect": extreme_values.labels,
            "Patients are independent": patient_histories.independent,
            "Outcomes match a recount of the event log": outcomes.recounted,
            "Years in states add up to life-years": worth.years_in_states,
            "Costs and quality of life match a count of single lives": worth.single_lives,
            "Sums over groups are those over patients": worth.sums_of_groups,
            "The block size has no effect": patient_histories.block_sizes,
            "The number of workers has no effect": patient_histories.workers,
        }),
    )
    for name, run in checks.items()
)  # fmt: skip


class Finding(NamedTuple):
    """A check and its verdict."""

    check: Check
    verdict: Verdict

    @property
    def word(self) -> str:
        """The verdict: passed, failed or not applicable."""
        return VERDICTS[self.verdict.passed]


@dataclass(frozen=True, repr=False)
class Verification(InMemory):
    """A study and the verdicts of the checks on it."""

    kind: ClassVar[Kind] = "verification"

    study: Study
    patients: int
    findings: tuple[Finding, ...]

    @property
    def tables_named(self) -> tuple[str, ...]:
        """The one table."""
        return ("table",)

    @property
    def about(self) -> str:
        """Scenario, patients, and how many checks passed, failed or did not apply."""
        words = [finding.word for finding in self.findings]
        counts = ", ".join(f"{words.count(word)} {word}" for word in VERDICTS.values())
        return f"{self.study.scenario.name}, {self.patients} patients; {counts}"

    def _repr_html_(self) -> str:
        """A row for each check, for a notebook, with the count of verdicts below."""
        heads = ("check", "verdict", "evidence")
        rows = self.table[[*heads]].to_numpy().tolist()
        above = html.above(verbs.module_of(self.kind).shown(self).printout)
        return (
            f"<div>{above}{html.table(heads, rows, range(3))}{html.paragraph([self.about])}</div>"
        )

    @property
    def passed(self) -> bool:
        """True if no check failed; checks that do not apply do not count."""
        return all(finding.verdict.passed is not False for finding in self.findings)

    @property
    def table(self) -> pd.DataFrame:
        """One row per check.

        Returns
        -------
        DataFrame
            Columns `check` (name), `answers` (part of a checklist), `verdict` (`passed`, `failed`
            or `not applicable`) and `evidence` (the numbers behind the verdict).
        """
        import pandas as pd

        rows = [(f.check.name, f.check.answers, f.word, f.verdict.evidence) for f in self.findings]
        return pd.DataFrame(rows, columns=["check", "answers", "verdict", "evidence"])


def run_checks(subject: Subject, checks: Sequence[Check] = CHECKS) -> Iterator[Finding]:
    """Run checks one after another and yield their verdicts.

    A check that needs a change which the scenario does not allow does not apply.
    """
    for check in checks:
        try:
            verdict = check.run(subject)
        except ScenarioError as error:
            why = "the scenario does not allow the change for this check"
            verdict = not_applicable(f"{why}: {error.mistakes[0].message}")
        yield Finding(check, verdict)
