"""A published series, done again thousands of times on virtual patients."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sim.experiments.emulation.design import Design, Emulation, prepare
from sim.experiments.emulation.emulated import Emulated, of_trials, said, title
from sim.experiments.emulation.trials import run
from sim.vocabulary import Progress

TRIALS = 5000

__all__ = [
    "TRIALS",
    "Design",
    "Emulated",
    "Emulation",
    "emulate",
    "of_trials",
    "prepare",
    "run",
    "said",
    "title",
]


def emulate(
    scenario: str | Path,
    trials: int = TRIALS,
    seed: int | None = None,
    settings: Iterable[str] = (),
    progress: Progress | None = None,
    workers: int = 1,
) -> Emulated:
    """Do the series that a scenario answers to again, so many times, and score what it published.

    `settings` are as in `sim.experiments.runs.run`; `progress` is told the trials done and to do.
    Raises ScenarioError for a scenario that is not valid, RequestError where no design is known.
    """
    emulation = prepare(scenario, trials, seed, settings)
    return of_trials(emulation, run(emulation, progress, workers))
