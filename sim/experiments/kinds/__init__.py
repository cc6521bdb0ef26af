"""The kinds of result, one file each: how it is kept, shown again, and done again.

`sim.experiments.verbs` says which verb of the command line works on which kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from sim.display import figures
from sim.display.tables import Printout
from sim.results import Kept
from sim.vocabulary import FORMATS


class Shown(NamedTuple):
    """A result for people: its tables, the same as facts for JSON, and what its folder holds.

    Of a result that is kept, the facts name the folder. `details` are lines that are printed above
    the tables with --verbose, `next` are commands for a result that is kept.
    """

    printout: Printout
    facts: Mapping[str, Any]
    holds: str = "Tables and figures"
    details: tuple[str, ...] = ()
    next: tuple[str, ...] = ()


def draw_in_all_formats(kept: Kept) -> list[Path]:
    """Draw the figures of a result for screens, papers and slides."""
    return figures.draw(kept, formats=FORMATS)
