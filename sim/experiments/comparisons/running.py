"""Running several scenarios on the same virtual patients."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sim import outcomes
from sim.errors import RequestError
from sim.experiments import runs
from sim.experiments.blocks import Work
from sim.experiments.comparisons.pairing import summarise
from sim.scenario import ScenarioError, Study, load
from sim.vocabulary import Engine, Progress

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Comparison:
    """Several scenarios on the same virtual patients, and their outcomes in one table.

    Differences are taken from the first study. `summary` has a row for each scenario, arm and
    outcome at its last time, `against` empty; then a row for each paired difference from the first
    scenario, named in `against`, in the arms that both have, at the last time that both have in
    common.
    """

    studies: list[Study]
    summary: pd.DataFrame
    engine: Engine


def compare(
    scenarios: Iterable[str | Path],
    patients: int | None = None,
    seed: int | None = None,
    settings: Iterable[str] = (),
    progress: Progress | None = None,
    engine: Engine = "batch",
    workers: int = 1,
) -> Comparison:
    """Run scenario files on the same virtual patients and put their outcomes side by side.

    Number of patients and seed are those of the first file unless given; `settings` are laid over
    every file. Raises RequestError for fewer than two scenarios or two of one name, ScenarioError
    for files that are not valid.
    """
    return simulate(read(scenarios, patients, seed, settings), progress, engine, workers)


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
        raise RequestError("nothing to compare with; name at least two scenario files")
    studies = _load(paths, settings, patients, seed)
    names = [study.scenario.name for study in studies]
    for path, name in zip(paths, names, strict=True):
        if names.count(name) > 1:
            raise RequestError(
                f"two scenarios are called '{name}'; give {path} a `name:` of its own"
            )
    first = studies[0].scenario
    return _load(paths, settings, first.cohort.patients, first.seed)


def simulate(
    studies: Sequence[Study],
    progress: Progress | None = None,
    engine: Engine = "batch",
    workers: int = 1,
) -> Comparison:
    """Run studies that have as many patients and the same seed, block by block, and compare them.

    No tables are kept, so memory does not grow with the number of patients.
    """
    against = {
        (place, arm): (0, arm)
        for place, study in enumerate(studies)
        for arm in study.scenario.arms
        if place > 0 and arm in studies[0].scenario.arms
    }
    work = Work(studies, engine, against, with_tables=False)
    whole = outcomes.added(block.tally for block in runs.in_blocks(work, progress, workers))
    names = [study.scenario.name for study in studies]
    return Comparison([*studies], summarise(names, whole), engine)


def _load(
    paths: list[str | Path], settings: list[str], patients: int | None, seed: int | None
) -> list[Study]:
    studies, mistakes = [], []
    for path in paths:
        try:
            studies.append(load(path, settings, patients, seed))
        except ScenarioError as error:
            mistakes += error.mistakes
    if mistakes:
        raise ScenarioError(mistakes)
    return studies
