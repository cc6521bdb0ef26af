"""Scenarios side by side on the same virtual patients, and their paired differences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from sim.errors import RequestError
from sim.experiments import side_by_side
from sim.experiments.clinics import with_patients_of
from sim.experiments.in_memory import InMemory
from sim.experiments.side_by_side import Contrast
from sim.outcomes import AnalysisPlan
from sim.outcomes.summary import ESTIMATE, in_months
from sim.results import Kind
from sim.scenario import ScenarioError, ScenarioLike, Study, load
from sim.scenario.protocol import accrual
from sim.vocabulary import Arms, Engine, Progress

if TYPE_CHECKING:
    import pandas as pd


COLUMNS = ("scenario", "arm", "against", "outcome", "unit", "time", *ESTIMATE)


@dataclass(frozen=True, repr=False)
class Comparison(InMemory):
    """Several scenarios on the same virtual patients, and their outcomes in one table.

    Differences are taken from the first study. `summary` has a row for each scenario, arm and
    outcome at its last time, `against` empty; then a row for each paired difference from the first
    scenario, named in `against`, in the arms that both have, at the last time that both have in
    common.
    """

    kind: ClassVar[Kind] = "comparison"

    studies: list[Study]
    summary: pd.DataFrame
    engine: Engine

    @property
    def tables_named(self) -> tuple[str, ...]:
        """The one table."""
        return ("summary",)

    @property
    def about(self) -> str:
        """Scenarios, patients and seed."""
        first, *others = (study.scenario for study in self.studies)
        return (
            f"{first.name} beside {', '.join(other.name for other in others)}; "
            f"{first.cohort.patients} patients; seed {first.seed}"
        )


def read(
    scenarios: Iterable[ScenarioLike],
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
            which = path if isinstance(path, str | Path) else "one of them"
            raise RequestError(
                f"two scenarios are called '{name}'; give {which} a `name:` of its own"
            )
    if any(study.scenario.clinics for study in studies):
        return [with_patients_of(studies[0], study) for study in studies]
    first = studies[0].scenario
    return _load(paths, settings, first.cohort.patients, first.seed)


def simulate(
    studies: Sequence[Study],
    progress: Progress | None = None,
    engine: Engine = "batch",
    workers: int | None = 1,
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
    named = {study.scenario.name: study for study in studies}
    arguments = (contrasts_of(studies), COLUMNS, AnalysisPlan(), progress, engine, workers)
    return Comparison([*studies], side_by_side.compare(named, *arguments), engine)


def contrasts_of(studies: Sequence[Study]) -> list[Contrast]:
    """List every arm of each study, then its difference from the same arm of the first study."""
    arms = [[*map(Arms, study.scenario.arms)] for study in studies]
    alone = [Contrast(at, arm) for at, own in enumerate(arms) for arm in own]
    return [
        *alone,
        *(one._replace(against=0) for one in alone if one.study and one.arms in arms[0]),
    ]


def _load(
    paths: list[ScenarioLike], settings: list[str], patients: int | None, seed: int | None
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


def remarks(studies: Sequence[Study]) -> list[str]:
    """Say how studies differ from the first one in patients, length and reading, a line each."""
    first, *others = (study.scenario for study in studies)
    lengths = [
        f"{other.name} ({in_months(round(other.horizon)):g} months)"
        for other in others
        if other.horizon != first.horizon
    ]
    lines = whose(studies)
    if lengths:
        lines.append(
            f"Other follow-up than {first.name} ({in_months(round(first.horizon)):g} months): "
            f"{', '.join(lengths)}. Differences are taken at the last common visit; outcomes of "
            "the whole follow-up have no difference."
        )
    return [*lines, reading(studies)]


def whose(studies: Sequence[Study]) -> list[str]:
    """Name the scenarios whose patients differ from those of the first, and the parts that do."""
    first, *others = (study.scenario for study in studies)
    lines = []
    for other in others:
        parts = type(first.cohort).model_fields
        differ = [p for p in parts if getattr(first.cohort, p) != getattr(other.cohort, p)]
        differ += ["reference_bmd"] * (first.reference_bmd != other.reference_bmd)
        if differ:
            lines.append(
                f"The patients of {other.name} differ from those of {first.name} (in "
                f"{', '.join(differ)}): only their random numbers are paired."
            )
    return lines


def reading(studies: Sequence[Study]) -> str:
    """Say how the annual increase is read, by scenario where the readings differ."""
    readings: dict[str, list[str]] = {}
    for study in studies:
        readings.setdefault(accrual(study.scenario), []).append(study.scenario.name)
    if len(readings) == 1:
        return f"Annual increase read as: {next(iter(readings))}."
    each = "; ".join(f"{read_as} ({', '.join(names)})" for read_as, names in readings.items())
    return f"The annual increase is read differently: {each}."
