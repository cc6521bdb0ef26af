"""Logs to tables: events, measurements and patients as data frames, saved and loaded whole."""

from sim.outcomes.tables import Tables, join, of_block
from sim.results.atomic_folder import whole
from sim.results.tables import copy, load, manifest_of, save, writing

__all__ = [
    "Tables",
    "copy",
    "join",
    "load",
    "manifest_of",
    "of_block",
    "save",
    "whole",
    "writing",
]
