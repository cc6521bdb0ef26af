"""Running several scenarios on the same virtual patients."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import RequestError
from sim.experiments import side_by_side
from sim.experiments.side_by_side import Contrast
from sim.outcomes import AnalysisPlan
from sim.outcomes.summary import ESTIMATE
from sim.scenario import ScenarioError, Study, load
from sim.vocabulary import Arms, Engine, Progress

if TYPE_CHECKING:
    import pandas as pd


COLUMNS = ("scenario", "arm", "against", "outcome", "unit", "time", *ESTIMATE)


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
        raise RequestError("a comparison needs two scenario files or more")
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
    contrasts = contrasts_of(studies)
    table = side_by_side.simulate(studies, contrasts, AnalysisPlan(), progress, engine, workers)
    names = [study.scenario.name for study in studies]
    summary = side_by_side.summarise(table, contrasts, names, COLUMNS)
    return Comparison([*studies], summary, engine)


def contrasts_of(studies: Sequence[Study]) -> list[Contrast]:
    """Every arm of each study, then every arm less the same arm of the first study."""
    arms = [[*map(Arms, study.scenario.arms)] for study in studies]
    alone = [Contrast(at, arm) for at, own in enumerate(arms) for arm in own]
    return [
        *alone,
        *(one._replace(against=0) for one in alone if one.study and one.arms in arms[0]),
    ]


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
