"""Scenarios side by side on the same virtual patients, and their paired differences."""

from sim.compare.folder import digest_of, keep
from sim.compare.notes import remarks
from sim.compare.pairing import summarise
from sim.compare.running import Comparison, compare, read, simulate

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
