"""The battery: every check in order, and what they found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sim.experiments.verification import (
    arms,
    bone_density,
    cohort,
    doses,
    event_logs,
    extreme_values,
    fracture_hazard,
    fractures,
    inputs_used,
    intolerance,
    measurements,
    mortality,
    random_numbers,
    recount,
    reproducibility,
    units,
)
from sim.experiments.verification.subject import Subject
from sim.experiments.verification.verdict import Verdict, not_applicable
from sim.scenario import ScenarioError, Study

if TYPE_CHECKING:
    import pandas as pd

PATIENTS = 2000
"""For what is compared with an expectation; other checks take fewer."""

COLUMNS = ("check", "answers", "verdict", "evidence")
VERDICTS = {True: "passed", False: "failed", None: "not applicable"}

INPUTS = "TECH-VER: input calculations"
EVENTS = "TECH-VER: event-state calculations"
RESULTS = "TECH-VER: result calculations"
UNCERTAIN = "TECH-VER: uncertainty analysis calculations"
EXTREME = "AdViSHE: computerised model, extreme value testing"
TRACES = "AdViSHE: computerised model, testing of traces"
UNITS = "AdViSHE: computerised model, unit testing"


class Check(NamedTuple):
    """A check: its name, the part of a checklist that it answers, and what does it."""

    name: str
    answers: str
    do: Callable[[Subject], Verdict]


CHECKS = (
    Check("quantities are held in the unit of the model", INPUTS, units.quantities),
    Check("every number is read", INPUTS, inputs_used.every_number),
    Check(
        "random numbers have their laws and do not go together",
        UNCERTAIN,
        random_numbers.random_numbers,
    ),
    Check("the drawn cohort is that of the file", INPUTS, cohort.inputs_realised),
    Check("entry values and doses follow from file and draws", INPUTS, cohort.entry_values),
    Check("doses fall on their planned days", EVENTS, doses.as_planned),
    Check("doses are missed and late as stated", EVENTS, doses.attendance),
    Check("reactions are as frequent as stated", EVENTS, doses.reactions),
    Check("bone density is that of a calculation by quadrature", UNITS, bone_density.bone_density),
    Check("markers are those of a calculation by quadrature", UNITS, bone_density.markers),
    Check("measured values are true values with the stated error", UNITS, measurements.measurement),
    Check("everyone is measured at every visit", TRACES, measurements.visits),
    Check("intolerance follows its distribution, rung by rung", EVENTS, intolerance.intolerance),
    Check("death follows the life table", EVENTS, mortality.death),
    Check("fractures without bone are Poisson", EVENTS, fractures.fractures),
    Check("fractures follow the hazard of bone density", EVENTS, fracture_hazard.by_bone_density),
    Check("deaths of fractures follow their draws", EVENTS, fractures.deaths_of_fractures),
    Check("stopping with probability 0 and 1", EXTREME, extreme_values.nobody_stops),
    Check("doses with probability 0 and 1", EXTREME, extreme_values.doses_given),
    Check("mortality of nothing and beyond bearing", EXTREME, extreme_values.mortality),
    Check("fractures that never and always kill", EXTREME, extreme_values.fatal_fractures),
    Check("events in order, nothing after death, one end each", TRACES, event_logs.order_of_events),
    Check("arms part with treatment, not before", TRACES, event_logs.parting),
    Check("follow-up that is cut is a prefix", TRACES, event_logs.shorter_follow_up),
    Check("equal arms differ by nothing", EXTREME, arms.equal_arms),
    Check("zero effect is natural history", EXTREME, arms.no_effect),
    Check("arms break alike where bone does not matter", EXTREME, arms.fractures_without_bone),
    Check("a direct fracture ratio of 1 changes nothing", EXTREME, arms.ratio_of_one),
    Check("more effect never lowers bone density", EVENTS, arms.more_effect),
    Check("labels of arms carry nothing", RESULTS, arms.swapped_labels),
    Check("patients do not act on one another", RESULTS, event_logs.permuted),
    Check("all arms hold the same patients and draws", UNCERTAIN, random_numbers.same_in_every_arm),
    Check("outcomes are those counted from the log", RESULTS, recount.outcomes_recounted),
    Check("differences are paired", UNCERTAIN, recount.pairing),
    Check("two engines agree bit for bit", TRACES, reproducibility.engines),
    Check("blocks of any size give the same bytes", RESULTS, reproducibility.sizes_of_blocks),
    Check("any number of workers gives the same bytes", RESULTS, reproducibility.workers),
)


class Finding(NamedTuple):
    """What one check found."""

    check: Check
    verdict: Verdict

    @property
    def word(self) -> str:
        """The verdict: passed, failed or not applicable."""
        return VERDICTS[self.verdict.passed]


@dataclass(frozen=True)
class Verification:
    """A study, and what every check of the battery found in it."""

    study: Study
    patients: int
    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """True where no check failed; those that do not apply do not count."""
        return not self.failed

    @property
    def failed(self) -> tuple[Finding, ...]:
        """The findings of the checks that failed."""
        return tuple(found for found in self.findings if found.verdict.passed is False)

    @property
    def table(self) -> pd.DataFrame:
        """One row a check: its name, what it answers, the verdict and the evidence."""
        import pandas as pd

        rows = [(f.check.name, f.check.answers, f.word, f.verdict.evidence) for f in self.findings]
        return pd.DataFrame(rows, columns=list(COLUMNS))


def found_by(subject: Subject, checks: Sequence[Check] = CHECKS) -> Iterator[Finding]:
    """What each check finds, one after another; every check of the battery unless told."""
    for check in checks:
        yield Finding(check, _done(check, subject))


def _done(check: Check, subject: Subject) -> Verdict:
    """A check that needs a change which the scenario does not allow does not apply, and says so."""
    try:
        return check.do(subject)
    except ScenarioError as error:
        return not_applicable(f"the scenario cannot be changed so: {error.mistakes[0].message}")
