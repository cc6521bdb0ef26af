"""The uncertainty of a number: the distribution that a sensitivity analysis samples."""

from __future__ import annotations

from sim.scenario.form.quantities import Form, NonNegative, Number, Text, only_one
from sim.scenario.form.quantity import refuse


class StandardError(Form):
    """Normal about the value, with this standard error, in the unit of the value."""

    se: Text
    """The standard error, in the unit of the value, e.g. 1.98 %/year."""


class Proportion(Form):
    """Beta(events + 1/2, of - events + 1/2): the Jeffreys posterior of a proportion.

    Or a beta distribution with the value as its mean and a standard error.
    """

    events: NonNegative | None = None
    """Patients with the event, e.g. 2."""
    of: NonNegative | None = None
    """Patients observed, e.g. 10."""
    se: Text | None = None
    """The standard error, in the unit of the value, e.g. 5 %."""

    def check(self) -> None:
        """Refuse more than one way, and more events than patients."""
        _one_of(self, ("events", "of"))
        if self.events is not None and self.of is not None and self.events > self.of:
            raise refuse("more events than patients observed")


class Rate(Form):
    """Gamma with shape `events` and rate `person_years`.

    Or a gamma distribution with the value as its mean and a standard error.
    """

    events: NonNegative | None = None
    """Events observed, e.g. 8.8."""
    person_years: NonNegative | None = None
    """Years of observation, summed over patients, e.g. 269."""
    se: Text | None = None
    """The standard error, in the unit of the value, e.g. 1 per 100 person-years."""

    def check(self) -> None:
        """Refuse more than one way, and a gamma distribution of zero events or years."""
        _one_of(self, ("events", "person_years"))
        if self.events == 0 or self.person_years == 0:
            raise refuse("events and person_years are above 0 for a gamma distribution")


class Ratio(Form):
    """Log-normal with this 95 % interval; or with the value as its mean and a standard error."""

    ci95: list[Number] | None = None
    """Lower and upper end, e.g. [1.9, 2.8]."""
    se: Text | None = None
    """The standard error, in the unit of the value, e.g. 0.2."""

    def check(self) -> None:
        """Refuse more than one way, and ends in the wrong order."""
        _one_of(self, ("ci95",))
        if self.ci95 is not None and (len(self.ci95) != 2 or not 0 < self.ci95[0] < self.ci95[1]):
            raise refuse("ci95 has two values above 0, the lower first")


class Between(Form):
    """Uniform between two ends."""

    low: Text
    """The lower end, in the unit of the value, e.g. 30 days."""
    high: Text
    """The upper end, in the unit of the value, e.g. 90 days."""


class Uncertainty(Form):
    """One of the distributions."""

    normal: StandardError | None = None
    """A standard error about the value, e.g. {se: 1.98 %/year}."""
    beta: Proportion | None = None
    """A proportion of patients, e.g. {events: 2, of: 10}."""
    gamma: Rate | None = None
    """A rate, from events and person-years, e.g. {events: 8.8, person_years: 269}."""
    lognormal: Ratio | None = None
    """A ratio with its 95 % interval, e.g. {ci95: [1.9, 2.8]}."""
    uniform: Between | None = None
    """All values between two ends, e.g. {low: 30 days, high: 90 days}."""

    def check(self) -> None:
        """Refuse more than one distribution."""
        only_one(self, tuple(type(self).model_fields), "uncertainty")


def _one_of(form: Form, counted: tuple[str, ...]) -> None:
    """Refuse other keys than all of `counted`, or a standard error in their place."""
    given = [name for name in (*counted, "se") if getattr(form, name) is not None]
    if given not in ([*counted], ["se"]):
        names = " and ".join(given) or "none"
        raise refuse(f"needs {' and '.join(counted)}, or se alone; given: {names}")
