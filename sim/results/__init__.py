"""Kept results: a folder that is whole or absent, its manifest, its tables, and how to find it.

`sim.results.open(folder)` gives a kept result with its studies and tables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.late import names_of

if TYPE_CHECKING:
    from sim.outcomes.tables import Tables as Tables
    from sim.outcomes.tables import join as join
    from sim.outcomes.tables import of_block as of_block
    from sim.results.atomic_folder import whole as whole
    from sim.results.held import Part as Part
    from sim.results.keeping import copied as copied
    from sim.results.keeping import finish as finish
    from sim.results.keeping import keep as keep
    from sim.results.kept import Kept as Kept
    from sim.results.kept import all_below as all_below
    from sim.results.kept import find as find
    from sim.results.kept import open as open
    from sim.results.manifest import Kind as Kind
    from sim.results.manifest import Manifest as Manifest
    from sim.results.manifest import digest_of as digest_of
    from sim.results.manifest import made as made
    from sim.results.replacing import whole_result as whole_result
    from sim.results.tables import Damaged as Damaged
    from sim.results.tables import write_csv as write_csv
    from sim.results.tables import write_parquet as write_parquet
    from sim.results.tables_of_patients import load as load
    from sim.results.tables_of_patients import save as save
    from sim.results.tables_of_patients import writing as writing

__getattr__, __dir__ = names_of(
    __name__,
    {
        "sim.outcomes.tables": ("Tables", "join", "of_block"),
        "sim.results.atomic_folder": ("whole",),
        "sim.results.held": ("Part",),
        "sim.results.keeping": ("copied", "finish", "keep"),
        "sim.results.kept": ("Kept", "all_below", "find", "open"),
        "sim.results.manifest": ("Kind", "Manifest", "digest_of", "made"),
        "sim.results.replacing": ("whole_result",),
        "sim.results.tables": ("Damaged", "write_csv", "write_parquet"),
        "sim.results.tables_of_patients": ("load", "save", "writing"),
    },
)
