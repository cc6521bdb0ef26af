"""The simulated counterpart of a published fact, and what does not fit together in it."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field

from sim.scenario.form import quantities
from sim.scenario.form.quantities import Form, Text
from sim.scenario.form.quantity import refuse
from sim.scenario.form.statistics import (
    AGAINST,
    ANY,
    CONTRASTS,
    NOTHING,
    STATISTICS,
    Statistic,
    groups_of,
    measured_in,
)
from sim.scenario.mistakes import nearest


class Simulated(Form):
    """The simulated counterpart of a fact: a statistic of a group, or a contrast of two groups."""

    statistic: Text
    within: Text | None = Field(None, alias="in")
    of: Text | None = None
    group: Text
    since: quantities.Days | None = Field(None, alias="from")
    at: quantities.Days | None = None
    per_patients: quantities.NonNegative | None = None

    @property
    def groups(self) -> list[str]:
        """The group, or the two groups of a contrast."""
        return groups_of(self.group)

    @property
    def measured(self) -> str:
        """The statistic that is computed in each group."""
        return measured_in(self.statistic, self.within)

    def check(self) -> None:
        """Refuse an unknown statistic, and keys that the statistic does not have."""
        name, known = self.statistic, [*STATISTICS, *CONTRASTS]
        if name not in known:
            raise refuse(f"'{name}' is not a statistic; {nearest(name, known)}")
        self._check_groups()
        self._check_within()
        self._check_of(STATISTICS[self.measured])
        self._check_times(STATISTICS[self.measured])
        if (self.measured == "fractures") != (self.per_patients is not None):
            raise refuse("`fractures` needs `per_patients`, and no other statistic has it")

    def _check_groups(self) -> None:
        """A contrast has two groups, another statistic one."""
        name, groups = self.statistic, self.groups
        if name in CONTRASTS and len(groups) != 2:
            example = f"`group: {groups[0]}{AGAINST}placebo`"
            raise refuse(f"{name} compares two groups; write both, like {example}")
        if name in CONTRASTS and groups[0] == groups[1]:
            raise refuse(f"{name} compares '{groups[0]}' with itself; name two groups")
        if name in STATISTICS and len(groups) != 1:
            example = f"`statistic: difference, in: {name}`"
            raise refuse(f"{name} is that of one group; the difference of two is {example}")

    def _check_within(self) -> None:
        """`in` names what a contrast compares; where there is one possibility it is left out."""
        name, contrast = self.statistic, CONTRASTS.get(self.statistic)
        if contrast is None:
            if self.within is not None:
                raise refuse(f"{name} has no `in`; contrasts have: {', '.join(CONTRASTS)}")
        elif self.within is None and contrast.usual is None:
            names = ", ".join(contrast.compares)
            raise refuse(f"{name} needs `in`, the statistic that is compared: {names}")
        elif self.within is not None and self.within not in contrast.compares:
            likely = nearest(self.within, contrast.compares)
            raise refuse(f"{name} has no `in: {self.within}`; {likely}")

    def _check_of(self, measured: Statistic) -> None:
        name, allowed = self.measured, measured.of
        if self.of is None and measured.needs_of:
            names = "the name" if allowed == ANY else ", ".join(allowed)
            raise refuse(f"{name} needs `of`: {names}")
        if self.of is not None and allowed == NOTHING:
            raise refuse(f"{name} has no `of`; remove it")
        if self.of is not None and allowed != ANY and self.of not in allowed:
            raise refuse(f"{name} has no `of: {self.of}`; {nearest(self.of, allowed)}")

    def _check_times(self, measured: Statistic) -> None:
        name = self.measured
        if self.at is not None and measured.when == "end":
            raise refuse(f"{name} covers the whole follow-up; remove `at`")
        if self.since is None:
            return
        if measured.when not in ("period", "visits") or self.statistic == "hazard_ratio":
            having = ", ".join(_with_periods())
            raise refuse(
                f"{self.statistic} begins at entry; remove `from`, which these have: {having}"
            )
        if self.at is None or not 0 < self.since < self.at:
            raise refuse("`from` is a time after entry and before `at`, which goes with it")


def _with_periods() -> Iterable[str]:
    return (name for name, one in STATISTICS.items() if one.when in ("period", "visits"))
