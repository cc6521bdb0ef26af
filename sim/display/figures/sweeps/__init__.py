"""The figures of a saved sensitivity sweep, by name.

Figures read the folder of a sweep and simulate nothing. Beside each stands a CSV file with the
numbers that it shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from sim.display.figures.sweeps.saved import Swept

__all__ = ["FIGURES", "draw", "figure", "is_sweep"]

FIGURES = {
    "tornado": "tornado",
    "spider": "spider",
    "line": "line",
    "heat_map": "heat_map",
    "fan": "fan",
    "probability": "probability",
    "variance_shares": "indices",
    "elementary_effects": "screening",
}
"""The module of each figure. The last two are called otherwise than their modules: the CSV beside
a figure must not take the place of the sweep's own `indices.csv` and `screening.csv`."""


def draw(
    folder: Path,
    names: Sequence[str] | None = None,
    into: Path | None = None,
    formats: Sequence[str] = ("svg", "png"),
) -> list[Path]:
    """Draw figures of the sweep in `folder`, into the same folder or another that exists.

    `names` are some of FIGURES, all where None; `formats` some of "svg", "pdf" and "png", and
    beside them stands a CSV. Returns the files, figure by figure. A figure that does not apply is
    left out: no grid, no draws, no indices. Raises KeyError for a name without a figure.
    """
    from sim.display.figures.style import styled, write
    from sim.display.figures.sweeps.saved import read

    swept = read(folder)
    files = []
    with styled():
        for name in FIGURES if names is None else names:
            drawn = figure(name, swept)
            if drawn is not None:
                files += write(into or folder, name, *drawn, formats)
    return files


def figure(name: str, swept: Swept) -> tuple[Figure, pd.DataFrame] | None:
    """One figure and its numbers, in the style of now; None where it does not apply."""
    return import_module(f"sim.display.figures.sweeps.{FIGURES[name]}").figure(swept)  # type: ignore[no-any-return]


def is_sweep(folder: Path) -> bool:
    """True for the folder of a sweep, and not of a run."""
    from sim.results.tables import manifest_of

    try:
        return "sweep" in manifest_of(folder)
    except (OSError, TypeError, ValueError):
        return False
