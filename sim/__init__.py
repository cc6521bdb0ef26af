"""mastosim: treatment outcomes in osteoporosis from systemic mastocytosis, event by event.

import sim
result = sim.run("scenarios/laroche2011.yaml")
result.summary      # outcomes with Monte Carlo error, arm by arm and paired
result.reported     # the published numbers beside the simulated ones

The functions are the commands of the command line; each loads the libraries that it needs when it
is called. `progress` receives the number of histories (one patient in one arm) done and to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Literal

from sim.version import __version__
from sim.vocabulary import Engine, Progress

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiments.comparisons import Comparison
    from sim.experiments.emulation import Emulated
    from sim.experiments.patient_history import Life
    from sim.experiments.readings import SideBySide
    from sim.experiments.runs import Result
    from sim.experiments.sweeps import Swept
    from sim.experiments.verification import Verification
    from sim.results import Kept
    from sim.scenario import Study

__all__ = [
    "__version__",
    "check",
    "cite",
    "compare",
    "emulate",
    "explain",
    "extend",
    "plot",
    "power",
    "readings",
    "rerun",
    "run",
    "show",
    "sweep",
    "verify",
]


def check(scenario: str | Path, settings: Iterable[str] = ()) -> Study:
    """Read and check a scenario file. Raises ScenarioError with every mistake."""
    from sim.scenario import load

    return load(scenario, settings)


def run(
    scenario: str | Path,
    patients: int | None = None,
    seed: int | None = None,
    settings: Iterable[str] = (),
    progress: Progress | None = None,
    engine: Engine = "simpy",
    workers: int = 1,
    outcomes_only: bool = False,
) -> Result:
    """Simulate a scenario file. `sim.experiments.runs.run` describes the parameters."""
    from sim.experiments import runs

    numbers = (patients, seed, settings, progress, engine, workers, outcomes_only)
    return runs.run(scenario, *numbers)


def explain(
    scenario: str | Path, patient: int, settings: Iterable[str] = (), seed: int | None = None
) -> Life:
    """Follow one patient of a scenario through every arm.

    See `sim.experiments.patient_history.explain`.
    """
    from sim.experiments import patient_history

    return patient_history.explain(scenario, patient, settings, seed)


def compare(
    scenarios: Iterable[str | Path],
    patients: int | None = None,
    seed: int | None = None,
    settings: Iterable[str] = (),
    progress: Progress | None = None,
    engine: Engine = "batch",
    workers: int = 1,
) -> Comparison:
    """Run scenario files on the same virtual patients.

    See `sim.experiments.comparisons`.
    """
    from sim.experiments import comparisons

    studies = comparisons.read(scenarios, patients, seed, settings)
    return comparisons.simulate(studies, progress, engine, workers)


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

    See `sim.experiments.readings`.
    """
    from sim.experiments import readings as four

    read = four.read(scenario, patients, seed, settings)
    return four.simulate(read, progress, engine, workers)


def power(
    scenario: str | Path,
    outcome: str = "spine annual increase",
    sizes: Sequence[int] = (10, 20, 50, 100),
    trials: int = 2000,
    seed: int | None = None,
    settings: Iterable[str] = (),
    progress: Progress | None = None,
    workers: int = 1,
) -> pd.DataFrame:
    """Simulate randomised trials of several sizes with the arms of a scenario.

    See `sim.experiments.emulation.power.run` for the columns.
    """
    from sim.experiments.emulation import power as trial

    plan = trial.prepare(scenario, outcome, sizes, trials, seed, settings)
    return trial.run(plan, progress, workers)


def emulate(
    scenario: str | Path,
    trials: int = 5000,
    seed: int | None = None,
    settings: Iterable[str] = (),
    progress: Progress | None = None,
    workers: int = 1,
) -> Emulated:
    """Simulate the published study of a scenario many times.

    See `sim.experiments.emulation`.
    """
    from sim.experiments import emulation

    prepared = emulation.prepare(scenario, trials, seed, settings)
    return emulation.run(prepared, progress, workers)


def sweep(
    file: str | Path,
    patients: int | None = None,
    draws: int | None = None,
    seed: int | None = None,
    root: str | Path = "results",
    progress: Progress | None = None,
    engine: Engine = "batch",
    workers: int | str = 1,
) -> Swept:
    """Simulate a scenario over many values of its parameters, into a folder of results.

    Blocks that are there already are not simulated again; see `sim.experiments.sweeps.run`.
    `workers` are processes, or the address of a cluster's scheduler.
    """
    from sim.experiments import sweeps

    found = sweeps.load_sweep(file, patients, draws, seed)
    return sweeps.run(found, Path(root), engine, workers, progress)


def plot(
    result: str | Path,
    into: str | Path,
    figures: Sequence[str] | None = None,
    formats: Sequence[str] = ("svg", "pdf", "png"),
    root: str | Path = "results",
) -> list[Path]:
    """Draw the figures of a kept result into a folder that exists; returns the files.

    `result` is a folder, `latest`, or the start of a digest; see `sim.results.find`.
    """
    from sim import results
    from sim.display.figures import draw

    return draw(results.find(result, Path(root)), figures, Path(into), formats)


def show(result: str | Path, root: str | Path = "results") -> str:
    """Return the printed tables of a kept result as text, without simulating."""
    from sim import results
    from sim.display import text
    from sim.experiments import verbs

    return text.printout(verbs.show(results.find(result, Path(root))).printout)


def cite(scenario: str | Path, form: Literal["text", "bibtex", "csl"] = "text") -> str:
    """List every publication behind the numbers of a scenario, and mastosim itself."""
    from sim.display import citations
    from sim.scenario import load

    return citations.cite(load(scenario), form)


def verify(
    scenario: str | Path,
    patients: int | None = None,
    seed: int | None = None,
    settings: Iterable[str] = (),
    progress: Progress | None = None,
) -> Verification:
    """Run the verification checks on a scenario.

    See `sim.experiments.verification.verify`.
    """
    from sim.experiments import verification

    return verification.verify(scenario, patients, seed, settings, progress)


def rerun(
    result: str | Path,
    into: str | Path,
    progress: Progress | None = None,
    root: str | Path = "results",
) -> Kept:
    """Repeat a kept result, into another folder of results.

    See `sim.experiments.verbs.rerun`.
    """
    from sim import results
    from sim.experiments import verbs

    return results.open(verbs.rerun(results.find(result, Path(root)), Path(into), progress))


def extend(
    result: str | Path,
    patients: int,
    progress: Progress | None = None,
    workers: int | None = None,
    root: str | Path = "results",
) -> Kept:
    """Add patients to a kept run. The old result is kept.

    See `sim.experiments.verbs.extend`.
    """
    from sim import results
    from sim.experiments import verbs

    kept = results.find(result, Path(root))
    return results.open(verbs.extend(kept, Path(root), patients, progress, workers))


def __getattr__(name: str) -> ModuleType:
    """`sim.results`, loaded when it is asked for."""
    if name != "results":
        raise AttributeError(f"module 'sim' has no attribute '{name}'")
    return import_module("sim.results")
