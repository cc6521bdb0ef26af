"""Kept results: a folder that is whole or absent, its manifest, its tables, and how to find it.

`sim.results.open(folder)` gives a kept result with its studies and tables.
"""

from sim.outcomes.tables import Tables, join, of_block
from sim.results.atomic_folder import whole
from sim.results.held import Part
from sim.results.keeping import copied, finish, keep
from sim.results.kept import Kept, all_below, find
from sim.results.kept import read as open
from sim.results.manifest import Kind, Manifest, digest_of, made
from sim.results.replacing import whole_result
from sim.results.tables import Damaged, load, save, write_csv, write_parquet, writing

__all__ = [
    "Damaged", "Kept", "Kind", "Manifest", "Part", "Tables", "all_below", "copied", "digest_of",
    "find", "finish", "join", "keep", "load", "made", "of_block", "open", "save", "whole",
    "whole_result", "write_csv", "write_parquet", "writing",
]  # fmt: skip
