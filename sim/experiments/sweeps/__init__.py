"""Sensitivity sweeps: many sets of parameters on the same patients, to one tidy table.

A sweep's file is read against its scenarios (`load_sweep`), every point and block of patients is
simulated once and kept (`simulate`), and what is there is put together (`run`).
"""

from __future__ import annotations

from sim.experiments.bounds import TooLarge
from sim.experiments.forecast import Forecast
from sim.experiments.sweeps.advice import Pilot, pilot
from sim.experiments.sweeps.read import Sweep, SweepLike, load_sweep
from sim.experiments.sweeps.running import engine_for, gather, run, simulate, workers_for
from sim.experiments.sweeps.swept import Failed, Swept
from sim.experiments.sweeps.work import WHOLE, Shard

__all__ = [
    "WHOLE",
    "Failed",
    "Forecast",
    "Pilot",
    "Shard",
    "Sweep",
    "SweepLike",
    "Swept",
    "TooLarge",
    "engine_for",
    "gather",
    "load_sweep",
    "pilot",
    "run",
    "simulate",
    "workers_for",
]
