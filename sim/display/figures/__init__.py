"""The figures of a saved result, by name.

Figures read the tables of a result and simulate nothing. Beside each stands a CSV file with the
numbers that it shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from sim.display.figures.caption import Caption
from sim.display.figures.style import ArmStyle, arm_style
from sim.vocabulary import FORMATS

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from sim.display.figures.saved import Saved

__all__ = ["FIGURES", "FORMATS", "MAIN", "ArmStyle", "Caption", "arm_style", "draw", "figure"]

FIGURES = {
    "bone_course": "bone_course",
    "markers": "markers",
    "on_therapy": "on_therapy",
    "incidence": "incidence",
    "swimmer": "swimmer",
    "waterfall": "waterfall",
    "differences": "forest",
    "against_reported": "reported",
}
"""The module of each figure, imported when the figure is drawn: reading names stays quick."""

MAIN = ("bone_course", "against_reported")
"""The figures that are kept with every result."""

FROM_OUTCOMES = ("differences", "against_reported")
"""The figures that a result without tables has too."""


def draw(
    folder: Path,
    caption: Caption,
    names: Sequence[str] = MAIN,
    into: Path | None = None,
    formats: Sequence[str] = ("svg", "png"),
) -> list[Path]:
    """Draw figures of the result in `folder`, into the same folder or another that exists.

    `formats` are some of FORMATS; beside them stands a CSV. Returns the files, figure by
    figure. A figure that does not apply is left out: no marker measured, nobody on a course, one
    arm and nothing to compare, no published fact, no tables kept. Raises KeyError for a name
    without a figure.
    """
    from sim.display.figures.saved import read
    from sim.display.figures.style import styled, write

    saved = read(folder)
    files = []
    with styled():
        for name in names if saved.has_tables else [n for n in names if n in FROM_OUTCOMES]:
            drawn = figure(name, saved, caption)
            if drawn is not None:
                files += write(into or folder, name, *drawn, formats)
    return files


def figure(name: str, saved: Saved, caption: Caption) -> tuple[Figure, pd.DataFrame] | None:
    """One figure and its numbers, in the style of now; None where it does not apply."""
    module = import_module(f"sim.display.figures.{FIGURES[name]}")
    if name != "against_reported":
        return module.figure(saved, caption)  # type: ignore[no-any-return]
    from sim.display.figures.facts import comparable

    rows = None if saved.reported is None else comparable(saved.reported, caption.labels)
    return None if rows is None or rows.empty else module.figure(rows, caption)
