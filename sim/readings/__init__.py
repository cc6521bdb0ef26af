"""The four readings of an annual increase on the same virtual patients, side by side."""

from sim.readings.folder import digest_of, keep, said
from sim.readings.four import DEFAULTS, Four, read
from sim.readings.running import SideBySide, simulate
from sim.readings.table import summarise

__all__ = [
    "DEFAULTS",
    "Four",
    "SideBySide",
    "digest_of",
    "keep",
    "read",
    "said",
    "simulate",
    "summarise",
]
