"""Time to intolerance of a course: steps of a hazard, or a named distribution."""

from __future__ import annotations

from typing import Annotated

from sim.scenario.form import quantities
from sim.scenario.form.quantities import Form, StandsFor, only_one
from sim.scenario.form.quantity import refuse
from sim.vocabulary import MOST_STEPS


class Step(Form):
    """One step of the hazard of intolerance, until a time after the therapy began."""

    probability: quantities.Share | None = None
    """Probability to become intolerant within this step, e.g. 20 %."""
    rate: quantities.Hazard | None = None
    """Rate of intolerance in this step, instead of a probability, e.g. 0.05 per year."""
    until: quantities.Days
    """End of this step, counted from the start of the therapy, e.g. 3 months."""

    def check(self) -> None:
        """Refuse a step without a finite hazard, or with both a probability and a rate."""
        only_one(self, ("probability", "rate"), "a step")
        if self.probability == 1:
            raise refuse("a probability of 100 % has no finite hazard; use 99.99 %")


class Time(Form):
    """A time to intolerance: its parameters, or a shape and the probability by a time.

    exponential: rate · weibull: shape, scale, S = exp(-(t/scale)^shape) · gompertz: rate x
    exp(growth x years) · lognormal_time: median, sigma · loglogistic: median, shape,
    S = 1 / (1 + (t/median)^shape).
    """

    rate: quantities.Hazard | None = None
    """Rate of intolerance; for gompertz the rate at the start, e.g. 0.1 per year."""
    scale: quantities.FromADay | None = None
    """Time by which 63 % are intolerant, for weibull, e.g. 36 months."""
    median: quantities.FromADay | None = None
    """Time by which half are intolerant, for lognormal_time and loglogistic, e.g. 36 months."""
    shape: quantities.Shape | None = None
    """Shape of weibull and loglogistic; below 1, intolerance occurs early, e.g. 0.7."""
    growth: quantities.Hazard | None = None
    """How fast the rate of gompertz grows, e.g. 0.1 per year."""
    sigma: quantities.Shape | None = None
    """SD of the logarithm of the time, for lognormal_time, e.g. 1."""
    probability: quantities.Risk | None = None
    """Probability to be intolerant by the time `by`, instead of rate, scale or median, e.g.
    20 %."""
    by: quantities.FromADay | None = None
    """The time by which that probability holds, e.g. 24 months."""


# family -> (the parameters of its shape, the parameter that `probability` and `by` can replace)
FAMILIES: dict[str, tuple[tuple[str, ...], str]] = {
    "exponential": ((), "rate"),
    "weibull": (("shape",), "scale"),
    "gompertz": (("growth",), "rate"),
    "lognormal_time": (("sigma",), "median"),
    "loglogistic": (("shape",), "median"),
}


class Intolerance(Form):
    """Time from the start of the course to intolerance: steps of a hazard or a distribution."""

    steps: list[Step] | None = None
    """A risk that changes in steps, with none after the last step, e.g.
    [{probability: 20 %, until: 3 months}]."""
    exponential: Time | None = None
    """The same risk at all times, e.g. {probability: 20 %, by: 24 months}."""
    weibull: Time | None = None
    """A risk that falls or rises with time, e.g. {shape: 0.7, probability: 20 %, by: 24 months}."""
    gompertz: Time | None = None
    """A risk that grows exponentially, e.g. {growth: 0.1 per year, probability: 20 %, by: 24
    months}."""
    lognormal_time: Time | None = None
    """A log-normal time to intolerance, e.g. {sigma: 1, probability: 20 %, by: 24 months}."""
    loglogistic: Time | None = None
    """A log-logistic time to intolerance, e.g. {shape: 1.5, probability: 20 %, by: 24 months}."""

    @property
    def family(self) -> str:
        """The name of the distribution, or `steps`."""
        return only_one(self, ("steps", *FAMILIES), "intolerance")

    def check(self) -> None:
        """Refuse steps in the wrong order, and parameters that the distribution does not have."""
        if self.family != "steps":
            _check_time(self.family, getattr(self, self.family))
            return
        ends = [step.until for step in self.steps or []]
        if not 1 <= len(ends) <= MOST_STEPS:
            none = "; leave `intolerance` out where no patient becomes intolerant"
            raise refuse(f"{len(ends)} steps; allowed: 1 to {MOST_STEPS}{'' if ends else none}")
        if any(b <= a for a, b in zip([0.0, *ends], ends, strict=False)):
            raise refuse("each `until` is later than the one before")


def _check_time(family: str, time: Time) -> None:
    shape, level = FAMILIES[family]
    by_probability = {*shape, "probability", "by"}
    by_parameters = {*shape, level}
    given = {name for name in Time.model_fields if getattr(time, name) is not None}
    if given not in (by_probability, by_parameters):
        needed = " or ".join(", ".join(sorted(way)) for way in (by_parameters, by_probability))
        raise refuse(f"{family} needs {needed}; given: {', '.join(sorted(given)) or 'nothing'}")


IntoleranceForm = Annotated[Intolerance, StandsFor("steps", list)]
