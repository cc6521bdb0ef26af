"""A published study, simulated many times with virtual patients."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sim.experiments.bounds import allow
from sim.experiments.emulation.design import Design, Emulation, prepare
from sim.experiments.emulation.scores import Emulated, run
from sim.experiments.emulation.trials import forecast_of
from sim.experiments.emulation.words import said, title
from sim.vocabulary import Progress

TRIALS = 5000

__all__ = [
    "TRIALS", "Design", "Emulated", "Emulation", "emulate", "forecast_of", "prepare", "run",
    "said", "title",
]  # fmt: skip


def emulate(
    scenario: str | Path,
    trials: int = TRIALS,
    seed: int | None = None,
    settings: Iterable[str] = (),
    progress: Progress | None = None,
    workers: int | None = 1,
    yes: bool = False,
    uncertain: bool = False,
) -> Emulated:
    """Simulate a published study many times and score each published number.

    Parameters
    ----------
    scenario : path
        Scenario file with a publication under `answers`.
    trials : int
        Number of simulated trials, each with as many patients as the publication.
    seed : int, optional
        Seed of the random numbers; that of the file by default.
    settings : iterable of str
        `path=value` texts that change the scenario, as of `--set`.
    progress : callable, optional
        Called with the number of trials done and to do.
    workers : int, optional
        Number of processes; as many as save time if None. The results do not depend on it.
    yes : bool
        Simulate even if the forecast of time or memory exceeds the bounds.
    uncertain : bool
        Whether each trial draws its own parameters from the `uncertainty` of the scenario's
        numbers. The intervals then hold patients and parameters, and not patients only.

    Returns
    -------
    Emulated
        Every trial, and one score for each published number.

    Raises
    ------
    ScenarioError
        If the scenario is not valid, or refuses values that an uncertain number may have.
    RequestError
        If the scenario names no publication, the publication has no design, the trials are to draw
        parameters and the scenario states no uncertainty, or the trials would take more than 24
        hours or half of the memory of this machine.

    Examples
    --------
    >>> emulated = emulate("scenarios/laroche2011.yaml", trials=20)
    >>> emulated.emulation.design.size
    10
    """
    emulation = prepare(scenario, trials, seed, settings, uncertain)
    allow(forecast_of(emulation, workers), yes=yes)
    return run(emulation, progress, workers)
