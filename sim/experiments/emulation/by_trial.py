"""Sums over the patients of each trial, in pieces of several trials."""

from __future__ import annotations

from collections.abc import Callable

from sim.experiments.runs import split
from sim.outcomes import SumTable
from sim.outcomes.sums import joined
from sim.simulation.draws import CHUNK
from sim.vocabulary import Progress
from sim.workers.pieces import in_order


def summed(
    sums_of: Callable[[range], SumTable],
    trials: int,
    patients: int,
    progress: Progress | None,
    workers: int,
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
        Number of processes.

    Returns
    -------
    SumTable
        One part per trial.
    """
    pieces, tables, done = split(range(trials), max(1, CHUNK // patients)), [], 0
    for piece, table in zip(pieces, in_order(sums_of, pieces, workers), strict=True):
        tables.append(table)
        done += len(piece)
        if progress is not None:
            progress(done, trials)
    return joined(tables)
