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
    """Run scenarios on the same virtual patients and compare their outcomes.

    Parameters
    ----------
    scenarios : iterable of path
        Scenario files, two or more. Differences are taken from the first.
    patients, seed : int, optional
        Patients per arm and seed of all scenarios; those of the first file by default.
    settings : iterable of str
        `path=value` texts that change every scenario, as of `--set`.
    progress : callable, optional
        Called with the number of histories (one patient in one arm) done and to do.
    engine : "simpy" or "batch"
        The results are equal to the last bit.
    workers : int
        Number of processes. The results do not depend on it.

    Returns
    -------
    Comparison
        Its `summary` has one row for each scenario, arm and outcome, and for each difference.

    Raises
    ------
    RequestError
        For fewer than two scenarios, or two of one name.
    ScenarioError
        If a file is not valid.

    Examples
    --------
    >>> files = ["scenarios/laroche2011.yaml", "scenarios/poor-attendance.yaml"]
    >>> comparison = compare(files, patients=20, engine="simpy")
    >>> comparison.summary["scenario"].unique().tolist()
    ['laroche2011', 'poor-attendance']
    """
    return simulate(read(scenarios, patients, seed, settings), progress, engine, workers)


def read(
    scenarios: Iterable[str | Path],
    patients: int | None = None,
    seed: int | None = None,
    settings: Iterable[str] = (),
) -> list[Study]:
    """Read scenario files with the patients and the seed of the first.

    Parameters and errors are those of `compare`. A ScenarioError lists the mistakes of all files.

    Returns
    -------
    list of Study
        One study per file, in their order.
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
    """Run studies on the same virtual patients, block by block, and compare them.

    No tables are kept, so memory does not grow with the number of patients.

    Parameters
    ----------
    studies : sequence of Study
        Studies with the same number of patients and the same seed.
    progress, engine, workers
        As of `compare`.

    Returns
    -------
    Comparison
        Outcomes of each study, and paired differences from the first.
    """
    contrasts = contrasts_of(studies)
    table = side_by_side.simulate(studies, contrasts, AnalysisPlan(), progress, engine, workers)
    names = [study.scenario.name for study in studies]
    summary = side_by_side.summarise(table, contrasts, names, COLUMNS)
    return Comparison([*studies], summary, engine)


def contrasts_of(studies: Sequence[Study]) -> list[Contrast]:
    """List every arm of each study, then its difference from the same arm of the first study."""
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
