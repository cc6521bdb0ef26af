"""Scenarios side by side on the same virtual patients, and their paired differences."""

from sim.experiments.comparisons.folder import digest_of, keep
from sim.experiments.comparisons.notes import remarks
from sim.experiments.comparisons.running import Comparison, compare, read, simulate

__all__ = [
    "Comparison",
    "compare",
    "digest_of",
    "keep",
    "read",
    "remarks",
    "simulate",
]
