"""A published study, simulated many times with virtual patients."""

from sim.experiments.emulation.scores import Emulated, of_trials, said, title
from sim.experiments.emulation.trials import Design, Emulation, prepare, run

__all__ = ["Design", "Emulated", "Emulation", "of_trials", "prepare", "run", "said", "title"]
