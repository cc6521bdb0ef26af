"""mastosim: treatment outcomes in osteoporosis from systemic mastocytosis, event by event.

import sim
result = sim.run("scenarios/laroche2011.yaml")
result.summary      # outcomes with Monte Carlo error, arm by arm and paired
result.reported     # the published numbers beside the simulated ones
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.runs import Result

__version__ = "0.1.0"
__all__ = ["run"]


def run(
    scenario: str | Path,
    patients: int | None = None,
    seed: int | None = None,
    settings: Iterable[str] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Result:
    """Simulate a scenario file; see `sim.runs.run`. Loads the numerical libraries when called."""
    from sim import runs

    return runs.run(scenario, patients, seed, settings, progress)
