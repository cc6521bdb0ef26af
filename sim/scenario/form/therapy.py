"""What patients are given: infusions in phases, courses with a dose, and how each can go wrong."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from sim.scenario.form.quantities import (
    CourseDose,
    Days,
    Form,
    Hazard,
    InfusionDose,
    NonNegative,
    Share,
    Text,
    only_one,
    refuse,
)
from sim.scenario.units import Dose


class Phase(Form):
    """Infusions at one interval, for a while; the last phase of a schedule may go on to the end."""

    every: Days
    duration: Days | None = Field(None, alias="for")

    @model_validator(mode="after")
    def _has_room(self) -> Phase:
        if self.every < 1:
            raise refuse("infusions are at least 1 day apart")
        if self.duration is not None and self.duration < self.every:
            raise refuse("the phase ends before its second infusion: `for` is shorter than `every`")
        return self


class Schedule(Form):
    """The phases of an infusion therapy, one after the other."""

    phases: list[Phase]

    @field_validator("phases", mode="after")
    @classmethod
    def _phases_begin(cls, phases: list[Phase]) -> list[Phase]:
        if not phases:
            raise refuse("a schedule has at least one phase")
        for phase in phases[:-1]:
            if phase.duration is None:
                raise refuse("only the last phase may go without `for`: the next never begins")
        return phases

    @property
    def duration(self) -> float | None:
        """Days from the first infusion to the end of the last phase; None where that is open."""
        lengths = [phase.duration for phase in self.phases]
        return None if None in lengths else sum(length or 0.0 for length in lengths)

    def days(self, start: float, before: float) -> list[int]:
        """Planned days from `start` until before `before` (both in days): round(start + k x every).

        Halves round to even, as Python rounds. Later phases count from their own beginning.
        """
        planned: list[int] = []
        for phase in self.phases:
            ends = before if phase.duration is None else min(before, start + phase.duration)
            k = 0
            while start + k * phase.every < ends - 1e-6 and round(start + k * phase.every) < round(
                before
            ):
                planned.append(round(start + k * phase.every))
                k += 1
            start = start + (phase.duration or 0)
        return planned


def _phases(value: Any) -> Any:
    return {"phases": value} if isinstance(value, list) else value


PhaseList = Annotated[Schedule, BeforeValidator(_phases)]


class InfusionReference(Form):
    """The plan whose mean exposure, with every infusion given, is an action of 1."""

    infusion: InfusionDose | None = None
    injection: InfusionDose | None = None
    schedule: PhaseList
    over: Days

    @model_validator(mode="after")
    def _one_dose(self) -> InfusionReference:
        only_one(self, ("infusion", "injection"), "the plan of `action_1`")
        return self

    @property
    def dose(self) -> Dose:
        """The dose of one infusion or injection."""
        return self.infusion or self.injection  # type: ignore[return-value]


class Exposure(Form):
    """How fast an infusion's effect on the patient wears off, and what counts as an action of 1."""

    half_life: Days
    action_1: InfusionReference


class Delay(Form):
    """With this probability an infusion is late, by an exponential time with this mean."""

    probability: Share
    mean: Days


class Reaction(Form):
    """A reaction: probability at the first and at later infusions, chance to end the course."""

    first: Share
    later: Share
    ends_course: Share = 0.0


class Start(Form):
    """When a therapy begins: at a time after enrolment, or when another therapy has ended.

    Another therapy has ended for a patient when its plan ends or something ends it before; what
    follows begins `wait` later, at the earliest the next day.
    """

    on: Days = 0.0
    after: Text | None = None
    wait: Days = 0.0

    @model_validator(mode="after")
    def _one_way(self) -> Start:
        if self.after is not None and self.on > 0:
            raise refuse("a therapy begins at a time, or `after` another therapy, not both")
        if self.after is None and self.wait > 0:
            raise refuse("`wait` belongs to `after`: {example}",
                         example="{after: pamidronate, wait: 1 month}")  # fmt: skip
        return self


def _start(value: Any) -> Any:
    return {"on": value} if isinstance(value, str) else value


StartForm = Annotated[Start, BeforeValidator(_start)]
AT_ENROLMENT = Start()


class Infusions(Form):
    """A therapy given at visits, as infusions or as injections."""

    infusion: InfusionDose | None = None
    injection: InfusionDose | None = None
    schedule: PhaseList
    exposure: Exposure
    start: StartForm = AT_ENROLMENT
    given: Share = 1.0
    delay: Delay | None = None
    ends_course: Share = 0.0
    reactions: dict[str, Reaction] = Field({})

    @model_validator(mode="after")
    def _doses_compare(self) -> Infusions:
        if self.exposure.half_life <= 0:
            raise refuse("the exposure's half-life is above 0")
        if self.exposure.action_1.over < 1:
            raise refuse("`over` is at least a day")
        return self

    @property
    def dose(self) -> Dose:
        """The dose of one infusion or injection."""
        return self.infusion or self.injection  # type: ignore[return-value]

    @property
    def by(self) -> str:
        """How the dose is given: infusion or injection."""
        return "infusion" if self.infusion is not None else "injection"


class Step(Form):
    """One step of the hazard of intolerance, until a time after the therapy began."""

    probability: Share | None = None
    rate: Hazard | None = None
    until: Days

    @model_validator(mode="after")
    def _one_way(self) -> Step:
        only_one(self, ("probability", "rate"), "a step")
        if self.probability == 1:
            raise refuse("a probability of 100 % has no finite hazard; use 99.99 %")
        return self


class Time(Form):
    """A time to intolerance: its parameters, or a shape and the probability by a time.

    exponential: rate · weibull: shape, scale, S = exp(-(t/scale)^shape) · gompertz: rate x
    exp(growth x years) · lognormal_time: median, sigma · loglogistic: median, shape,
    S = 1 / (1 + (t/median)^shape).
    """

    rate: Hazard | None = None
    scale: Days | None = None
    median: Days | None = None
    shape: NonNegative | None = None
    growth: Hazard | None = None
    sigma: NonNegative | None = None
    probability: Share | None = None
    by: Days | None = None


# family -> (the parameters of its shape, the parameter that `probability` and `by` can replace)
FAMILIES: dict[str, tuple[tuple[str, ...], str]] = {
    "exponential": ((), "rate"),
    "weibull": (("shape",), "scale"),
    "gompertz": (("growth",), "rate"),
    "lognormal_time": (("sigma",), "median"),
    "loglogistic": (("shape",), "median"),
}


class Intolerance(Form):
    """Time to intolerance since the course began: steps of a hazard, or one named distribution."""

    steps: list[Step] | None = None
    exponential: Time | None = None
    weibull: Time | None = None
    gompertz: Time | None = None
    lognormal_time: Time | None = None
    loglogistic: Time | None = None

    @property
    def family(self) -> str:
        """The name of the distribution, or `steps`."""
        return only_one(self, ("steps", *FAMILIES), "intolerance")

    @model_validator(mode="after")
    def _makes_sense(self) -> Intolerance:
        if self.family == "steps":
            ends = [step.until for step in self.steps or []]
            if not ends or any(b <= a for a, b in zip([0.0, *ends], ends, strict=False)):
                raise refuse("steps follow one another: each `until` is later than the one before")
            return self
        _check_time(self.family, getattr(self, self.family))
        return self


def _check_time(family: str, time: Time) -> None:
    shape, level = FAMILIES[family]
    by_probability = {*shape, "probability", "by"}
    by_parameters = {*shape, level}
    given = {name for name in Time.model_fields if getattr(time, name) is not None}
    if given not in (by_probability, by_parameters):
        raise refuse(
            "{family} needs {a} or {b}; given: {given}",
            family=family, a=", ".join(sorted(by_parameters)), b=", ".join(sorted(by_probability)),
            given=", ".join(sorted(given)) or "nothing",
        )  # fmt: skip
    if not all(0.1 <= getattr(time, name) <= 20 for name in given & {"shape", "sigma"}):
        raise refuse("shape and sigma are between 0.1 and 20")
    for name in given - {"rate", "growth"}:
        if getattr(time, name) <= 0 or (name == "probability" and time.probability == 1):
            raise refuse("{name} is above 0, and a probability below 100 %", name=name)


def _steps(value: Any) -> Any:
    return {"steps": value} if isinstance(value, list) else value


class CourseReference(Form):
    """The course that acts with an action of 1."""

    course: CourseDose
    times_per_week: NonNegative


class Course(Form):
    """A therapy taken continuously at a dose, until the plan or intolerance ends it."""

    course: CourseDose
    times_per_week: NonNegative
    action_1: CourseReference
    start: StartForm = AT_ENROLMENT
    duration: Days | None = Field(None, alias="for")
    intolerance: Annotated[Intolerance, BeforeValidator(_steps)] | None = None
    hazard_by_dose: NonNegative = 1.0
    frailty_sd: NonNegative = 0.0
    on_intolerance: list[Literal["halve", "stop"]] = Field(["stop"])

    @model_validator(mode="after")
    def _makes_sense(self) -> Course:
        if self.frailty_sd > 10 or self.hazard_by_dose > 10:
            raise refuse("frailty_sd and hazard_by_dose are at most 10")
        if self.course.unit != self.action_1.course.unit:
            raise refuse("`course` and `action_1` are doses in the same unit")
        if self.times_per_week <= 0 or self.action_1.times_per_week <= 0:
            raise refuse("times_per_week is above 0")
        if not self.on_intolerance or "stop" in self.on_intolerance[:-1]:
            raise refuse(
                "on_intolerance is a ladder: [stop], [halve, stop]; nothing follows `stop`"
            )
        if self.duration is not None and self.duration < 1:
            raise refuse("a course lasts at least a day")
        return self

    @property
    def relative_dose(self) -> float:
        """Weekly dose over the weekly dose that acts as 1."""
        weekly = self.course.amount * self.times_per_week
        return weekly / (self.action_1.course.amount * self.action_1.times_per_week)
