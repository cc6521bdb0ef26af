"""The sums of a run from which effects are estimated, added in the order of the patients."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sim.outcomes.arm import ArmRecords
from sim.outcomes.contrasts import days_of_curves, pairs_of_curves
from sim.outcomes.definitions.over_years import over_years
from sim.outcomes.definitions.published import NO_GROUPS, Groups
from sim.outcomes.labels import ArmKey
from sim.outcomes.plan import AnalysisPlan, lines_of
from sim.outcomes.sums import SumTable, compared
from sim.outcomes.survival import Curves, Firsts, firsts_of, no_curves
from sim.outcomes.totals import MARK, Total


class BlockOfEffects(NamedTuple):
    """Sums of outcomes by year and times of first fractures, of a block of patients."""

    sums: SumTable
    firsts: Firsts


class EffectSums(NamedTuple):
    """Sums over patients: of outcomes by year, and patients by the day of their first fracture."""

    sums: SumTable
    curves: Curves


class Mark(NamedTuple):
    """Sums over the first patients of a run, to which more patients can be added."""

    sums: SumTable
    effects: EffectSums


class RunTotal:
    """Sums of the patients of a run, added one block after another (see `sim.outcomes.totals`)."""

    def __init__(self, curves: Curves, begun: Mark | None = None) -> None:
        self._main = Total(None if begun is None else begun.sums)
        self._by_year = Total(None if begun is None else begun.effects.sums)
        self._curves = self._marked = curves if begun is None else begun.effects.curves

    @property
    def sums(self) -> SumTable:
        """The sums of the summary so far. Raises ValueError before the first patient."""
        return self._main.sums

    @property
    def effects(self) -> EffectSums:
        """The sums for effects so far. Raises ValueError before the first patient."""
        return EffectSums(self._by_year.sums, self._curves)

    @property
    def mark(self) -> Mark | None:
        """The sums to which more patients can be added; None for a small cohort."""
        sums, by_year = self._main.mark, self._by_year.mark
        if sums is None or by_year is None:
            return None
        return Mark(sums, EffectSums(by_year, self._marked))

    @property
    def patients(self) -> int:
        """Number of patients added so far."""
        return self._main.patients

    def add(self, sums: SumTable, effects: BlockOfEffects | None) -> None:
        """Add the patients that come next. Raises ValueError for a block without effects."""
        if effects is None:
            raise ValueError("the block was made without the sums for effects")
        patients = effects.firsts.day.shape[-1]
        for first in range(0, patients, MARK):  # blocks begin at a mark, or lie between two
            self._curves = self._curves.plus(effects.firsts.of(first, first + MARK))
            if self._curves.patients % MARK == 0:
                self._marked = self._curves
        self._main.add(sums)
        self._by_year.add(effects.sums)


def block_of_effects(
    arms: Mapping[str, ArmRecords], contrasts: Iterable[Mapping[ArmKey, float]]
) -> BlockOfEffects:
    """Reduce the records of a block to what it adds.

    Parameters
    ----------
    arms
        Records of each arm of one study, in its order.
    contrasts
        Weights of the arms of each difference.
    """
    plan = AnalysisPlan(outcomes=over_years)
    lines = [line for arm, records in arms.items() for line in lines_of((0, arm), records, plan)]
    return BlockOfEffects(compared(lines, contrasts), firsts_of(arms))


def no_effects(
    arms: Sequence[str],
    contrasts: Iterable[Mapping[ArmKey, float]],
    end: int,
    facts: Sequence[Mapping[str, Any]] = (),
    groups: Groups = NO_GROUPS,
    has_clinical: bool = False,
) -> Curves:
    """Make the curves of no patient, for the arms and differences of a study until a day.

    `facts` of `groups` add the pairs of arms and the days that they ask for, `has_clinical` the
    clinical endpoints.
    """
    names = list(arms)
    compared = [(one, other) for (_, one), (_, other) in contrasts]
    compared = [*dict.fromkeys([*compared, *pairs_of_curves(facts, groups)])]
    pairs = [(names.index(one), names.index(other)) for one, other in compared]
    return no_curves(len(names), pairs, end, days_of_curves(facts, end), has_clinical)
