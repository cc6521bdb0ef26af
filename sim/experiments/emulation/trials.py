"""Simulated trials of a published series, with every statistic computed as in the publication."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.experiments.emulation import contrasts
from sim.experiments.emulation.design import Emulation
from sim.experiments.emulation.drawn import drawn
from sim.experiments.forecast import Forecast, forecast_of_trials
from sim.experiments.sharing import shared
from sim.experiments.sizes import BLOCK, split, workers_for
from sim.experiments.sweeps.varied import Varied
from sim.outcomes import SumTable, facts_of, records_by_arm, sum_table
from sim.outcomes.definitions.published import asked, is_contrast, sides, simulated
from sim.outcomes.plan import groups_of_facts, line
from sim.outcomes.sums import joined
from sim.simulation.records import Floats
from sim.vocabulary import Progress
from sim.workers.pieces import in_order

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("trial", "fact", "value", "spread", "members", "measured")

PIECE = BLOCK["batch"]
"""Patients of the trials of a piece, about."""

PATIENTS_OF_A_DRAW = 500
"""A trial with parameters of its own takes at most as long as so many patients: its scenario is
read and lowered, whereas trials with the same parameters are simulated a thousand at a time."""


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
        Number of workers; as many as save time if None.

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
    if emulation.uncertain:
        draws = drawn(emulation.study, count)
        sums_of_trials = functools.partial(sums_of_draws, emulation, draws)
    paid, once = _patients_to_pay(emulation), not emulation.uncertain
    table = summed(sums_of_trials, count, paid, progress, workers, in_threads=once)
    at = {label.name: position for position, label in enumerate(table.labels)}
    rows, facts = [], facts_enrolled(emulation)
    for trial in range(count):
        for fact in facts:
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
    in_threads: bool = True,
) -> SumTable:
    """Simulate trials, and sum over the patients of each.

    Parameters
    ----------
    sums_of
        Simulates trials of these numbers; returns one part per trial.
    trials
        Number of trials.
    patients
        Patients per trial, or as many as take its time; a piece has about those of a block.
    progress
        Called with the number of trials done and to do.
    workers
        Number of workers; as many as save time if None.
    in_threads
        Whether workers may be threads. Trials whose scenarios differ are lowered one by one, which
        holds the interpreter: their workers are processes.

    Returns
    -------
    SumTable
        One part per trial.
    """
    if workers is None:
        workers = workers_for(trials * patients, "batch", in_threads)
    size, tables, done = max(1, PIECE // patients), [], 0
    taken, pieces = split(range(trials), size), split(range(trials), size)
    done_in_order = (
        shared(sums_of, pieces, "batch", workers) if in_threads
        else in_order(sums_of, pieces, workers)
    )  # fmt: skip
    for piece, table in zip(taken, done_in_order, strict=True):
        tables.append(table)
        done += len(piece)
        if progress is not None:
            progress(done, trials)
    return joined(tables)


def facts_enrolled(emulation: Emulation) -> list[dict[str, Any]]:
    """List the facts about arms in which the design enrols patients."""
    study, arms = emulation.study, emulation.design.patients
    groups = groups_of_facts(study)
    return [
        fact
        for fact in facts_of(study)
        if all(groups[group]["arm"] in arms for _, group in sides(fact))
    ]


def sums_of(emulation: Emulation, trials: range) -> SumTable:
    """Sum the published statistics over the patients of each trial: one part per trial."""
    study, design = emulation.study, emulation.design
    patients = range(trials.start * design.size, trials.stop * design.size)
    records = records_by_arm(study, patients, "batch", design.patients)
    groups = groups_of_facts(study)
    enrolled, facts = _enrolled(design.patients, len(trials)), facts_enrolled(emulation)
    of_one_group = [fact for fact in facts if not is_contrast(fact)]
    lines = [
        line((0, arm), None, outcome, inside * enrolled[arm])
        for arm in enrolled
        for outcome, inside in asked(records[arm], arm, of_one_group, groups)
    ]
    lines += contrasts.lines_of(facts, groups, records, enrolled, design.size)
    return sum_table(lines, part=design.size)


def sums_of_draws(emulation: Emulation, draws: Varied, trials: range) -> SumTable:
    """Sum the published statistics of trials, each simulated with its own draw of the parameters.

    The patients have the random numbers that they have without draws.
    """
    tables = []
    for trial in trials:
        study = draws.study_at(draws.points[trial])
        tables.append(sums_of(emulation._replace(study=study), range(trial, trial + 1)))
    return joined(tables)


def forecast_of(emulation: Emulation, workers: int | None = 1) -> Forecast:
    """Estimate what the trials of an emulation take, before they are simulated."""
    facts = len(facts_of(emulation.study))
    patients = _patients_to_pay(emulation)
    return forecast_of_trials(emulation.study, emulation.trials, patients, facts, workers)


def _patients_to_pay(emulation: Emulation) -> int:
    """Patients that take the time of one trial."""
    size = emulation.design.size
    return max(size, PATIENTS_OF_A_DRAW) if emulation.uncertain else size


def _enrolled(patients: dict[str, int], trials: int) -> dict[str, Floats]:
    """1 for the patients of each arm, 0 for the others; one trial after another."""
    arm_of_patient = np.repeat(np.arange(len(patients)), [*patients.values()])
    return {
        arm: np.tile(arm_of_patient == at, trials).astype(float) for at, arm in enumerate(patients)
    }
