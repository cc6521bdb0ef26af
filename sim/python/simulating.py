"""What simulates virtual patients: `run`, `compare`, `readings` and `verify`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from sim.errors import RequestError
from sim.experiments import comparisons, precision, runs, verification
from sim.experiments import engine as engines
from sim.experiments import readings as four_readings
from sim.experiments.bounds import allow
from sim.experiments.comparisons import Comparison
from sim.experiments.forecast import forecast
from sim.experiments.kinds.run import What, refuse_no_tables
from sim.experiments.readings import SideBySide
from sim.experiments.runs import Result
from sim.experiments.verification import FEWEST, PATIENTS, Verification
from sim.python.options import one_of
from sim.scenario import ScenarioLike, Study, as_settings, load
from sim.vocabulary import AskedEngine, Engine, Progress, TableFormat

KEEPS = get_args(What)


def run(
    scenario: ScenarioLike,
    *,
    patients: int | None = None,
    seed: int | None = None,
    settings: Mapping[str, Any] | None = None,
    until: Mapping[str, float] | None = None,
    engine: AskedEngine = "auto",
    workers: int | None = 1,
    keep: What = "all",
    tables: TableFormat = "parquet",
    out: str | Path | None = None,
    progress: Progress | None = None,
    yes: bool = False,
) -> Result:
    """Simulate a scenario and compare it with published numbers.

    Parameters
    ----------
    scenario : path, mapping or Study
        Scenario file; a document as a mapping, as `yaml.safe_load` reads a file; or a study.
    patients, seed : int, optional
        Patients per arm and seed; those of the scenario by default.
    settings : mapping, optional
        Values by path that change the scenario, like `{"therapies.pamidronate.given": "60 %"}`.
    until : mapping, optional
        Half-widths of 95 % Monte Carlo intervals by outcome, like `{"spine.difference": 0.1}`:
        patients are added until these are reached, and `patients` is ignored.
    engine : "auto", "simpy" or "batch"
        SimPy is the reference; the batch engine compiles once and is then a hundred times as fast.
        `auto` takes the one that finishes first. The results are equal to the last bit.
    workers : int, optional
        Number of workers; as many as save time if None. The results do not depend on it. Those of
        the batch engine are threads. Those of SimPy are processes: a script that asks for more than
        one needs the usual guard of its main module.
    keep : "all", "tables" or "outcomes"
        `outcomes` has no tables of patients, so memory does not grow with their number. `tables`
        is kept without figures.
    tables : "parquet" or "csv"
        With `csv` the tables of patients, events and measurements are kept as CSV files too.
    out : path, optional
        Folder of results in which the result is kept as well; `save` does so later.
    progress : callable, optional
        Called with the number of histories (one patient in one arm) done and to do.
    yes : bool
        Simulate even if the forecast of time or memory exceeds the bounds.

    Returns
    -------
    Result
        `summary` (outcomes with Monte Carlo error, arm by arm and as paired differences),
        `effects`, `reported` (published numbers beside simulated ones), and the tables `patients`,
        `events`, `measurements` and `latent` are pandas.DataFrame. `plot(name)` draws a figure,
        `save(out)` keeps the result, and a notebook shows the tables of the command.

    Raises
    ------
    ScenarioError
        If the scenario is not valid.
    RequestError
        For an option that is not allowed, or a run that would take more than 24 hours or half of
        the memory of this machine.

    Examples
    --------
    >>> result = run("scenarios/laroche2011.yaml", patients=20)
    >>> len(result.patients), sorted(result.events["arm"].unique())
    (20, ['combination', 'pamidronate'])
    >>> less = run("scenarios/laroche2011.yaml", patients=20, keep="outcomes",
    ...            settings={"therapies.pamidronate.given": "60 %"})
    >>> less.study.settings[0].new
    '60 %'
    """
    study = load(scenario, as_settings(settings), patients, seed)
    refuse_no_tables(one_of("keep", keep, KEEPS), one_of("tables", tables, get_args(TableFormat)))
    texts = tuple(f"{outcome}:{width}" for outcome, width in (until or {}).items())
    course, result = None, None
    if texts:
        result, course = precision.until(study, precision.read(texts), progress, workers)
        study = result.study
    chosen = engine_for(engine, [study], workers)
    if result is None or keep != "outcomes":
        only = keep == "outcomes"
        result = runs.run(study, None, None, (), progress, chosen, workers, only, yes)
    result = replace(
        result, until=texts, course=course, has_figures=keep == "all", table_format=tables
    )
    if out is not None:
        result.save(out)
    return result


def compare(
    scenarios: Iterable[ScenarioLike],
    *,
    patients: int | None = None,
    seed: int | None = None,
    settings: Mapping[str, Any] | None = None,
    engine: AskedEngine = "auto",
    workers: int | None = 1,
    out: str | Path | None = None,
    progress: Progress | None = None,
    yes: bool = False,
) -> Comparison:
    """Run scenarios on the same virtual patients and compare their outcomes.

    Parameters
    ----------
    scenarios : iterable of path, mapping or Study
        Two scenarios or more. Differences are taken from the first.
    patients, seed : int, optional
        Patients per arm and seed of all scenarios; those of the first by default.
    settings : mapping, optional
        Values by path that change every scenario.
    engine, workers, out, progress, yes
        As of `run`.

    Returns
    -------
    Comparison
        Its `summary` has one row for each scenario, arm and outcome, and for each paired difference
        from the first scenario, which the column `against` names. `plot`, `save` as of `run`.

    Raises
    ------
    RequestError
        For fewer than two scenarios, two of one name, or a comparison that would take more than 24
        hours or half of the memory of this machine.
    ScenarioError
        If a scenario is not valid.

    Examples
    --------
    >>> files = ["scenarios/laroche2011.yaml", "scenarios/poor-attendance.yaml"]
    >>> comparison = compare(files, patients=20)
    >>> comparison.summary["scenario"].unique().tolist()
    ['laroche2011', 'poor-attendance']
    """
    if isinstance(scenarios, str | Path | Mapping | Study):
        raise RequestError("a comparison needs two scenario files or more")
    studies = comparisons.read(scenarios, patients, seed, as_settings(settings))
    chosen = engine_for(engine, studies, workers)
    allow(forecast(studies, chosen, workers), yes=yes)
    comparison = comparisons.simulate(studies, progress, chosen, workers)
    if out is not None:
        comparison.save(out)
    return comparison


def readings(
    scenario: ScenarioLike,
    *,
    plateau: str | None = None,
    saturating: tuple[str, str] | None = None,
    patients: int | None = None,
    seed: int | None = None,
    settings: Mapping[str, Any] | None = None,
    engine: AskedEngine = "auto",
    workers: int | None = 1,
    out: str | Path | None = None,
    progress: Progress | None = None,
    yes: bool = False,
) -> SideBySide:
    """Run a scenario under the four readings of its annual increase, on the same patients.

    Parameters
    ----------
    scenario, patients, seed, settings
        As of `run`.
    plateau : str, optional
        Duration of the increase under the plateau reading, like `30 months`.
    saturating : (str, str), optional
        Time constant and window of the saturating reading, like `("12 months", "24 months")`.
    engine, workers, out, progress, yes
        As of `run`.

    Returns
    -------
    SideBySide
        Its `summary` has the outcomes under each reading (column `reading`), and the paired
        differences from the scenario's own reading. `plot`, `save` as of `run`.

    Raises
    ------
    ScenarioError
        If the scenario or a time is not valid.
    RequestError
        If the readings would take more than 24 hours or half of the memory of this machine.

    Examples
    --------
    >>> under_each = readings("scenarios/laroche2011.yaml", patients=20)
    >>> under_each.summary["reading"].unique().tolist()
    ['linear', 'compound', 'plateau', 'saturating']
    """
    four = four_readings.read(scenario, patients, seed, as_settings(settings), plateau, saturating)
    studies = [*four.studies.values()]
    chosen = engine_for(engine, studies, workers)
    allow(forecast(studies, chosen, workers), yes=yes)
    side_by_side = four_readings.simulate(four, progress, chosen, workers)
    if out is not None:
        side_by_side.save(out)
    return side_by_side


def verify(
    scenario: ScenarioLike,
    *,
    patients: int = PATIENTS,
    seed: int | None = None,
    settings: Mapping[str, Any] | None = None,
    out: str | Path | None = None,
    progress: Progress | None = None,
    yes: bool = False,
) -> Verification:
    """Verify the program on a scenario: run every check and return the verdicts.

    Two checks start other processes, so a script that calls this needs the usual guard of its main
    module.

    Parameters
    ----------
    scenario, seed, settings
        As of `run`.
    patients : int
        Virtual patients for checks against an expected value, 50 or more. Other checks take at most
        300.
    out : path, optional
        Folder of results in which the verdicts are kept as well.
    progress : callable, optional
        Called with the number of checks done and to do.
    yes : bool
        Check even if the forecast of time or memory exceeds the bounds.

    Returns
    -------
    Verification
        Its `passed` is False if a check failed; `table` has one row per check. `plot`, `save` as of
        `run`.

    Raises
    ------
    ScenarioError
        If the scenario is not valid.
    RequestError
        For fewer than 50 patients, or checks that would take more than 24 hours or half of the
        memory of this machine.

    References
    ----------
    Checklists TECH-VER (Büyükkaramikli et al. 2019) and AdViSHE (Vemer et al. 2016);
    docs/verification.md.
    """
    if patients < FEWEST:
        raise RequestError(f"{patients} patients are too few to check; allowed: {FEWEST} or more")
    study = load(scenario, as_settings(settings), seed=seed)
    allow(verification.forecast_of(study, patients), yes=yes)
    verified = verification.check(study, patients, progress)
    if out is not None:
        verified.save(out)
    return verified


def engine_for(asked: AskedEngine, studies: list[Study], workers: int | None) -> Engine:
    """Choose the engine of some studies. RequestError for an engine that does not exist."""
    one_of("engine", asked, get_args(AskedEngine))
    return engines.chosen(asked, studies, workers)
