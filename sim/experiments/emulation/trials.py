"""Trial after trial on virtual patients: every published statistic, computed as it was computed."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np

from sim.experiments.emulation.design import Emulation
from sim.experiments.runs import split
from sim.outcomes import SumTable, facts_of, records_by_arm, sum_table
from sim.outcomes.definitions.published import asked, simulated
from sim.outcomes.plan import line
from sim.simulation.draws import CHUNK
from sim.simulation.records import Floats
from sim.vocabulary import Progress
from sim.workers.pieces import in_order

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("trial", "fact", "value", "spread", "members", "measured")


def run(emulation: Emulation, progress: Progress | None = None, workers: int = 1) -> pd.DataFrame:
    """One row for each trial and fact: value, SD between patients, members of the group, measured.

    Patients differ from arm to arm, as in a trial, and only measured values count. A statistic of
    an empty group is NaN; so is the SD of a single patient.
    """
    import pandas as pd

    facts = facts_of(emulation.study)
    pieces, done = _pieces(emulation), 0
    rows: list[tuple[object, ...]] = []
    tables = in_order(functools.partial(sums_of, emulation), pieces, workers)
    for piece, table in zip(pieces, tables, strict=True):
        at = {label.name: position for position, label in enumerate(table.labels)}
        for part, trial in enumerate(piece):
            for fact in facts:
                sums = table.sums(at[fact["fact"]], part)
                value, spread, _ = simulated(sums, fact["simulated"])
                rows.append((trial, fact["fact"], value, spread, sums.units, sums.x))
        done += len(piece)
        if progress is not None:
            progress(done, emulation.trials)
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
    """1 for the patients of each arm, of all trials one after another; 0 for the others."""
    arm_of_patient = np.repeat(np.arange(len(patients)), [*patients.values()])
    return {
        arm: np.tile(arm_of_patient == at, trials).astype(float) for at, arm in enumerate(patients)
    }


def _pieces(emulation: Emulation) -> list[range]:
    """Trials in pieces of about as many patients as a block holds."""
    size = max(1, CHUNK // emulation.design.size)
    return split(range(emulation.trials), size)
