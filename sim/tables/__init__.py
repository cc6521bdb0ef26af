"""Logs to tables: events, measurements and patients as data frames, saved and loaded whole."""

from sim.tables.aside import whole
from sim.tables.frames import Tables, join, of_block
from sim.tables.store import copy, load, manifest_of, save, writing

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
