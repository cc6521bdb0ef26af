"""What a page is made from: the result that it is about, and the further results beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from sim.errors import RequestError
from sim.experiments.parameter_uncertainty import uncertainty_for
from sim.results import Kept
from sim.scenario import Study

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Contents:
    """The results of a page: the first is what the page is about, the `others` stand beside it.

    `tick` is called after each drawing.
    """

    kept: Kept
    others: tuple[Kept, ...] = ()
    tick: Callable[[], None] = lambda: None

    @classmethod
    def of(cls, results: Sequence[Kept]) -> Contents:
        """The contents of a page about the first of some results."""
        return cls(results[0], tuple(results[1:]))

    @property
    def study(self) -> Study:
        """The study that the page is about."""
        return self.kept.study

    @property
    def is_run(self) -> bool:
        """Whether the page is about a run, the kind with outcomes arm by arm."""
        return self.kept.manifest.kind == "run"

    @property
    def has_lives(self) -> bool:
        """Whether the page is about a run whose patients can be followed again as they were."""
        return self.is_run and not self.kept.of_another_model

    @property
    def has_worth(self) -> bool:
        """Whether the page is about a run of a scenario with costs."""
        return self.is_run and self.study.scenario.economics is not None

    @cached_property
    def summary(self) -> pd.DataFrame:
        """The outcomes of the run, as in `summary.csv`."""
        return self.kept.table("summary")

    @cached_property
    def uncertainty(self) -> pd.DataFrame | None:
        """The interval of each outcome over the draws of a sweep beside the run.

        That is the first probabilistic sweep of the same scenario among the results; None where
        there is none.
        """
        if not self.is_run:
            return None
        for other in self.others:
            try:
                return uncertainty_for(self.kept, [other])
            except RequestError:  # of another kind, design or scenario
                continue
        return None

    def differs(self, kept: Kept) -> bool:
        """Whether a result is about another study than the page, patients and seed apart."""
        own = self.study
        patients, seed = own.scenario.cohort.patients, own.scenario.seed
        studies = (study.with_(patients=patients, seed=seed) for study in kept.studies.values())
        return all(study.digest != own.digest for study in studies)

    def of_kind(self, kind: str) -> list[Kept]:
        """The results of a kind, in the order in which they were named."""
        return [one for one in (self.kept, *self.others) if one.manifest.kind == kind]
