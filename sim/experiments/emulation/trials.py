"""Simulated trials of a published series, with every statistic computed as in the publication."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.errors import RequestError
from sim.experiments.forecast import Forecast, forecast_of_trials
from sim.experiments.sizes import split, workers_for
from sim.outcomes import SumTable, facts_of, records_by_arm, sum_table
from sim.outcomes.definitions.published import asked, simulated
from sim.outcomes.plan import line
from sim.outcomes.sums import joined
from sim.scenario import Study, load
from sim.scenario.durations import in_time
from sim.simulation.draws import CHUNK
from sim.simulation.records import Floats
from sim.vocabulary import Progress
from sim.workers.pieces import in_order

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("trial", "fact", "value", "spread", "members", "measured")


class Design(NamedTuple):
    """The design of a series: patients enrolled in each arm, and settings of a scenario.

    `settings` are `path=value` texts: the follow-up and the visits that the publication states.
    """

    patients: dict[str, int]
    settings: tuple[str, ...]

    @property
    def size(self) -> int:
        """Patients per trial, all arms together."""
        return sum(self.patients.values())


class Emulation(NamedTuple):
    """A study whose cohort consists of several trials of one design, one after another."""

    study: Study
    design: Design
    trials: int


def prepare(
    scenario: str | Path, trials: int, seed: int | None = None, settings: Iterable[str] = ()
) -> Emulation:
    """Prepare trials with the design of the publication of a scenario.

    Parameters
    ----------
    scenario : path
        Scenario file with a publication under `answers`.
    trials : int
        Number of trials.
    seed : int, optional
        Seed of the random numbers; that of the file by default.
    settings : iterable of str
        `path=value` texts that change the scenario and the design.

    Returns
    -------
    Emulation
        A study whose cohort holds the patients of all trials.

    Raises
    ------
    ScenarioError
        If the scenario is not valid.
    RequestError
        If the scenario names no publication, or the publication has no design.
    """
    settings = [*settings]
    design = design_of(load(scenario, settings, seed=seed))
    study = load(scenario, [*design.settings, *settings], trials * design.size, seed)
    return Emulation(study, design, trials)


def design_of(study: Study) -> Design:
    """Return the design of the publication of a study.

    Raises
    ------
    RequestError
        If the study names no publication, the publication has no design, or the design enrols
        patients in an arm that the study does not have.
    """
    answers = study.scenario.answers
    if answers is None:
        name = study.scenario.name
        raise RequestError(f"{name} names no publication to compare with; add `answers:`")
    design = study.publication(answers).get("design")
    if design is None:
        raise RequestError(
            f"{answers} does not say how many patients it enrolled; its file needs a `design:`, "
            f"like {{patients: {{{next(iter(study.scenario.arms))}: 10}}}}"
        )
    strangers = [arm for arm in design["patients"] if arm not in study.scenario.arms]
    if strangers:
        raise RequestError(f"{answers} enrols patients in '{strangers[0]}', which is not an arm")
    patients = {arm: int(count) for arm, count in design["patients"].items()}
    return Design(patients, tuple(_settings(design, study.publication(answers))))


def _settings(design: Mapping[str, Any], paper: Mapping[str, Any]) -> Iterable[str]:
    """Follow-up and visits of the series as settings of a scenario."""
    follow_up = design.get("follow_up", paper.get("follow_up"))
    if follow_up is not None:
        yield f"horizon={in_time(follow_up)}"
    for what, times in design.get("visits", {}).items():
        yield f"visits.{what}=[{', '.join(times)}]"


def simulate(
    emulation: Emulation, progress: Progress | None = None, workers: int | None = 1
) -> pd.DataFrame:
    """Simulate every trial of an emulation.

    Each arm has patients of its own, as in a trial, and only measured values count.

    Parameters
    ----------
    emulation
        The study and the design of its trials.
    progress
        Called with the number of trials done and to do.
    workers
        Number of processes; as many as save time if None.

    Returns
    -------
    pandas.DataFrame
        One row for each trial and fact: trial (from 0); fact; value; spread (SD between patients);
        members (patients of the group); measured (patients with a value). The value is NaN for an
        empty group, the spread for a single patient.
    """
    import pandas as pd

    sums_of_trials = functools.partial(sums_of, emulation)
    count = emulation.trials
    table = summed(sums_of_trials, count, emulation.design.size, progress, workers)
    at = {label.name: position for position, label in enumerate(table.labels)}
    rows = []
    for trial in range(count):
        for fact in facts_of(emulation.study):
            position = at[fact["fact"]]
            sums = table.sums(position, trial)
            value, spread = simulated(table.labels[position].measure, sums, fact["simulated"])
            rows.append((trial, fact["fact"], value, spread, sums.units, sums.x))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def summed(
    sums_of: Callable[[range], SumTable],
    trials: int,
    patients: int,
    progress: Progress | None,
    workers: int | None,
) -> SumTable:
    """Simulate trials, and sum over the patients of each.

    Parameters
    ----------
    sums_of
        Simulates trials of these numbers; returns one part per trial.
    trials
        Number of trials.
    patients
        Patients per trial; a piece has about as many patients as a block.
    progress
        Called with the number of trials done and to do.
    workers
        Number of processes; as many as save time if None.

    Returns
    -------
    SumTable
        One part per trial.
    """
    if workers is None:
        workers = workers_for(trials * patients, "batch")
    size, tables, done = max(1, CHUNK // patients), [], 0
    taken, pieces = split(range(trials), size), split(range(trials), size)
    for piece, table in zip(taken, in_order(sums_of, pieces, workers), strict=True):
        tables.append(table)
        done += len(piece)
        if progress is not None:
            progress(done, trials)
    return joined(tables)


def sums_of(emulation: Emulation, trials: range) -> SumTable:
    """Sum the published statistics over the patients of each trial: one part per trial."""
    study, design = emulation.study, emulation.design
    patients = range(trials.start * design.size, trials.stop * design.size)
    records = records_by_arm(study, patients, "batch", design.patients)
    groups = study.publication(study.scenario.answers or "")["groups"]
    enrolled = _enrolled(design.patients, len(trials))
    lines = [
        line((0, arm), None, outcome, inside * enrolled[arm])
        for arm in enrolled
        for outcome, inside in asked(records[arm], arm, facts_of(study), groups)
    ]
    return sum_table(lines, part=design.size)


def forecast_of(emulation: Emulation, workers: int | None = 1) -> Forecast:
    """Estimate what the trials of an emulation take, before they are simulated."""
    facts = len(facts_of(emulation.study))
    size = emulation.design.size
    return forecast_of_trials(emulation.study, emulation.trials, size, facts, workers)


def _enrolled(patients: dict[str, int], trials: int) -> dict[str, Floats]:
    """1 for the patients of each arm, 0 for the others; one trial after another."""
    arm_of_patient = np.repeat(np.arange(len(patients)), [*patients.values()])
    return {
        arm: np.tile(arm_of_patient == at, trials).astype(float) for at, arm in enumerate(patients)
    }
