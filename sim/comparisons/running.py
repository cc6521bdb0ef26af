"""Running several scenarios on the same virtual patients."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sim import runs
from sim.comparisons.pairing import summarise
from sim.scenario import ScenarioError, Study, load

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Comparison:
    """Several runs on the same virtual patients, and their outcomes in one table.

    `summary` has a row for each scenario, arm and outcome at its last time, `against` empty; then
    a row for each paired difference from the first scenario, named in `against`, in the arms that
    both have, at the last time that both have in common.
    """

    results: list[runs.Result]
    summary: pd.DataFrame

    @property
    def studies(self) -> list[Study]:
        """The studies compared; the first is the one that differences are taken from."""
        return [result.study for result in self.results]


def compare(
    scenarios: Iterable[str | Path],
    patients: int | None = None,
    seed: int | None = None,
    settings: Iterable[str] = (),
    progress: runs.Progress | None = None,
    engine: runs.Engine = "batch",
) -> Comparison:
    """Run scenario files on the same virtual patients and put their outcomes side by side.

    Number of patients and seed are those of the first file unless given; `settings` are laid over
    every file. Raises ValueError for fewer than two scenarios or two of one name, ScenarioError
    for files that are not valid.
    """
    return simulate(read(scenarios, patients, seed, settings), progress, engine)


def read(
    scenarios: Iterable[str | Path],
    patients: int | None = None,
    seed: int | None = None,
    settings: Iterable[str] = (),
) -> list[Study]:
    """The studies of scenario files, all with the patients and the seed of the first.

    Raises as `compare`; ScenarioError tells the mistakes of all files.
    """
    paths, settings = list(scenarios), list(settings)
    if len(paths) < 2:
        raise ValueError("nothing to compare with; name at least two scenario files")
    studies = _load(paths, runs.with_numbers(settings, patients, seed))
    names = [study.scenario.name for study in studies]
    for path, name in zip(paths, names, strict=True):
        if names.count(name) > 1:
            raise ValueError(f"two scenarios are called '{name}'; give {path} a `name:` of its own")
    first = studies[0].scenario
    return _load(paths, runs.with_numbers(settings, first.cohort.patients, first.seed))


def simulate(
    studies: Sequence[Study],
    progress: runs.Progress | None = None,
    engine: runs.Engine = "batch",
) -> Comparison:
    """Run studies that have as many patients and the same seed, and compare them."""
    sizes = [study.scenario.cohort.patients * len(study.scenario.arms) for study in studies]
    results: list[runs.Result] = []
    for place, study in enumerate(studies):
        tell = _onward(progress, sum(sizes[:place]), sum(sizes))
        results.append(runs.run(study, progress=tell, engine=engine))
    return Comparison(results, summarise(results))


def _load(paths: list[str | Path], settings: list[str]) -> list[Study]:
    studies, mistakes = [], []
    for path in paths:
        try:
            studies.append(load(path, settings))
        except ScenarioError as error:
            mistakes += error.mistakes
    if mistakes:
        raise ScenarioError(mistakes)
    return studies


def _onward(progress: runs.Progress | None, before: int, total: int) -> runs.Progress | None:
    """Progress of one run as progress of all."""
    return None if progress is None else lambda done, _: progress(before + done, total)
