"""The patients: distributions of their characteristics at the first visit."""

from __future__ import annotations

import re
from typing import Annotated, Generic, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from sim.scenario.form.quantities import (
    AgeYears,
    Balp,
    Ctx,
    Density,
    Form,
    Kilograms,
    NonNegative,
    Number,
    Share,
    Tryptase,
    Whole,
    only_one,
    refuse,
)
from sim.scenario.form.spread import of_lognormal, of_normal
from sim.scenario.mistakes import nearest
from sim.vocabulary import MARKERS

Q = TypeVar("Q")


# The variables that may be correlated, in the order in which they are drawn.
CORRELATED = (
    "age", "weight", "spine_t", "hip_t", "ctx", "balp", "tryptase", "vertebral_fractures",
    "spine_response", "hip_response", "ctx_response", "balp_response", "tryptase_response",
)  # fmt: skip


class MeanSd(Form, Generic[Q]):
    """A mean and a standard deviation, in the unit of the variable."""

    mean: Q
    """The mean, in the unit of the variable."""
    sd: Q
    """The standard deviation between patients, in the same unit."""

    @field_validator("sd", mode="after")
    @classmethod
    def _spread_is_not_negative(cls, sd: float) -> float:
        if sd < 0:
            raise refuse("a standard deviation is 0 or more")
        return sd


class Variable(Form, Generic[Q]):
    """A continuous variable: normal or log-normal by mean and SD (of the values, before `within`).

    `within` cuts the distribution off: values outside are not drawn (a truncated distribution).
    """

    normal: Annotated[MeanSd[Q] | None, BeforeValidator(of_normal)] = None
    """Normal distribution, by mean and SD or the figures that replace them."""
    lognormal: Annotated[MeanSd[Q] | None, BeforeValidator(of_lognormal)] = None
    """Log-normal distribution, above 0 and skewed, by mean and SD of the values."""
    within: list[Q] | None = None
    """Lowest and highest value that a patient can have, in brackets."""

    @model_validator(mode="after")
    def _makes_sense(self) -> Variable[Q]:
        shape = getattr(self, only_one(self, ("normal", "lognormal"), "a distribution"))
        if self.lognormal is not None and shape.mean <= 0:
            raise refuse("the mean of a log-normal variable is above 0")
        if self.within is not None:
            if len(self.within) != 2 or not self.within[0] < self.within[1]:  # type: ignore[operator]
                raise refuse("`within` has two values, the lower first")
            if not self.within[0] <= shape.mean <= self.within[1]:
                raise refuse("the mean is outside `within`")
        return self


def _stays_positive(variable: Variable[Q]) -> Variable[Q]:
    normal = variable.normal
    if normal is not None and variable.within is None and normal.mean <= 5 * normal.sd:  # type: ignore[operator]
        raise refuse("values could fall below 0; add `within`, or use `lognormal`")
    return variable


class Counts(Form):
    """Earlier vertebral fractures: `at_least` + a negative binomial; mean and SD of the sum."""

    negative_binomial: Annotated[MeanSd[NonNegative], BeforeValidator(of_normal)]
    """Mean and SD of the number of fractures, e.g. {mean: 3.5, sd: 3.6}."""
    at_least: Whole = 0
    """The smallest number that a patient can have, e.g. 1."""

    @model_validator(mode="after")
    def _is_possible(self) -> Counts:
        extra, sd = self.negative_binomial.mean - self.at_least, self.negative_binomial.sd
        if self.at_least < 0 or extra <= 0 or sd**2 <= extra:
            raise refuse(
                "the mean must exceed `at_least`, and SD squared must exceed the difference"
            )
        return self


def _at_least_one(patients: int) -> int:
    if patients < 1:
        raise refuse("'{n}' patients; allowed: 1 or more", n=patients)
    return patients


Patients = Annotated[Whole, AfterValidator(_at_least_one)]


class Cohort(Form):
    """The virtual patients at enrolment, before any treatment."""

    patients: Patients
    """Virtual patients in each arm, 1 or more, e.g. 1000."""
    female: Share
    """Share of women, e.g. 50 %."""
    age: Annotated[Variable[AgeYears], AfterValidator(_stays_positive)]
    """Age at entry, e.g. {normal: {mean: 52 years, sd: 9 years}, within: [18 years, 95 years]}."""
    weight: Annotated[Variable[Kilograms], AfterValidator(_stays_positive)]
    """Body weight, for doses in mg/kg, e.g. {lognormal: {mean: 68 kg, sd: 13 kg}}."""
    spine_t: Variable[Number]
    """T-score of the spine, always `normal`, without a unit, e.g. {normal: {mean: -3, sd: 1}}."""
    hip_t: Variable[Number]
    """T-score of the hip, always `normal`, without a unit, e.g. {normal: {mean: -2, sd: 0.7}}."""
    ctx: Annotated[Variable[Ctx], AfterValidator(_stays_positive)] | None = None
    """CTX, the marker of resorption; if left out, it is not measured."""
    balp: Annotated[Variable[Balp], AfterValidator(_stays_positive)] | None = None
    """Bone alkaline phosphatase, the marker of formation; if left out, it is not measured."""
    tryptase: Annotated[Variable[Tryptase], AfterValidator(_stays_positive)] | None = None
    """Serum tryptase; if left out, it is not measured."""
    vertebral_fractures: Counts
    """Vertebral fractures before enrolment."""
    correlations: dict[str, Number] = Field({})
    """Correlations between two variables, -1 to 1; other pairs are uncorrelated, e.g. {spine_t ~
    hip_t: 0.6}."""

    @field_validator("correlations", mode="after")
    @classmethod
    def _correlations_are_possible(cls, given: dict[str, float]) -> dict[str, float]:
        pairs = {pair_of(name): value for name, value in given.items()}
        if len({frozenset(pair) for pair in pairs}) < len(given):
            raise refuse("a pair is given twice")
        for pair, value in pairs.items():
            if not -1 < value < 1:
                raise refuse("{pair}: a correlation is between -1 and 1", pair=" ~ ".join(pair))
        if not _positive_definite(pairs):
            raise refuse("no variables have all of these correlations (not positive definite)")
        return given

    @property
    def markers(self) -> tuple[str, ...]:
        """The markers that are measured in these patients."""
        return tuple(name for name in MARKERS if getattr(self, name) is not None)

    @field_validator("spine_t", "hip_t", mode="after")
    @classmethod
    def _t_scores_are_normal(cls, variable: Variable[float]) -> Variable[float]:
        if variable.normal is None:
            raise refuse(
                "a T-score is `normal`; the base fracture rate is centred on its distribution"
            )
        return variable


def pair_of(name: str) -> tuple[str, str]:
    """The two variables of a correlation's name, `spine_t ~ hip_t`."""
    parts = [part.strip() for part in re.split("~", name)]
    if len(parts) != 2 or parts[0] == parts[1]:
        raise refuse("'{name}' should name two variables, like `spine_t ~ hip_t`", name=name)
    for part in parts:
        if part not in CORRELATED:
            raise refuse(
                "'{part}' cannot be correlated; {help}", part=part, help=nearest(part, CORRELATED)
            )
    return parts[0], parts[1]


def _positive_definite(pairs: dict[tuple[str, str], float]) -> bool:
    """True where variables with these correlations can exist."""
    import numpy as np

    names = sorted({name for pair in pairs for name in pair})
    matrix = np.eye(len(names))
    for (a, b), value in pairs.items():
        i, j = names.index(a), names.index(b)
        matrix[i, j] = matrix[j, i] = value
    return not names or bool(np.linalg.eigvalsh(matrix)[0] > 1e-12)


class SexReference(Form):
    """Young-adult reference of each sex at one site, g/cm2."""

    female: MeanSd[Density]
    """Reference of young women."""
    male: MeanSd[Density]
    """Reference of young men."""


class ReferenceBmd(Form):
    """Young-adult reference bone density: BMD = mean + T-score x SD."""

    spine: SexReference
    """Reference of the lumbar spine."""
    hip: SexReference
    """Reference of the hip."""
