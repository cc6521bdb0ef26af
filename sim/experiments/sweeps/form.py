"""A sweep as its file says it: of which scenario, over which parameters, by which design."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from sim.scenario.form.names import FolderName, Name
from sim.scenario.form.quantities import Form, NonNegative, Number, Text, Whole, only_if, only_one
from sim.scenario.form.quantity import refuse
from sim.scenario.form.uncertainty import Uncertainty
from sim.vocabulary import SAMPLED

FORMAT = 1
MOST_PATIENTS = 10_000_000
"""Of every point; sums over groups of ten of them are held while a point is put together."""


class OneAtATime(Form):
    """Each parameter alone at the ends of its interval, all others as in the scenario."""

    levels: Annotated[Whole, only_if(
        lambda levels: levels >= 3 and levels % 2, "{value}: levels are odd, 3 or more"
    )] = 3  # fmt: skip
    """Places in the interval, odd: 3 are low, base and high, more make a spider, e.g. 5."""


class Grid(Form):
    """Every combination of the values listed."""


class Draws(Form):
    """So many draws from the distributions of all parameters at once."""

    draws: Annotated[Whole, only_if(lambda n: n >= 1, "{value} draws; allowed: 1 or more")]
    """Points drawn, e.g. 1000."""


class PowerOfTwo(Draws):
    """Draws by a low-discrepancy sequence, whose number is a power of two."""

    @field_validator("draws", mode="after")
    @classmethod
    def _power(cls, draws: int) -> int:
        if draws & (draws - 1):
            lower = 1 << draws.bit_length() - 1
            raise refuse("{n} draws: the sequence needs a power of two, like {near}",
                         n=draws, near=f"{lower} or {2 * lower}")  # fmt: skip
        return draws


class Indices(PowerOfTwo):
    """Variance-based indices: (parameters + 2) x draws points."""

    second_order: Annotated[Text, only_if(
        lambda answer: answer in ("yes", "no"), "'{value}'; allowed: yes, no"
    )] = "no"  # fmt: skip
    """`yes` for indices of pairs as well, which takes twice the points."""


class Morris(Form):
    """Screening: one parameter after another is moved, from many places; needs SALib."""

    trajectories: Whole
    """Walks through the space of parameters, e.g. 20."""
    levels: Whole = 4
    """Places of each parameter, even, e.g. 4."""

    @model_validator(mode="after")
    def _can_walk(self) -> Morris:
        if self.trajectories < 2 or self.levels < 2 or self.levels % 2:
            raise refuse("trajectories are 2 or more, levels even")
        return self


class Design(Form):
    """One of the designs."""

    one_at_a_time: OneAtATime | None = None
    """Low, base and high of each parameter alone: a tornado."""
    grid: Grid | None = None
    """Every combination of chosen values: a line or a heat map."""
    probabilistic: Draws | None = None
    """Independent draws of all parameters: a probabilistic sensitivity analysis."""
    latin_hypercube: Draws | None = None
    """The same, spread evenly over each parameter."""
    sobol: PowerOfTwo | None = None
    """The same by a scrambled Sobol sequence."""
    indices: Indices | None = None
    """First and total order indices: what share of the variance comes from which parameter."""
    morris: Morris | None = None
    """Screening of many parameters by elementary effects."""

    @model_validator(mode="after")
    def _one(self) -> Design:
        only_one(self, tuple(type(self).model_fields), "a design")
        return self

    @property
    def name(self) -> str:
        """Which of the designs it is."""
        return only_one(self, tuple(type(self).model_fields), "a design")


def _empty(value: Any) -> Any:
    return {} if value is None else value


class ParameterForm(Form):
    """A number of the scenario, and what is known or asked of it; nothing: what the file says."""

    name: Name | None = None
    """What figures call it, in a few words."""
    low: Text | None = None
    """The lower end of its interval; with `high`, and drawn evenly between them."""
    high: Text | None = None
    """The upper end of its interval."""
    uncertainty: Uncertainty | None = None
    """Its distribution, in place of the one beside it in the scenario."""
    within: list[Text] | None = None
    """Ends that no draw passes: the distribution is cut off there."""
    values: list[Any] | None = None
    """The values of a grid."""
    also: list[Text] = Field([])
    """Paths that are given the same value."""
    source: Text | None = None
    """Where the interval comes from."""
    note: Text | None = None
    """Why this interval."""

    @model_validator(mode="after")
    def _one_way(self) -> ParameterForm:
        if (self.low is None) != (self.high is None):
            raise refuse("low and high come together")
        ways = (self.low, self.uncertainty, self.values)
        if sum(way is not None for way in ways) > 1:
            raise refuse("one of low and high, uncertainty, values")
        if self.values is not None and not self.values:
            raise refuse("values: at least one")
        if self.within is not None and len(self.within) != 2:
            raise refuse("within has two values, the lower first")
        return self


class Covariance(Form):
    """Normal parameters that vary together, about their values in the scenario."""

    parameters: list[Text]
    """Their paths."""
    matrix: list[list[Number]]
    """Their covariance, in the units of the values."""

    @model_validator(mode="after")
    def _square(self) -> Covariance:
        size = len(self.parameters)
        if len(self.matrix) != size or any(len(row) != size for row in self.matrix):
            raise refuse("a covariance of {n} parameters has {n} rows of {n} numbers", n=size)
        if len({*self.parameters}) < size:
            raise refuse("a covariance names each parameter once")
        return self


class Target(Form):
    """How precisely the mean over the draws is wanted."""

    outcome: Text
    """An outcome, of which the paired difference is meant, e.g. spine annual increase."""
    standard_error: NonNegative
    """Its standard error, in the unit of the outcome, e.g. 0.1."""


def _named(value: Any) -> Any:
    return {value: {}} if isinstance(value, str) else value


Parameters = dict[str, Annotated[ParameterForm, BeforeValidator(_empty)]]


class SweepForm(Form):
    """A sensitivity analysis of a scenario."""

    mastosim_sweep: Annotated[Whole, only_if(
        lambda version: version == FORMAT, "format {value} is not known here; allowed: 1"
    )]  # fmt: skip
    """Version of this format: 1."""
    name: FolderName
    """Short name that the folder of results gets: small letters, digits, - and _."""
    title: Text
    """Title in one line."""
    question: Text
    """The question that the sweep is to answer, in one line."""
    scenario: Text | None = None
    """The scenario's file, seen from this one, e.g. ../laroche2011.yaml."""
    scenarios: list[Text] | None = None
    """Several of them, for choices of structure: each is crossed with the design."""
    patients: Annotated[Whole, only_if(
        lambda n: 2 <= n <= MOST_PATIENTS, f"{{value}} patients; allowed: 2 to {MOST_PATIENTS}"
    )] | None = None  # fmt: skip
    """Patients of every point, in place of the scenario's number."""
    seed: Annotated[Whole, only_if(lambda seed: seed >= 0, "a seed is 0 or more")] | None = None
    """Seed, in place of the scenario's."""
    patients_by_draw: Literal["same", "fresh"] = "same"
    """`same`: every point has the same patients; `fresh`: each draw has patients of its own, the
    same in every arm, as the value of information needs."""
    design: Annotated[Design, BeforeValidator(_named)]
    """One of the designs."""
    parameters: Parameters = Field({})
    """What varies, by path; left out, every number with an `uncertainty` beside it."""
    correlations: dict[str, Number] = Field({})
    """Between the normal scores of two parameters: `path ~ path`, from -1 to 1; absent pairs: 0."""
    covariance: Covariance | None = None
    """Normal parameters that vary together."""
    dirichlet: dict[str, dict[str, NonNegative]] = Field({})
    """Shares that add up to 100 %: each group with its counts by path."""
    outcomes: list[Text] = Field(["spine annual increase", "all fractures"])
    """The outcomes that figures show."""
    target: Target | None = None
    """A precision, for the recommendation of patients and draws."""

    @model_validator(mode="after")
    def _of_something(self) -> SweepForm:
        only_one(self, ("scenario", "scenarios"), "a sweep")
        if not self.files:
            raise refuse("scenarios: at least one")
        if self.design.name == "grid" and not self.parameters:
            raise refuse("a grid needs parameters with `values`")
        of_draws = ("correlations", "covariance", "dirichlet", "target")
        if self.design.name == "grid" and (idle := [k for k in of_draws if getattr(self, k)]):
            raise refuse("a grid has no draws; leave out {idle}", idle=", ".join(idle))
        if self.patients_by_draw == "fresh" and self.design.name not in SAMPLED:
            raise refuse("fresh patients are for draws; allowed with {designs}",
                         designs=", ".join(SAMPLED))  # fmt: skip
        if not self.outcomes:
            raise refuse("outcomes: at least one")
        return self

    @property
    def files(self) -> list[str]:
        """The scenario files."""
        return self.scenarios if self.scenarios is not None else [str(self.scenario)]
