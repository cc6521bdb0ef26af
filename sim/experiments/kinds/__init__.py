"""The kinds of result, one file each: how it is kept, shown again, and done again.

`sim.experiments.verbs` says which verb of the command line works on which kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from sim.display.tables import Printout


class Shown(NamedTuple):
    """A result for people: its tables, the same as facts for JSON, and what its folder holds."""

    printout: Printout
    facts: Mapping[str, Any]
    holds: str = "Tables and figures"
