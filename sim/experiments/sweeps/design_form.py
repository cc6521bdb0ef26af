"""The design of a sweep as its file says it: which points there are, and how many."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import AfterValidator, field_validator, model_validator

from sim.scenario.form.quantities import Form, Text, Whole, only_one, refuse


def only_if(is_allowed: Callable[[Any], object], message: str) -> AfterValidator:
    """A check of one value, for an annotation; `{value}` in the message is the value."""

    def check(value: Any) -> Any:
        if not is_allowed(value):
            raise refuse(message, value=value)
        return value

    return AfterValidator(check)


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
    """`yes` for indices of pairs as well, which takes twice the points and SALib."""


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
