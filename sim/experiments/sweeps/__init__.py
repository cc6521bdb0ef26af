"""Sensitivity sweeps: many sets of parameters on the same patients, to one tidy table.

A sweep's file is read against its scenarios (`load_sweep`), every point and block of patients is
simulated once and kept (`simulate`), and what is there is put together (`run`).
"""

from __future__ import annotations

from pathlib import Path

from sim.experiments.bounds import MOST_HOURS, TooLarge
from sim.experiments.forecast import Forecast
from sim.experiments.sweeps.advice import Pilot, pilot
from sim.experiments.sweeps.read import Sweep, load_sweep
from sim.experiments.sweeps.running import engine_for, gather, run, simulate, workers_for
from sim.experiments.sweeps.swept import Swept
from sim.experiments.sweeps.work import WHOLE, Shard
from sim.vocabulary import Engine, Progress

__all__ = [
    "WHOLE",
    "Forecast",
    "Pilot",
    "Shard",
    "Sweep",
    "Swept",
    "TooLarge",
    "engine_for",
    "gather",
    "load_sweep",
    "pilot",
    "run",
    "simulate",
    "sweep",
    "workers_for",
]


def sweep(
    file: str | Path,
    patients: int | None = None,
    draws: int | None = None,
    seed: int | None = None,
    root: str | Path = "results",
    progress: Progress | None = None,
    engine: Engine = "batch",
    workers: int | str = 1,
    most_hours: float = MOST_HOURS,
) -> Swept:
    """Simulate a scenario over many values of its parameters, into a folder of results.

    Blocks of patients that are there already are not simulated again.

    Parameters
    ----------
    file : path
        Sweep file.
    patients, draws, seed : int, optional
        Patients per arm, draws of the parameters and seed; those of the file by default.
    root : path
        The folder of results.
    progress : callable, optional
        Called with the number of histories (one patient in one arm) done and to do.
    engine : "simpy" or "batch"
        The results are equal to the last bit.
    workers : int or str
        Number of processes, or the address of a cluster's scheduler. The results do not depend on
        it.
    most_hours : float
        Longest forecast that is allowed.

    Returns
    -------
    Swept
        Outcomes at every point, and the analyses that the design allows.

    Raises
    ------
    ScenarioError
        If the sweep file or its scenario is not valid.
    TooLarge
        If the sweep would take longer than `most_hours`, half of the memory or more disk than is
        free.
    """
    planned = load_sweep(file, patients, draws, seed)
    return run(planned, Path(root), engine, workers, progress, most_hours=most_hours)
