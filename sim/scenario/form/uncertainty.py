"""How uncertain a number is: the distribution that a sensitivity analysis draws it from."""

from __future__ import annotations

from pydantic import model_validator

from sim.scenario.form.quantities import Form, NonNegative, Number, Text, only_one, refuse


class StandardError(Form):
    """Normal about the value, with this standard error, in the unit of the value."""

    se: Text


class Events(Form):
    """Beta(events + 1/2, of - events + 1/2): the Jeffreys posterior of a proportion."""

    events: NonNegative
    of: NonNegative


class PersonYears(Form):
    """Gamma with shape `events` and rate `person_years`."""

    events: NonNegative
    person_years: NonNegative


class Interval(Form):
    """Log-normal with this 95 % interval."""

    ci95: list[Number]

    @model_validator(mode="after")
    def _is_an_interval(self) -> Interval:
        if len(self.ci95) != 2 or not 0 < self.ci95[0] < self.ci95[1]:
            raise refuse("ci95 has two values above 0, the lower first")
        return self


class Uncertainty(Form):
    """One of the distributions."""

    normal: StandardError | None = None
    beta: Events | None = None
    gamma: PersonYears | None = None
    lognormal: Interval | None = None

    @model_validator(mode="after")
    def _one(self) -> Uncertainty:
        only_one(self, tuple(type(self).model_fields), "uncertainty")
        return self
