"""Simulated trials of a published series, with every statistic computed as in the publication."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np

from sim.experiments.emulation.by_trial import summed
from sim.experiments.emulation.design import Emulation
from sim.outcomes import SumTable, facts_of, records_by_arm, sum_table
from sim.outcomes.definitions.published import asked, simulated
from sim.outcomes.plan import line
from sim.simulation.records import Floats
from sim.vocabulary import Progress

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("trial", "fact", "value", "spread", "members", "measured")


def run(emulation: Emulation, progress: Progress | None = None, workers: int = 1) -> pd.DataFrame:
    """Simulate every trial of an emulation.

    Each arm has patients of its own, as in a trial, and only measured values count.

    Parameters
    ----------
    emulation
        The study and the design of its trials.
    progress
        Called with the number of trials done and to do.
    workers
        Number of processes.

    Returns
    -------
    pandas.DataFrame
        One row for each trial and fact: trial (from 0); fact; value; spread (SD between patients);
        members (patients of the group); measured (patients with a value). The value is NaN for an
        empty group, the spread for a single patient.
    """
    import pandas as pd

    sums_of_trials = functools.partial(sums_of, emulation)
    size, count = emulation.design.size, emulation.trials
    table = summed(sums_of_trials, count, size, progress, workers)
    at = {label.name: position for position, label in enumerate(table.labels)}
    rows = []
    for trial in range(count):
        for fact in facts_of(emulation.study):
            position = at[fact["fact"]]
            sums = table.sums(position, trial)
            value, spread = simulated(table.labels[position].measure, sums, fact["simulated"])
            rows.append((trial, fact["fact"], value, spread, sums.units, sums.x))
    return pd.DataFrame(rows, columns=list(COLUMNS))


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


def _enrolled(patients: dict[str, int], trials: int) -> dict[str, Floats]:
    """1 for the patients of each arm, 0 for the others; one trial after another."""
    arm_of_patient = np.repeat(np.arange(len(patients)), [*patients.values()])
    return {
        arm: np.tile(arm_of_patient == at, trials).astype(float) for at, arm in enumerate(patients)
    }
