"""Logs to tables: events, measurements and patients as data frames, saved and loaded whole."""

from sim.tables.aside import whole
from sim.tables.frames import Tables, build, join, of_block
from sim.tables.store import copy, load, manifest_of, save, writing

__all__ = [
    "Tables",
    "build",
    "copy",
    "join",
    "load",
    "manifest_of",
    "of_block",
    "save",
    "whole",
    "writing",
]
