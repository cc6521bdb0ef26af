"""How uncertain a number is: the distribution that a sensitivity analysis draws it from."""

from __future__ import annotations

from pydantic import model_validator

from sim.scenario.form.quantities import Form, NonNegative, Number, Text, only_one, refuse


class StandardError(Form):
    """Normal about the value, with this standard error, in the unit of the value."""

    se: Text
    """The standard error, in the unit of the value, e.g. 1.98 %/year."""


class Events(Form):
    """Beta(events + 1/2, of - events + 1/2): the Jeffreys posterior of a proportion."""

    events: NonNegative
    """Patients in whom it happened, e.g. 2."""
    of: NonNegative
    """Patients observed, e.g. 10."""


class PersonYears(Form):
    """Gamma with shape `events` and rate `person_years`."""

    events: NonNegative
    """Events observed, e.g. 8.8."""
    person_years: NonNegative
    """Years of observation, summed over patients, e.g. 269."""


class Interval(Form):
    """Log-normal with this 95 % interval."""

    ci95: list[Number]
    """Lower and upper end, e.g. [1.9, 2.8]."""

    @model_validator(mode="after")
    def _is_an_interval(self) -> Interval:
        if len(self.ci95) != 2 or not 0 < self.ci95[0] < self.ci95[1]:
            raise refuse("ci95 has two values above 0, the lower first")
        return self


class Uncertainty(Form):
    """One of the distributions."""

    normal: StandardError | None = None
    """A standard error about the value, e.g. {se: 1.98 %/year}."""
    beta: Events | None = None
    """A proportion of patients, e.g. {events: 2, of: 10}."""
    gamma: PersonYears | None = None
    """A rate, from events and person-years, e.g. {events: 8.8, person_years: 269}."""
    lognormal: Interval | None = None
    """A ratio with its 95 % interval, e.g. {ci95: [1.9, 2.8]}."""

    @model_validator(mode="after")
    def _one(self) -> Uncertainty:
        only_one(self, tuple(type(self).model_fields), "uncertainty")
        return self
