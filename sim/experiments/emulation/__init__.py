"""A published study, simulated many times with virtual patients."""

from __future__ import annotations

from sim.experiments.emulation.design import Design, Emulation, prepare
from sim.experiments.emulation.scores import Emulated, run
from sim.experiments.emulation.trials import forecast_of
from sim.experiments.emulation.words import said, title

TRIALS = 5000

__all__ = [
    "TRIALS", "Design", "Emulated", "Emulation", "forecast_of", "prepare", "run",
    "said", "title",
]  # fmt: skip
