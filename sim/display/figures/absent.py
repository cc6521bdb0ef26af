"""Why a result has no figure that a reader asks for, as the end of a sentence."""

from __future__ import annotations

from sim.display.figures.worth import of_sweep
from sim.results import Kept


def said(kept: Kept, name: str | None = None) -> str:
    """Return what the result lacks: tables of patients, draws with costs, a decision at stake."""
    if kept.manifest.kind == "run" and not kept.has_patients:
        return (
            "; the tables of its patients were not kept, as `mastosim run --keep tables` keeps them"
        )
    why = of_sweep.why_not(kept, name) if name in of_sweep.FIGURES else ""
    return f". {why}" if why else ""
