"""Logs to tables: events, measurements and patients as data frames, saved and loaded whole."""

from sim.tables.aside import whole
from sim.tables.frames import Names, Tables, build, join
from sim.tables.store import load, manifest_of, save

__all__ = ["Names", "Tables", "build", "join", "load", "manifest_of", "save", "whole"]
