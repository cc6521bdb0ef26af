"""What a result of outcomes only lacks, for the reader who asks for a figure of its patients."""

from __future__ import annotations

from sim.results import Kept


def said(kept: Kept) -> str:
    """The end of a sentence, where a run was kept without the tables of its patients."""
    if kept.manifest.kind != "run" or kept.has_patients:
        return ""
    return "; the tables of its patients were not kept, as `mastosim run --keep tables` keeps them"
