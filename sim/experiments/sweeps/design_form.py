"""The design of a sweep as its file says it: which points there are, and how many."""

from __future__ import annotations

from pydantic import field_validator, model_validator

from sim.scenario.form.quantities import Form, Text, Whole, only_one, refuse


class OneAtATime(Form):
    """Each parameter alone at the ends of its interval, all others as in the scenario."""

    levels: Whole = 3
    """Places in the interval, odd: 3 are low, base and high, more make a spider, e.g. 5."""

    @field_validator("levels", mode="after")
    @classmethod
    def _has_a_middle(cls, levels: int) -> int:
        if levels < 3 or levels % 2 == 0:
            raise refuse("{levels}: levels are odd, 3 or more", levels=levels)
        return levels


class Grid(Form):
    """Every combination of the values listed."""


class Draws(Form):
    """So many draws from the distributions of all parameters at once."""

    draws: Whole
    """Points drawn, e.g. 1000."""

    @field_validator("draws", mode="after")
    @classmethod
    def _some(cls, draws: int) -> int:
        if draws < 1:
            raise refuse("{draws} draws; allowed: 1 or more", draws=draws)
        return draws


class PowerOfTwo(Draws):
    """Draws by a low-discrepancy sequence, whose number is a power of two."""

    @field_validator("draws", mode="after")
    @classmethod
    def _power(cls, draws: int) -> int:
        if draws < 1 or draws & (draws - 1):
            lower = 1 << max(draws, 1).bit_length() - 1
            near = f"{lower} or {2 * lower}"
            raise refuse("{n} draws: the sequence needs a power of two, like {near}",
                         n=draws, near=near)  # fmt: skip
        return draws


class Indices(PowerOfTwo):
    """Variance-based indices: (parameters + 2) x draws points."""

    second_order: Text = "no"
    """`yes` for indices of pairs as well, which takes twice the points and SALib."""

    @field_validator("second_order", mode="after")
    @classmethod
    def _yes_or_no(cls, answer: str) -> str:
        if answer not in ("yes", "no"):
            raise refuse("'{answer}'; allowed: yes, no", answer=answer)
        return answer


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
