"""mastosim: treatment outcomes in osteoporosis from systemic mastocytosis, event by event.

import sim
result = sim.run("scenarios/laroche2011.yaml")
result.summary      # outcomes with Monte Carlo error, arm by arm and paired
result.reported     # the published numbers beside the simulated ones

The functions are the commands of the command line, and `sim.results` opens what they kept. Each
function loads the libraries that it needs when it is first asked for.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sim.version import __version__
from sim.vocabulary import Progress

if TYPE_CHECKING:
    from sim import results as results
    from sim.experiments.comparisons import compare as compare
    from sim.experiments.emulation import emulate as emulate
    from sim.experiments.emulation.power import power as power
    from sim.experiments.patient_history import explain as explain
    from sim.experiments.readings import readings as readings
    from sim.experiments.runs import run as run
    from sim.experiments.sweeps import sweep as sweep
    from sim.experiments.verification import verify as verify
    from sim.results import Kept
    from sim.scenario import Study

HOMES = {
    "compare": "sim.experiments.comparisons",
    "emulate": "sim.experiments.emulation",
    "explain": "sim.experiments.patient_history",
    "power": "sim.experiments.emulation.power",
    "readings": "sim.experiments.readings",
    "run": "sim.experiments.runs",
    "sweep": "sim.experiments.sweeps",
    "verify": "sim.experiments.verification",
}
"""Where each experiment is defined and described."""

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
    "results",
    "run",
    "show",
    "sweep",
    "verify",
]


def __getattr__(name: str) -> Any:
    """An experiment, or `sim.results`, loaded when it is first asked for."""
    if name == "results":
        return import_module("sim.results")
    if name not in HOMES:
        raise AttributeError(f"module 'sim' has no attribute '{name}'")
    return getattr(import_module(HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def check(scenario: str | Path, settings: Iterable[str] = ()) -> Study:
    """Read and check a scenario file.

    Parameters
    ----------
    scenario : path
        Scenario file.
    settings : iterable of str
        `path=value` texts that change the scenario, as of `--set`.

    Returns
    -------
    Study
        The scenario with the source of each number.

    Raises
    ------
    ScenarioError
        With all mistakes of the file and the settings.

    Examples
    --------
    >>> check("scenarios/laroche2011.yaml", ["horizon=24 months"]).scenario.horizon
    730.5
    """
    from sim.experiments import checking

    return checking.check(scenario, settings)


def cite(scenario: str | Path, form: Literal["text", "bibtex", "csl"] = "text") -> str:
    """List every publication behind the numbers of a scenario, and mastosim itself.

    Parameters
    ----------
    scenario : path
        Scenario file.
    form : "text", "bibtex" or "csl"
        Lines to read, or entries for a reference manager (csl: CSL-JSON).

    Returns
    -------
    str
        The publications in the order in which the scenario names them.

    Raises
    ------
    ScenarioError
        If the file is not valid.

    Examples
    --------
    >>> "@article{laroche2011," in cite("scenarios/laroche2011.yaml", "bibtex")
    True
    """
    from sim.display import citations

    return citations.cite(check(scenario), form)


def show(result: str | Path, root: str | Path = "results") -> str:
    """Return the printed tables of a kept result as text, without simulating.

    Parameters
    ----------
    result : path
        A folder, `latest`, `SCENARIO/latest`, or the start of a digest; see `sim.results.find`.
    root : path
        The folder of results in which a name is looked up.

    Returns
    -------
    str
        What the command printed when the result was made.

    Raises
    ------
    RequestError
        If there is no such result, or several.
    """
    from sim import results
    from sim.display import text
    from sim.experiments import verbs

    kept = results.find(result, Path(root))
    with results.seals.reading(kept, warnings.warn):
        return text.printout(verbs.show(kept).printout)


def plot(
    result: str | Path,
    into: str | Path,
    figures: Sequence[str] | None = None,
    formats: Sequence[str] = ("svg", "pdf", "png"),
    root: str | Path = "results",
    width: Literal["column", "page"] = "page",
    caption: bool = True,
) -> list[Path]:
    """Draw the figures of a kept result.

    Parameters
    ----------
    result : path
        As of `show`.
    into : path
        Folder that receives all figures, or none of them.
    figures : sequence of str, optional
        Names of figures; by default all that the result has but the spider of a sweep.
    formats : sequence of str
        Some of svg, pdf and png. The numbers of each figure stand beside it as CSV.
    root : path
        The folder of results in which a name is looked up.
    width, caption : str, bool
        The most that a figure is wide (8.5 or 18.3 cm), and whether its caption is on it.

    Returns
    -------
    list of Path
        The files, figure by figure.

    Raises
    ------
    RequestError
        If there is no such result, or its files are damaged.
    """
    from sim import results
    from sim.display.figures import WIDTHS, Form, draw
    from sim.experiments import verbs
    from sim.results.atomic_file import placed
    from sim.results.hidden import aside

    kept = results.find(result, Path(root))
    verbs.check_options(kept)
    with aside(Path(into), "figures") as made:
        with results.seals.reading(kept, warnings.warn):
            files = draw(kept, figures, made, formats, Form(WIDTHS[width], caption))
        return placed(files, Path(into))


def rerun(
    result: str | Path,
    into: str | Path,
    progress: Progress | None = None,
    root: str | Path = "results",
    yes: bool = False,
) -> Kept:
    """Repeat a kept result from its manifest, into another folder of results.

    Parameters
    ----------
    result : path
        As of `show`.
    into : path
        The folder of results that receives the new one.
    progress : callable, optional
        Called with what is done and to do: patient courses, trials or checks.
    root : path
        The folder of results in which a name is looked up.
    yes : bool
        Simulate even if the forecast of time, memory or disk exceeds the bounds.

    Returns
    -------
    Kept
        The new result. Its tables are those of the old one to the byte.

    Raises
    ------
    RequestError
        If there is no such result, it is damaged, another version of mastosim made it, or it is too
        large to be repeated on this machine.
    """
    from sim import results
    from sim.experiments import verbs

    kept = results.find(result, Path(root))
    return results.open(verbs.rerun(kept, Path(into), progress=progress, yes=yes))


def extend(
    result: str | Path,
    patients: int,
    progress: Progress | None = None,
    workers: int | None = None,
    root: str | Path = "results",
    yes: bool = False,
) -> Kept:
    """Add patients to a kept run. The old result stays where it is.

    Parameters
    ----------
    result : path
        A run, named as of `show`.
    patients : int
        Patients per arm of the new run, more than the old one has.
    progress : callable, optional
        Called with the number of patient courses done and to do.
    workers : int, optional
        Number of processes; as many as save time by default.
    root : path
        The folder of results, in which the new run is kept as well.
    yes : bool
        As of `rerun`.

    Returns
    -------
    Kept
        The new run. It equals a run of all its patients at once.

    Raises
    ------
    RequestError
        If there is no such result, it is damaged, another version or other sources made it, it is
        not a run, or `patients` are not more than it has, or too many for this machine.
    """
    from sim import results
    from sim.experiments import verbs

    kept, root = results.find(result, Path(root)), Path(root)
    return results.open(verbs.extend(kept, root, patients, progress, workers, yes=yes))
