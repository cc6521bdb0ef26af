"""Scenarios side by side on the same virtual patients, and their paired differences."""

from sim.comparisons.folder import digest_of, keep
from sim.comparisons.notes import remarks
from sim.comparisons.pairing import summarise
from sim.comparisons.running import Comparison, compare, read, simulate

__all__ = [
    "Comparison",
    "compare",
    "digest_of",
    "keep",
    "read",
    "remarks",
    "simulate",
    "summarise",
]
