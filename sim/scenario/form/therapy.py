"""Therapies: infusions in phases, courses with a dose, their reactions and interruptions."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate, count, takewhile
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from sim.scenario.form import quantities
from sim.scenario.form.intolerance import IntoleranceForm
from sim.scenario.form.names import possible_names
from sim.scenario.form.quantities import Form, StandsFor, only_one
from sim.scenario.form.quantity import refuse
from sim.scenario.form.rules import AT_ENROLMENT, StartForm, StopForm
from sim.scenario.form.stopping import AfterStopping
from sim.scenario.form.units import Dose
from sim.vocabulary import MOST_RUNGS

MOST_PHASES = 100

RatioActs = Literal["as printed", "with the action"]
"""How a therapy carries a fracture ratio from one dose to the next."""


class Phase(Form):
    """Doses at one interval for a time; the last phase of a schedule may last to the end."""

    every: quantities.Days
    """Time between two doses, e.g. 3 months."""
    duration: quantities.Days | None = Field(None, alias="for")
    """Duration of this phase; if the last phase omits it, it lasts to the end, e.g. 24 months."""

    def check(self) -> None:
        """Refuse doses on the same day, and a phase of one dose."""
        if self.every < 1:
            raise refuse("doses are at least 1 day apart")
        if self.duration is not None and self.duration < self.every:
            raise refuse("the phase ends before its second dose: `for` is shorter than `every`")

    def days(self, start: float, before: float) -> list[int]:
        """Planned days of a phase from `start` until before `before`: round(start + k x every).

        Halves round to even, as Python rounds.
        """
        ends = before if self.duration is None else min(before, start + self.duration)
        times = (start + k * self.every for k in count())
        inside = takewhile(lambda t: t < ends - 1e-6 and round(t) < round(before), times)
        return [round(time) for time in inside]


def _each_begins(phases: list[Phase]) -> list[Phase]:
    """Phases that follow one another. Raises PydanticCustomError for others."""
    if not 1 <= len(phases) <= MOST_PHASES:
        raise refuse(f"{len(phases)} phases; allowed: 1 to {MOST_PHASES}")
    if any(phase.duration is None for phase in phases[:-1]):
        raise refuse("only the last phase may omit `for`; the next phase would never begin")
    return phases


class Schedule(Form):
    """The phases of a therapy by infusion or injection, one after the other."""

    phases: Annotated[list[Phase], AfterValidator(_each_begins)]
    """The phases in their order, e.g. [{every: 1 month, for: 24 months}, {every: 3 months}]."""

    @property
    def duration(self) -> float | None:
        """Days from the first dose to the end of the last phase; None without an end."""
        lengths = [phase.duration for phase in self.phases]
        return None if None in lengths else sum(length or 0.0 for length in lengths)

    def days(self, start: float, before: float) -> list[int]:
        """Planned days from `start` until before `before` (both in days).

        Each phase counts from its own beginning.
        """
        return [day for phase, begin in self.begins(start) for day in phase.days(begin, before)]

    def begins(self, start: float) -> Iterator[tuple[Phase, float]]:
        """Each phase with the time at which it begins, where the first begins at `start`."""
        lengths = (phase.duration or 0.0 for phase in self.phases)
        return zip(self.phases, accumulate(lengths, initial=start), strict=False)


PhaseList = Annotated[Schedule, StandsFor("phases", list)]


class InfusionReference(Form):
    """The plan whose mean exposure, with every dose given, is an action of 1."""

    infusion: quantities.InfusionDose | None = None
    """Dose of one infusion in that plan, e.g. 1 mg/kg."""
    injection: quantities.InfusionDose | None = None
    """Dose of one injection in that plan, e.g. 60 mg."""
    schedule: PhaseList
    """When the doses of that plan are given, e.g. [{every: 1 month}]."""
    over: quantities.FromADay
    """Time over which the exposure is averaged: the follow-up in which the effects were observed,
    e.g. 60 months."""

    def check(self) -> None:
        """Refuse two doses."""
        only_one(self, ("infusion", "injection"), "the plan of `action_1`")

    @property
    def dose(self) -> Dose:
        """The dose of one infusion or injection."""
        return self.infusion or self.injection  # type: ignore[return-value]


class Exposure(Form):
    """How fast the effect of a dose wears off, and the plan that is an action of 1."""

    half_life: quantities.HalfLife
    """Half-life of the effect on bone after a dose, not of the concentration in blood,
    e.g. 45 days."""
    action_1: InfusionReference
    """The plan whose mean exposure has the full effect of `effects`."""


class Delay(Form):
    """Late doses: their share and their mean delay, which is exponentially distributed."""

    probability: quantities.Share
    """Share of the doses that are late, e.g. 30 %."""
    mean: quantities.Days
    """Mean delay of the late doses, e.g. 10 days."""


class Reaction(Form):
    """A reaction: its probability at the first and at later doses, and of ending the therapy."""

    first: quantities.Share
    """Probability at the first dose, e.g. 41 %."""
    later: quantities.Share
    """Probability at each later dose, e.g. 5 %."""
    ends_course: quantities.Share = 0.0
    """Probability that a reaction ends the therapy, e.g. 2 %."""


class Infusions(Form):
    """A therapy given at visits, as infusions or as injections."""

    infusion: quantities.InfusionDose | None = None
    """Dose of one infusion, e.g. 1 mg/kg."""
    injection: quantities.InfusionDose | None = None
    """Dose of one injection, instead of `infusion`, e.g. 60 mg."""
    schedule: PhaseList
    """When doses are given, e.g. [{every: 1 month, for: 24 months}, {every: 3 months}]."""
    exposure: Exposure
    """How fast the effect of a dose wears off."""
    start: StartForm = AT_ENROLMENT
    """When the therapy begins; if left out, at enrolment, e.g. 12 months."""
    stop: StopForm | None = None
    """Condition on a measured T-score that ends the therapy at a visit; if left out, there is none,
    e.g. spine T above -2.5."""
    given: quantities.Share = 1.0
    """Share of the planned doses that are given, e.g. 80 %."""
    delay: Delay | None = None
    """Late doses; if left out, there are none, e.g. {probability: 30 %, mean: 10 days}."""
    ends_course: quantities.Share = 0.0
    """Probability that a dose is the last, e.g. 1 %."""
    reactions: Annotated[dict[str, Reaction], AfterValidator(possible_names("a reaction"))] = Field(
        {}
    )
    """Reactions to doses, each under a name, e.g. {acute_phase: {first: 41 %, later: 5 %}}."""
    fracture_ratio_acts: RatioActs = "as printed"
    """How a ratio acts: in full from the lowest action under `action_1` on, or to the power of the
    action, e.g. as printed."""
    after_stopping: AfterStopping | None = None
    """Loss of bone and fractures after the last dose; if left out, there is none,
    e.g. {spine: -8 %/year, for: 12 months}."""

    def check(self) -> None:
        """Refuse two doses."""
        only_one(self, ("infusion", "injection"), "a therapy")

    @property
    def dose(self) -> Dose:
        """The dose of one infusion or injection."""
        return self.infusion or self.injection  # type: ignore[return-value]

    @property
    def wait_after_stopping(self) -> float:
        """Days from the last dose to the time after stopping."""
        wait = None if self.after_stopping is None else self.after_stopping.wait
        return self.schedule.phases[-1].every if wait is None else wait

    @property
    def by(self) -> str:
        """How the dose is given: infusion or injection."""
        return "infusion" if self.infusion is not None else "injection"


class CourseReference(Form):
    """The course that is an action of 1."""

    course: quantities.CourseDose
    """Single dose of the course with the full effect, e.g. 1.5 MU."""
    times_per_week: quantities.Often
    """Doses per week of that course, e.g. 3."""


class Course(Form):
    """A therapy taken continuously, until the plan or intolerance ends it."""

    course: quantities.CourseDose
    """Single dose, e.g. 1.5 MU."""
    times_per_week: quantities.Often
    """Doses per week, e.g. 3."""
    action_1: CourseReference
    """The course with the full effect of `effects`, e.g. {course: 1.5 MU,
    times_per_week: 3}."""
    start: StartForm = AT_ENROLMENT
    """When the therapy begins; if left out, at enrolment, e.g. 12 months."""
    stop: StopForm | None = None
    """Condition on a measured T-score that ends the therapy at a visit; if left out, there is none,
    e.g. spine T above -2.5."""
    duration: quantities.Days | None = Field(None, alias="for")
    """Duration of the course; if left out, to the end, e.g. 24 months."""
    intolerance: IntoleranceForm | None = None
    """Time to intolerance; if left out, no patient becomes intolerant, e.g.
    [{probability: 20 %, until: 3 months}]."""
    hazard_by_dose: quantities.Exponent = 1.0
    """Exponent of the dose, relative to `action_1`, in the risk of intolerance,
    e.g. 1."""
    frailty_sd: quantities.Frailty = 0.0
    """SD between patients of the log risk of intolerance (frailty), e.g. 0.8."""
    on_intolerance: list[Literal["halve", "stop"]] = Field(["stop"])
    """The action at the first, second, ... intolerance, e.g. [halve, stop]."""
    fracture_ratio_acts: RatioActs = "as printed"
    """How a ratio acts: in full from the lowest action under `action_1` on, or to the power of the
    action, e.g. as printed."""
    after_stopping: AfterStopping | None = None
    """Loss of bone and fractures after the last dose; if left out, there is none,
    e.g. {spine: -8 %/year, for: 12 months}."""

    def check(self) -> None:
        """Refuse doses that cannot be compared, and steps after the end."""
        if self.course.unit != self.action_1.course.unit:
            raise refuse("`course` and `action_1` are doses in the same unit")
        if len(self.on_intolerance) > MOST_RUNGS:
            raise refuse(
                f"{len(self.on_intolerance)} steps of on_intolerance; allowed: 1 to {MOST_RUNGS}"
            )
        if not self.on_intolerance or "stop" in self.on_intolerance[:-1]:
            rule = "on_intolerance lists steps, like [stop] or [halve, stop]; `stop` is the last"
            raise refuse(rule)
        if self.duration is not None and self.duration < 1:
            raise refuse("a course lasts at least a day")

    @property
    def wait_after_stopping(self) -> float:
        """Days from the end of the course to the time after stopping."""
        return (self.after_stopping and self.after_stopping.wait) or 0.0

    @property
    def relative_dose(self) -> float:
        """Weekly dose over the weekly dose that acts as 1."""
        weekly = self.course.amount * self.times_per_week
        return weekly / (self.action_1.course.amount * self.action_1.times_per_week)
