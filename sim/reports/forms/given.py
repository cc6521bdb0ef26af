"""The kept results that a form is filled from, and those of them that are of one scenario."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from sim.results import Kept, Kind
from sim.scenario import Study
from sim.scenario.form.study import Scenario


@dataclass(frozen=True)
class Given:
    """Kept results; the form describes the first run, or else the first result."""

    results: Sequence[Kept]

    @cached_property
    def main(self) -> Kept:
        """The result that the form describes."""
        runs = [kept for kept in self.results if kept.manifest.kind == "run"]
        return (runs or [*self.results])[0]

    @property
    def study(self) -> Study:
        """The study of that result."""
        return self.main.study

    @property
    def scenario(self) -> Scenario:
        """The scenario of that study."""
        return self.study.scenario

    @cached_property
    def used(self) -> tuple[Kept, ...]:
        """The results of the same scenario, whatever their patients and seeds; the main first."""
        others = [kept for kept in self.results if kept is not self.main]
        return (self.main, *(kept for kept in others if self._is_alike(kept)))

    def of_kind(self, *kinds: Kind) -> Iterator[Kept]:
        """The results of some kinds, of the same scenario."""
        return (kept for kept in self.used if kept.manifest.kind in kinds)

    def _is_alike(self, kept: Kept) -> bool:
        own = self.study
        patients, seed = own.scenario.cohort.patients, own.scenario.seed
        alike = (study.with_(patients=patients, seed=seed) for study in kept.studies.values())
        return any(study.digest == own.digest for study in alike)


def named(kept: Kept) -> str:
    """A result in words: its kind and the start of its name."""
    return f"{kept.manifest.kind} {kept.folder.name}"
