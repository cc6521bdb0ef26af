"""The figures of kept results, by kind and name.

Figures read the tables of a result and simulate nothing, so a result that was just written and one
of last year are drawn alike. Beside each figure stands a CSV file with the numbers that it shows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sim.display.figures.caption import Caption, caption_of
from sim.display.figures.style import ArmStyle, arm_style

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from sim.display.figures.saved import Saved
    from sim.results import Kept

__all__ = [
    "FIGURES", "MAIN", "OF_KIND", "ArmStyle", "Caption", "arm_style", "caption_of", "draw",
    "figure",
]  # fmt: skip

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
"""The module of each figure of a run, imported when the figure is drawn: reading names is quick."""

MAIN = ("bone_course", "against_reported")
"""The figures that are kept with every run."""

FROM_OUTCOMES = ("differences", "against_reported")
"""The figures that a run without tables has too."""

OF_SWEEPS = {
    "tornado": "tornado",
    "spider": "spider",
    "line": "line",
    "heat_map": "heat_map",
    "fan": "fan",
    "probability": "probability",
    "variance_shares": "indices",
    "elementary_effects": "screening",
}
"""The module of each figure of a sweep. The last two are called otherwise than their modules: the
CSV beside a figure must not take the place of the sweep's own `indices.csv` and `screening.csv`."""

Drawn = tuple["Figure", "pd.DataFrame"]
Drawer = Callable[[str], "Drawn | None"]
"""Draws the figure of a name; None where it does not apply to the result."""


class Figures(NamedTuple):
    """The figures of a kind of result: their names, and what draws them for one result."""

    names: Sequence[str]
    drawer: Callable[[Kept], Drawer]


def draw(
    kept: Kept,
    names: Sequence[str] | None = None,
    into: Path | None = None,
    formats: Sequence[str] = ("svg", "png"),
) -> list[Path]:
    """Draw figures of a kept result.

    Parameters
    ----------
    kept
        The result, of any kind that has figures.
    names
        Some of `OF_KIND[kind].names`; all where None.
    into
        A folder that exists; that of the result where None.
    formats
        Some of FORMATS; beside them stands a CSV.

    Returns
    -------
    The files, figure by figure. A figure that does not apply is left out: no marker measured,
    no patient on a course, one arm and nothing to compare, no published fact, no tables kept.

    Raises
    ------
    Damaged
        For a file of the result that is missing or cannot be read.
    KeyError
        For a name without a figure.
    """
    from sim.display.figures.style import styled, write

    kind = OF_KIND[kept.manifest.kind]
    drawer = kind.drawer(kept)
    files = []
    with styled():
        for name in kind.names if names is None else names:
            drawn = drawer(name)
            if drawn is not None:
                files += write(into or kept.folder, name, *drawn, formats)
    return files


def figure(name: str, saved: Saved, caption: Caption) -> Drawn | None:
    """One figure of a run and its numbers, in the style of now; None where it does not apply."""
    if not saved.has_tables and name not in FROM_OUTCOMES:
        return None
    module = import_module(f"sim.display.figures.{FIGURES[name]}")
    if name != "against_reported":
        return module.figure(saved, caption)  # type: ignore[no-any-return]
    from sim.display.figures.facts import comparable

    rows = None if saved.reported is None else comparable(saved.reported, caption.labels)
    return None if rows is None or rows.empty else module.figure(rows, caption)


def _run(kept: Kept) -> Drawer:
    from sim.display.figures.saved import read

    saved, caption = read(kept.folder), caption_of(kept.study)
    return lambda name: figure(name, saved, caption)


def _sweep(kept: Kept) -> Drawer:
    from sim.display.figures.sweeps.saved import read

    swept = read(kept)
    return lambda name: import_module(f"sim.display.figures.sweeps.{OF_SWEEPS[name]}").figure(swept)


def _comparison(kept: Kept) -> Drawer:
    from sim.display.figures import comparison

    summary, told = kept.table("comparison"), kept.manifest.details

    def draw_it(_: str) -> Drawn | None:
        drawn = comparison.figure(summary, told["title"], told["caption"])
        return None if drawn is None else (drawn[0], summary)

    return draw_it


def _readings(kept: Kept) -> Drawer:
    from sim.display.figures import readings

    summary, told = kept.table("readings"), kept.manifest.details
    own = kept.manifest.options["own"]
    return lambda _: (readings.figure(summary, own, told["title"], told["caption"]), summary)


def _emulation(kept: Kept) -> Drawer:
    from sim.display.figures import trials

    scores, every, told = kept.table("scores"), kept.parquet("trials"), kept.manifest.details
    return lambda _: trials.figure(scores, every, told["title"], told["caption"])


def _power(kept: Kept) -> Drawer:
    from sim.display.figures import power

    by_size, caption = kept.table("power"), caption_of(kept.study)
    return lambda _: (power.figure(by_size, caption), by_size)


def _verification(kept: Kept) -> Drawer:
    from sim.display.figures import verification

    checks, caption = kept.table("checks"), caption_of(kept.study)
    return lambda _: (verification.figure(checks, caption.title), checks)


OF_KIND: Mapping[str, Figures] = {
    "run": Figures(tuple(FIGURES), _run),
    "comparison": Figures(("comparison",), _comparison),
    "readings": Figures(("readings",), _readings),
    "emulation": Figures(("emulation",), _emulation),
    "sweep": Figures(tuple(OF_SWEEPS), _sweep),
    "power": Figures(("power",), _power),
    "verification": Figures(("checks",), _verification),
}
"""The figures of each kind of result."""
