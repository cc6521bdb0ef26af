"""A published study, simulated many times with virtual patients."""

from sim.experiments.emulation.scores import Emulated, run, said, title
from sim.experiments.emulation.trials import Design, Emulation, prepare

__all__ = ["Design", "Emulated", "Emulation", "prepare", "run", "said", "title"]
