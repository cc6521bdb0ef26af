"""Sensitivity sweeps: many sets of parameters on the same patients, to one tidy table.

A sweep's file is read against its scenarios (`load_sweep`), every point and block of patients is
simulated once and kept (`simulate`), and what is there is put together (`run`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.late import names_of

if TYPE_CHECKING:
    from sim.experiments.bounds import TooLarge as TooLarge
    from sim.experiments.forecast import Forecast as Forecast
    from sim.experiments.sweeps.advice import Pilot as Pilot
    from sim.experiments.sweeps.advice import pilot as pilot
    from sim.experiments.sweeps.read import Sweep as Sweep
    from sim.experiments.sweeps.read import SweepLike as SweepLike
    from sim.experiments.sweeps.read import load_sweep as load_sweep
    from sim.experiments.sweeps.running import engine_for as engine_for
    from sim.experiments.sweeps.running import gather as gather
    from sim.experiments.sweeps.running import run as run
    from sim.experiments.sweeps.running import simulate as simulate
    from sim.experiments.sweeps.running import workers_for as workers_for
    from sim.experiments.sweeps.swept import Failed as Failed
    from sim.experiments.sweeps.swept import Swept as Swept
    from sim.experiments.sweeps.work import WHOLE as WHOLE
    from sim.experiments.sweeps.work import Shard as Shard

__getattr__, __dir__ = names_of(
    __name__,
    {
        "sim.experiments.bounds": ("TooLarge",),
        "sim.experiments.forecast": ("Forecast",),
        "sim.experiments.sweeps.advice": ("Pilot", "pilot"),
        "sim.experiments.sweeps.read": ("Sweep", "SweepLike", "load_sweep"),
        "sim.experiments.sweeps.running": (
            "engine_for",
            "gather",
            "run",
            "simulate",
            "workers_for",
        ),
        "sim.experiments.sweeps.swept": ("Failed", "Swept"),
        "sim.experiments.sweeps.work": ("WHOLE", "Shard"),
    },
)
