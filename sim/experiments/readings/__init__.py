"""The four readings of an annual increase on the same virtual patients, side by side."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sim.experiments.readings.four import DEFAULTS, Four, read
from sim.experiments.readings.running import SideBySide, simulate
from sim.vocabulary import Engine, Progress

__all__ = ["DEFAULTS", "Four", "SideBySide", "read", "readings", "simulate"]


def readings(
    scenario: str | Path,
    patients: int | None = None,
    seed: int | None = None,
    settings: Iterable[str] = (),
    progress: Progress | None = None,
    engine: Engine = "batch",
    workers: int = 1,
) -> SideBySide:
    """Run a scenario under the four readings of its annual increase, on the same patients.

    Parameters
    ----------
    scenario : path
        Scenario file.
    patients, seed : int, optional
        Patients per arm and seed; those of the file by default.
    settings : iterable of str
        `path=value` texts that change the scenario, as of `--set`.
    progress : callable, optional
        Called with the number of histories (one patient in one arm) done and to do.
    engine : "simpy" or "batch"
        The results are equal to the last bit.
    workers : int
        Number of processes. The results do not depend on it.

    Returns
    -------
    SideBySide
        Outcomes under each reading, and paired differences from the scenario's own reading.

    Raises
    ------
    ScenarioError
        If the scenario is not valid.

    Examples
    --------
    >>> under_each = readings("scenarios/laroche2011.yaml", patients=20)
    >>> under_each.summary["reading"].unique().tolist()
    ['linear', 'compound', 'plateau', 'saturating']
    """
    four = read(scenario, patients, seed, settings)
    return simulate(four, progress=progress, engine=engine, workers=workers)
