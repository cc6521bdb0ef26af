"""The four readings of an annual increase on the same virtual patients, side by side."""

from sim.experiments.readings.four import DEFAULTS, Four, read
from sim.experiments.readings.running import SideBySide, simulate

__all__ = ["DEFAULTS", "Four", "SideBySide", "read", "simulate"]
