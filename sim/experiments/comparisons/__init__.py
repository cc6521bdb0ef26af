"""Scenarios side by side on the same virtual patients, and their paired differences."""

from sim.experiments.comparisons.notes import remarks
from sim.experiments.comparisons.running import Comparison, compare, read, simulate

__all__ = ["Comparison", "compare", "read", "remarks", "simulate"]
