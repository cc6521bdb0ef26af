"""Subgroups of a cohort, by what is known of patients at enrolment."""

from __future__ import annotations

import math
from typing import Generic, Literal, TypeVar

from sim.scenario.form import quantities
from sim.scenario.form.quantities import Form
from sim.scenario.form.quantity import refuse

Q = TypeVar("Q")


class Limits(Form, Generic[Q]):
    """A lower limit (included), an upper limit (excluded), or both."""

    at_least: Q | None = None
    """The lower limit, included."""
    below: Q | None = None
    """The upper limit, excluded."""

    def check(self) -> None:
        """Refuse limits without a patient between them."""
        low, high = self.ends
        if not low < high or (low, high) == (-math.inf, math.inf):
            raise refuse("give `at_least`, `below` or both, the lower one in `at_least`")

    @property
    def ends(self) -> tuple[float, float]:
        """Lower and upper limit, infinite where none is given."""
        low: float = -math.inf if self.at_least is None else self.at_least  # type: ignore[assignment]
        high: float = math.inf if self.below is None else self.below  # type: ignore[assignment]
        return low, high


class Subgroup(Form):
    """Patients with outcomes of their own; every given condition has to hold."""

    sex: Literal["female", "male"] | None = None
    """Women or men only, e.g. female."""
    age: Limits[quantities.AgeYears] | None = None
    """Age at enrolment, in years, e.g. {below: 50 years}."""
    weight: Limits[quantities.Kilograms] | None = None
    """Body weight, in kg, e.g. {at_least: 70 kg}."""
    vertebral_fractures: Limits[quantities.Count] | None = None
    """Vertebral fractures before enrolment, e.g. {at_least: 2}."""
    spine_t: Limits[quantities.TScore] | None = None
    """Spine T-score at entry, e.g. {below: -2.5}."""
    hip_t: Limits[quantities.TScore] | None = None
    """Hip T-score at entry, e.g. {below: -2.5}."""

    def check(self) -> None:
        """Refuse a subgroup of all patients."""
        if not self.conditions:
            raise refuse("a subgroup has a condition, like `sex: female`")

    @property
    def conditions(self) -> dict[str, str | tuple[float, float]]:
        """Each condition: the sex, or lower limit (included) and upper limit (not included)."""
        given = {name: getattr(self, name) for name in Subgroup.model_fields}
        return {
            name: value.ends if isinstance(value, Limits) else value
            for name, value in given.items()
            if value is not None
        }
