"""Trials with random allocation: how many patients each arm has, and what is known of them."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from sim.experiments.emulation.power.loss import until_lost
from sim.outcomes import ArmRecords, Outcome, outcomes_of, records_by_arm
from sim.outcomes.definitions.named import at_last_day
from sim.scenario import Study
from sim.vocabulary import Test


class Plan(NamedTuple):
    """Trials with random allocation.

    Every trial enrols the patients of the largest size; a smaller trial consists of the first of
    them in each arm. A size is the number of patients in the smallest arm.

    Attributes
    ----------
    study : Study
        Study whose cohort holds the patients of all trials.
    outcome : str
        Outcome that the trials compare.
    sizes : tuple of int
        Patients in the smallest arm.
    trials : int
        Trials of each size.
    test : Test
        Test of the difference.
    allocation : tuple of int
        Shares of the arms, in the order of the scenario.
    loss : float
        Hazard of loss to follow-up, per year.
    """

    study: Study
    outcome: str
    sizes: tuple[int, ...]
    trials: int
    test: Test
    allocation: tuple[int, ...]
    loss: float

    @property
    def comparator(self) -> str:
        """The arm that the others are compared with."""
        return self.study.scenario.compared_with

    @property
    def loses(self) -> bool:
        """Whether patients can be lost, by the plan or by the scenario."""
        return self.loss > 0 or self.study.scenario.loss is not None

    @property
    def arms(self) -> list[str]:
        """The comparator first, then the others."""
        others = [arm for arm in self.study.scenario.arms if arm != self.comparator]
        return [self.comparator, *others]

    @property
    def per_trial(self) -> int:
        """Patients of the largest trial, all arms together."""
        return sum(self.patients(arm, max(self.sizes)) for arm in self.arms)

    def patients(self, arm: str, size: int) -> int:
        """Patients of an arm in trials of a size."""
        return int(size * self._share(arm))

    def places(self, arm: str, size: int) -> slice:
        """Places of the patients of an arm among those of one trial."""
        before = self.arms[: self.arms.index(arm)]
        start = sum(self.patients(other, max(self.sizes)) for other in before)
        return slice(start, start + self.patients(arm, size))

    def followed(self, patients: range) -> dict[str, ArmRecords]:
        """Follow patients in every arm until they are lost."""
        arms = records_by_arm(self.study, patients, "batch")
        seed = self.study.scenario.seed
        return {arm: until_lost(arms[arm], self.loss, seed, patients.start) for arm in arms}

    def outcome_of(self, records: ArmRecords) -> Outcome:
        """The outcome that the trials compare, of one arm."""
        return next(one for one in at_last_day(outcomes_of(records)) if one.name == self.outcome)

    def _share(self, arm: str) -> Fraction:
        """Patients of an arm for one patient of the smallest arm."""
        shares = dict(zip(self.study.scenario.arms, self.allocation, strict=True))
        return Fraction(shares[arm], min(self.allocation))
