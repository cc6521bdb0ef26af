"""What a command does after its patients: tables, figures, and what is printed.

The seconds were measured on laroche2011. Where the ending is short beside the work, as it is for
all but small requests, a wrong second does not spoil a forecast of the time left.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sim.results.manifest import Manifest


class Ending(NamedTuple):
    """Seconds of an ending, and more of them for each of what the progress counts.

    `usual` are the seconds that one of what is counted usually takes, where they differ so much
    that the first ones do not tell how long the others take; else 0.
    """

    seconds: float
    each: float = 0.0
    usual: float = 0.0

    def after(self, total: int) -> float:
        """Seconds after work on so many.

        >>> Ending(2.0, 0.01).after(100)
        3.0
        """
        return self.seconds + self.each * total


OF_KIND: Mapping[str, Ending] = {
    "run": Ending(2.4, 3e-5),
    "comparison": Ending(1.6),
    "readings": Ending(2.0),
    "emulation": Ending(2.2, 1e-4),
    "power": Ending(0.7),
    "verification": Ending(0.7, usual=0.08),
    "sweep": Ending(2.6),
}
"""By kind of result, with all of its tables and figures."""

WITHOUT_FIGURES, AS_CSV = Ending(0.6), 1.6e-4
"""A run without figures; seconds more for each patient in one arm whose rows are text as well."""

PRINTED_ONLY = Ending(0.1)
"""Where nothing is kept."""

A_POINT = 2.6e-3
"""Seconds to put the blocks of one point of a sweep together."""


def of_run(keep: str, is_csv: bool = False) -> Ending:
    """The ending of a run that keeps `all`, `tables` or `outcomes`."""
    ending = OF_KIND["run"] if keep == "all" else WITHOUT_FIGURES
    return ending._replace(each=ending.each + AS_CSV * is_csv)


def of_result(manifest: Manifest) -> Ending:
    """The ending of a result that is done again, or extended."""
    options = manifest.options
    if manifest.kind == "run":
        return of_run(options.get("keep", "all"), options.get("tables") == "csv")
    return OF_KIND[manifest.kind]


def of_sweep(points: int) -> Ending:
    """The ending of a sweep, whose progress counts patients: its points are put together."""
    return Ending(OF_KIND["sweep"].after(0) + A_POINT * points)
