"""The patients: distributions of their characteristics at the first visit, and subgroups."""

from __future__ import annotations

import math
import re
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field

from sim.scenario.form import quantities
from sim.scenario.form.quantities import Form, only_if, only_one
from sim.scenario.form.quantity import refuse
from sim.scenario.form.spread import of_lognormal, of_normal
from sim.scenario.mistakes import nearest
from sim.vocabulary import MARKERS, MOST_PATIENTS

Q = TypeVar("Q")
SD = TypeVar("SD")

MOST_VARIATION = 5
"""The most that the SD of a log-normal variable is, in means."""

LEAST_EXTRA = 0.001
"""The least mean of a negative binomial distribution."""

# The variables that may be correlated, in the order in which they are drawn.
CORRELATED = (
    "age", "weight", "spine_t", "hip_t", "ctx", "balp", "tryptase", "vertebral_fractures",
    "spine_response", "hip_response", "ctx_response", "balp_response", "tryptase_response",
)  # fmt: skip


class MeanSd(Form, Generic[Q, SD]):
    """A mean and a standard deviation, in the unit of the variable."""

    mean: Q
    """The mean, in the unit of the variable."""
    sd: SD
    """The standard deviation between patients, in the same unit."""


class Variable(Form, Generic[Q, SD]):
    """A continuous variable: normal or log-normal by mean and SD (of the values, before `within`).

    `within` cuts the distribution off: values outside are not drawn (a truncated distribution).
    """

    normal: Annotated[MeanSd[Q, SD] | None, BeforeValidator(of_normal)] = None
    """Normal distribution, by mean and SD or the figures that replace them."""
    lognormal: Annotated[MeanSd[Q, SD] | None, BeforeValidator(of_lognormal)] = None
    """Log-normal distribution, above 0 and skewed, by mean and SD of the values."""
    within: list[Q] | None = None
    """Lowest and highest value that a patient can have, in brackets."""

    def check(self) -> None:
        """Refuse a mean that its distribution cannot have, or limits in the wrong order."""
        shape = getattr(self, only_one(self, ("normal", "lognormal"), "a distribution"))
        if self.lognormal is not None and not 0 <= shape.sd <= MOST_VARIATION * shape.mean > 0:
            most = f"its SD at most {MOST_VARIATION} times the mean"
            raise refuse(f"the mean of a log-normal variable is above 0, and {most}")
        if self.within is not None:
            if len(self.within) != 2 or not self.within[0] < self.within[1]:  # type: ignore[operator]
                raise refuse("`within` has two values, the lower first")
            if not self.within[0] <= shape.mean <= self.within[1]:
                raise refuse("the mean is outside `within`")


def _stays_positive(variable: Variable[float, float]) -> bool:
    normal = variable.normal
    return normal is None or variable.within is not None or normal.mean > 5 * normal.sd


POSITIVE = only_if(_stays_positive, "values could fall below 0; add `within`, or use `lognormal`")
T_SCORE = only_if(
    lambda variable: variable.normal is not None,
    "a T-score is `normal`; the base fracture rate is centred on its distribution",
)


class Counts(Form):
    """Earlier vertebral fractures: `at_least` + a negative binomial; mean and SD of the sum."""

    negative_binomial: Annotated[
        MeanSd[quantities.Count, quantities.CountSd], BeforeValidator(of_normal)
    ]
    """Mean and SD of the number of fractures, e.g. {mean: 3.5, sd: 3.6}."""
    at_least: quantities.Whole = 0
    """The smallest number that a patient can have, e.g. 1."""

    def check(self) -> None:
        """Refuse a mean and an SD that no negative binomial distribution has."""
        extra, sd = self.negative_binomial.mean - self.at_least, self.negative_binomial.sd
        if self.at_least < 0 or extra < LEAST_EXTRA or sd**2 <= (1 + 1e-9) * extra:
            rule = f"the mean must exceed `at_least` by {LEAST_EXTRA} or more, and SD squared"
            raise refuse(f"{rule} must exceed the difference")


Patients = Annotated[
    quantities.Whole,
    only_if(
        lambda n: 1 <= n <= MOST_PATIENTS, f"'{{value}}' patients; allowed: 1 to {MOST_PATIENTS:,}"
    ),
]


def _possible(given: dict[str, float]) -> dict[str, float]:
    """Correlations that variables can have. Raises PydanticCustomError for others."""
    pairs = {pair_of(name): value for name, value in given.items()}
    if len({frozenset(pair) for pair in pairs}) < len(given):
        raise refuse("a pair is given twice")
    for pair, value in pairs.items():
        if not -1 < value < 1:
            rule = "a correlation is above -1 and below 1; two variables that always move together"
            raise refuse(f"{' ~ '.join(pair)}: {value:g}; {rule} are near it, like 0.99 or -0.99")
    if not _positive_definite(pairs):
        raise refuse("no variables have all of these correlations (not positive definite)")
    return given


class Cohort(Form):
    """The virtual patients at enrolment, before any treatment."""

    patients: Patients
    """Virtual patients in each arm, 1 or more, e.g. 1000."""
    female: quantities.Share
    """Share of women, e.g. 50 %."""
    age: Annotated[Variable[quantities.AgeYears, quantities.AgeSd], POSITIVE]
    """Age at entry, e.g. {normal: {mean: 52 years, sd: 9 years}, within: [18 years, 95 years]}."""
    weight: Annotated[Variable[quantities.Kilograms, quantities.KilogramsSd], POSITIVE]
    """Body weight, for doses in mg/kg, e.g. {lognormal: {mean: 68 kg, sd: 13 kg}}."""
    spine_t: Annotated[Variable[quantities.TScore, quantities.TScoreSd], T_SCORE]
    """T-score of the spine, always `normal`, without a unit, e.g. {normal: {mean: -3, sd: 1}}."""
    hip_t: Annotated[Variable[quantities.TScore, quantities.TScoreSd], T_SCORE]
    """T-score of the hip, always `normal`, without a unit, e.g. {normal: {mean: -2, sd: 0.7}}."""
    ctx: Annotated[Variable[quantities.Ctx, quantities.CtxSd], POSITIVE] | None = None
    """CTX, the marker of resorption; if left out, it is not measured."""
    balp: Annotated[Variable[quantities.Balp, quantities.BalpSd], POSITIVE] | None = None
    """Bone alkaline phosphatase, the marker of formation; if left out, it is not measured."""
    tryptase: Annotated[Variable[quantities.Tryptase, quantities.TryptaseSd], POSITIVE] | None = (
        None
    )
    """Serum tryptase; if left out, it is not measured."""
    vertebral_fractures: Counts
    """Vertebral fractures before enrolment."""
    correlations: Annotated[dict[str, quantities.Correlation], AfterValidator(_possible)] = Field(
        {}
    )
    """Correlations between two variables, -1 to 1; other pairs are uncorrelated, e.g. {spine_t ~
    hip_t: 0.6}."""

    @property
    def markers(self) -> tuple[str, ...]:
        """The markers that are measured in these patients."""
        return tuple(name for name in MARKERS if getattr(self, name) is not None)


def pair_of(name: str) -> tuple[str, str]:
    """The two variables of a correlation's name, `spine_t ~ hip_t`."""
    parts = [part.strip() for part in re.split("~", name)]
    if len(parts) != 2 or parts[0] == parts[1]:
        raise refuse(f"'{name}' should name two variables, like `spine_t ~ hip_t`")
    for part in parts:
        if part not in CORRELATED:
            raise refuse(f"'{part}' cannot be correlated; {nearest(part, CORRELATED)}")
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

    female: MeanSd[quantities.Density, quantities.DensitySd]
    """Reference of young women."""
    male: MeanSd[quantities.Density, quantities.DensitySd]
    """Reference of young men."""


class ReferenceBmd(Form):
    """Young-adult reference bone density: BMD = mean + T-score x SD."""

    spine: SexReference
    """Reference of the lumbar spine."""
    hip: SexReference
    """Reference of the hip."""


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
