"""The choice of an engine where the user leaves it to the program.

Both engines give the same result to the last bit, so the choice decides only how long a user waits.
"""

from __future__ import annotations

from collections.abc import Sequence

from sim.errors import RequestError
from sim.experiments.forecast import forecast
from sim.scenario import Study
from sim.simulation import compiled_loop
from sim.simulation.simulate import NEEDS_SIMPY
from sim.vocabulary import AskedEngine, Engine

PATIENTS = 50
"""Patients per arm from which the batch engine is faster, if its compiled code is in the cache:
linking the code takes as long as SimPy takes for fewer."""

SECONDS = 30.0
"""Forecast of SimPy above which compiling the model saves time. A forecast is an upper estimate, up
to three times too long; compiling takes about 12 seconds, on a slow machine 30. Where there are two
cores nobody waits for the compiler (`sim.experiments.all_blocks`)."""


def chosen(
    asked: AskedEngine,
    studies: Sequence[Study],
    workers: int | None = 1,
    is_compiled: bool | None = None,
) -> Engine:
    """Choose the engine that finishes first.

    Parameters
    ----------
    asked : "auto", "simpy" or "batch"
        Engine that the user asks for; only `auto` leaves a choice.
    studies : sequence of Study
        Studies with the same number of patients.
    workers : int, optional
        Number of workers, as of `sim.experiments.forecast.forecast`.
    is_compiled : bool, optional
        Whether the compiled code is in the cache; looked up by default.

    Returns
    -------
    Engine
        `batch` for 50 patients or more if its compiled code is cached; without the code, `batch`
        if SimPy is forecast to take more than half a minute; `simpy` otherwise.
    """
    if any(study.scenario.clinic is not None for study in studies):
        if asked == "batch":
            raise RequestError(f"engine batch: {NEEDS_SIMPY}")
        return "simpy"
    if asked != "auto":
        return asked
    if studies[0].scenario.cohort.patients < PATIENTS:
        return "simpy"
    if compiled_loop.is_ready() if is_compiled is None else is_compiled:
        return "batch"
    return "batch" if forecast(studies, "simpy", workers).seconds > SECONDS else "simpy"
