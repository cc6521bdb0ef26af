"""mastosim: treatment outcomes in osteoporosis from systemic mastocytosis, event by event.

import mastosim
result = mastosim.run("scenarios/laroche2011.yaml", patients=200)
result              # in a notebook: outcomes beside the published numbers
result.summary      # outcomes with Monte Carlo error, arm by arm and paired
result.plot("bone_course")
result.save("results")

The functions have the names and the options of the commands; `help(mastosim.run)` describes one.
Each function loads the libraries that it needs when it is first asked for. `mastosim` hands on this
package, `sim`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sim.version import __version__

if TYPE_CHECKING:
    from sim import results as results
    from sim.errors import RequestError as RequestError
    from sim.python.kept import extend as extend
    from sim.python.kept import list_results as list_results
    from sim.python.kept import open_result as open_result
    from sim.python.kept import plot as plot
    from sim.python.kept import rerun as rerun
    from sim.python.kept import show as show
    from sim.python.reports import report as report
    from sim.python.scenarios import check as check
    from sim.python.scenarios import cite as cite
    from sim.python.scenarios import explain as explain
    from sim.python.simulating import compare as compare
    from sim.python.simulating import readings as readings
    from sim.python.simulating import run as run
    from sim.python.simulating import verify as verify
    from sim.python.trials import emulate as emulate
    from sim.python.trials import power as power
    from sim.python.trials import sweep as sweep
    from sim.python.worth import information as information
    from sim.python.worth import worth as worth
    from sim.scenario import ScenarioError as ScenarioError
    from sim.scenario import Study as Study

HOMES = {
    "RequestError": "sim.errors",
    "ScenarioError": "sim.scenario",
    "Study": "sim.scenario",
    "check": "sim.python.scenarios",
    "cite": "sim.python.scenarios",
    "compare": "sim.python.simulating",
    "emulate": "sim.python.trials",
    "examples": "sim.python.scenarios",
    "explain": "sim.python.scenarios",
    "extend": "sim.python.kept",
    "information": "sim.python.worth",
    "list_results": "sim.python.kept",
    "open_result": "sim.python.kept",
    "plot": "sim.python.kept",
    "power": "sim.python.trials",
    "readings": "sim.python.simulating",
    "report": "sim.python.reports",
    "rerun": "sim.python.kept",
    "run": "sim.python.simulating",
    "show": "sim.python.kept",
    "sweep": "sim.python.trials",
    "verify": "sim.python.simulating",
    "worth": "sim.python.worth",
}
"""Where each function and class is defined and described."""

__all__ = [
    "RequestError", "ScenarioError", "Study", "__version__", "check", "cite", "compare", "emulate",
    "examples", "explain", "extend", "information", "list_results", "open_result", "plot", "power",
    "readings", "report", "rerun", "results", "run", "show", "sweep", "verify", "worth",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """A function or a class, or `sim.results`, loaded when it is first asked for."""
    if name == "results":
        return import_module("sim.results")
    if name not in HOMES:
        raise AttributeError(f"module 'sim' has no attribute '{name}'")
    return getattr(import_module(HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
