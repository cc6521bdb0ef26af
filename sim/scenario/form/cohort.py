"""The patients: distributions of their characteristics at the first visit, and subgroups."""

from __future__ import annotations

import math
import re
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from sim.scenario.form import quantities
from sim.scenario.form.earlier_fractures import PoissonMean, RecentFracture, Shares
from sim.scenario.form.enrolled import before_eligibility
from sim.scenario.form.quantities import Form, StandsFor, only_if, only_one
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
    With `of: enrolled` mean and SD are those after the cut, and those before it are computed.
    """

    normal: Annotated[MeanSd[Q, SD] | None, BeforeValidator(of_normal)] = None
    """Normal distribution, by mean and SD or the figures that replace them."""
    lognormal: Annotated[MeanSd[Q, SD] | None, BeforeValidator(of_lognormal)] = None
    """Log-normal distribution, above 0 and skewed, by mean and SD of the values."""
    within: list[Q] | None = None
    """Lowest and highest value that a patient can have, in brackets."""
    of: Literal["screened", "enrolled"] = "screened"
    """Whose mean and SD are given: of all before `within` cuts off, or of those enrolled."""

    @model_validator(mode="before")
    @classmethod
    def _of_all(cls, tree: Any) -> Any:
        return before_eligibility(tree)

    def check(self) -> None:
        """Refuse a mean that its distribution cannot have, or limits in the wrong order."""
        shape = getattr(self, only_one(self, ("normal", "lognormal"), "a distribution"))
        if self.lognormal is not None and not 0 <= shape.sd <= MOST_VARIATION * shape.mean > 0:
            most = f"its SD at most {MOST_VARIATION} times the mean"
            raise refuse(f"the mean of a log-normal variable is above 0, and {most}")
        if self.within is not None:
            if len(self.within) != 2 or not self.within[0] < self.within[1]:  # type: ignore[operator]
                raise refuse("`within` has two values, the lower first")
            is_inside = self.within[0] <= shape.mean <= self.within[1]
            if not is_inside and self.of == "screened":
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
    """Earlier vertebral fractures: a distribution, whose mean and SD are those with `at_least`."""

    negative_binomial: (
        Annotated[MeanSd[quantities.Count, quantities.CountSd], BeforeValidator(of_normal)] | None
    ) = None
    """Mean and SD of the number of fractures, more spread than a Poisson distribution, e.g. {mean:
    3.5, sd: 3.6}."""
    poisson: PoissonMean | None = None
    """Mean of the number of fractures, whose variance is the mean, e.g. {mean: 1.2}."""
    shares: Shares | None = None
    """Share of patients with each number of fractures, e.g. {0: 60 %, 1: 25 %, 2: 15 %}."""
    only: Literal["none"] | None = None
    """The word `none`: no patient has had a vertebral fracture, e.g. none."""
    at_least: quantities.Whole = 0
    """The smallest number that a patient can have, e.g. 1."""

    def check(self) -> None:
        """Refuse two distributions, and values that a distribution does not have."""
        law = only_one(self, ("negative_binomial", "poisson", "shares", "only"), "the number")
        if law in ("shares", "only") and self.at_least != 0:
            raise refuse(
                f"`at_least` does not stand beside `{'shares' if self.shares else 'none'}`"
            )
        if self.at_least < 0:
            raise refuse("`at_least` is 0 or more")
        if law == "poisson" and self.mean < self.at_least:
            raise refuse("the mean is `at_least` or more")
        if self.negative_binomial is not None:
            extra, sd = self.mean - self.at_least, self.negative_binomial.sd
            if extra < LEAST_EXTRA or sd**2 <= (1 + 1e-9) * extra:
                rule = f"the mean must exceed `at_least` by {LEAST_EXTRA} or more, and SD squared"
                less = "of less spread, `poisson` or `shares`"
                raise refuse(f"{rule} must exceed the difference; {less}")

    @property
    def by_number(self) -> dict[int, float]:
        """The share of patients with each number, for `shares` and `none`."""
        return self.shares or {0: 1.0}

    @property
    def mean(self) -> float:
        """Mean number of fractures."""
        stated = self.negative_binomial or self.poisson
        if stated is not None:
            return stated.mean
        return math.fsum(count * share for count, share in self.by_number.items())

    @property
    def sd(self) -> float:
        """Standard deviation of the number of fractures."""
        if self.negative_binomial is not None:
            return self.negative_binomial.sd
        if self.poisson is not None:
            return math.sqrt(self.mean - self.at_least)
        mean = self.mean
        return math.sqrt(math.fsum(s * (k - mean) ** 2 for k, s in self.by_number.items()))

    @property
    def share_without(self) -> float:
        """Share of patients without a fracture."""
        if self.at_least > 0:
            return 0.0
        if self.negative_binomial is not None:
            size, share = self.size_and_share
            return float(share**size)
        return math.exp(-self.mean) if self.poisson is not None else self.by_number.get(0, 0.0)

    @property
    def size_and_share(self) -> tuple[float, float]:
        """The parameters of the negative binomial: its size, and the share p of successes."""
        assert self.negative_binomial is not None
        extra = self.negative_binomial.mean - self.at_least
        size = extra**2 / (self.negative_binomial.sd**2 - extra)
        return size, size / (size + extra)

    @property
    def largest_base(self) -> float:
        """The base from which on the mean of base^count is infinite: 1 / (1 - p)."""
        return math.inf if self.negative_binomial is None else 1 / (1 - self.size_and_share[1])


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
    vertebral_fractures: Annotated[Counts, StandsFor("only", str)]
    """Vertebral fractures before enrolment."""
    recent_fracture: RecentFracture | None = None
    """A fracture shortly before enrolment in a share of patients; if left out, there is none."""
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
