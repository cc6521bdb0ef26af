"""The figures of a saved result: the course of bone density, and reported against simulated.

Figures read the tables of a result and simulate nothing. Beside each stands a CSV file with the
numbers that it shows.
"""

from __future__ import annotations

from pathlib import Path

from sim.plots.caption import Caption
from sim.plots.style import ArmStyle, arm_style
from sim.tables import load

__all__ = ["ArmStyle", "Caption", "arm_style", "draw"]


def draw(folder: Path, caption: Caption) -> list[Path]:
    """Draw every figure of the result in `folder` as SVG, as PNG for print and as CSV.

    Returns the files in that order, figure by figure. The figure of reported against simulated
    is left out where the result has no `reported.csv`, or one without any comparable fact.
    """
    import pandas as pd

    from sim.plots import bone_course, facts, reported
    from sim.plots.style import styled, write

    with styled():
        files = write(folder, "bone_course", *bone_course.figure(load(folder), caption))
        published = folder / "reported.csv"
        rows = (
            facts.comparable(pd.read_csv(published), caption.labels) if published.exists() else None
        )
        if rows is not None and len(rows):
            files += write(folder, "against_reported", *reported.figure(rows, caption))
    return files
