"""The figures of kept results, by kind and name.

Figures read the tables of a result and simulate nothing, so a result that was just written and one
of last year are drawn alike. A CSV file with the numbers of a figure stands beside each figure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.display.figures.caption import Caption, caption_of, changes
from sim.display.figures.form import STANDARD, formed
from sim.display.figures.form import WIDTHS as WIDTHS
from sim.display.figures.form import Form as Form
from sim.display.figures.form import form as form_of_now
from sim.display.figures.style import Drawn as Drawn
from sim.display.figures.style import showing, styled, write
from sim.display.figures.titles import TITLES

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from sim.results import Kept

FROM_TABLES = ("bone_course", "markers", "on_therapy", "incidence", "swimmer", "waterfall",
               "waiting")  # fmt: skip
FROM_OUTCOMES = ("differences", "against_reported")
"""The figures that a run without tables has too."""

FIGURES = (*FROM_TABLES, *FROM_OUTCOMES)
"""The figures of a run, each in a module of its name."""

ON_REQUEST = (
    "bone_density", "cumulative_fractures", "schedule", "flow", "t_scores", "cohort", "action",
    "model", "convergence", "costs", "stock", "clinic_day",
)  # fmt: skip
"""Figures of a run that are drawn only where they are named."""

WITHOUT_TABLES = ("schedule", "model", "costs")
"""Figures on request that a run without tables has too: of the study itself, and of its costs."""

TOGETHER = "calibration"
"""The figure that several emulations have together."""

MAIN = ("bone_course", "against_reported")
"""The figures that are kept with every run."""

PATIENTS_BY_DESIGN = ("sweep", "emulation", "power", "verification")
"""Kinds whose number of patients is not the one of the scenario, whoever set it."""

OF_SWEEPS = {
    "tornado": "sweeps.tornado",
    "spider": "sweeps.spider",
    "line": "sweeps.line",
    "heat_map": "sweeps.heat_map",
    "fan": "sweeps.fan",
    "probability": "sweeps.probability",
    "variance_shares": "sweeps.indices",
    "elementary_effects": "sweeps.screening",
    "plane": "sweeps.plane",
    "acceptability": "sweeps.acceptability",
    "loss": "sweeps.loss",
    "evppi": "sweeps.evppi",
}
"""The module of each figure of a sweep. Figures of indices and screening have other names: the CSV
beside a figure must not take the place of the sweep's own `indices.csv` and `screening.csv`."""

OF_WORTH = ("plane", "acceptability", "loss", "evppi")
"""Figures of a sweep whose scenario has economics and whose draws have fresh patients."""


class Figures(NamedTuple):
    """The figures of a kind of result: the module of each, and what their `figure` is called with.

    `figure` in the module draws the figure, and returns None where it does not apply to the result.
    A module is imported when its figure is drawn: reading names is quick. Figures `on_request` are
    among the names, and are drawn only where they are named. Those that are `uncertain` show the
    parameter uncertainty of a sweep, which they take as `uncertainty`.
    """

    names: Mapping[str, str]
    read: Callable[[Kept], tuple[Any, ...]]
    on_request: Sequence[str] = ()
    uncertain: Sequence[str] = ()

    @property
    def usual(self) -> list[str]:
        """The figures that are drawn where none is named."""
        return [name for name in self.names if name not in self.on_request]


def draw(
    kept: Kept,
    names: Sequence[str] | None = None,
    into: Path | None = None,
    formats: Sequence[str] = ("svg", "png"),
    form: Form = STANDARD,
    others: Sequence[Kept] = (),
    uncertainty: pd.DataFrame | None = None,
) -> list[Path]:
    """Draw figures of a kept result.

    Parameters
    ----------
    kept
        The result, of any kind that has figures.
    names
        Some of `OF_KIND[kind].names`; the usual ones where None.
    into
        A folder that exists; that of the result where None.
    formats
        Some of FORMATS; beside them stands a CSV.
    form
        How wide the figures are at most, and whether their captions are on them.
    others
        Further emulations that are drawn in the same figure.
    uncertainty
        The interval of each outcome over the draws of a sweep, as of
        `sim.experiments.parameter_uncertainty`; for the figures that are `uncertain`.

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
    usual = OF_KIND[kept.manifest.kind].usual
    files = []
    with styled(), formed(form):
        for name, made in drawn(kept, usual if names is None else names, others, uncertainty):
            if made is not None:
                files += write(into or kept.folder, name, *made, formats)
    return files


def drawn(
    kept: Kept, names: Iterable[str], others: Sequence[Kept] = (),
    uncertainty: pd.DataFrame | None = None,
) -> Iterator[tuple[str, Drawn | None]]:  # fmt: skip
    """Each figure and its numbers, in the style and form of now; None where it does not apply."""
    kind = OF_KIND[kept.manifest.kind]
    read_once = cache(lambda: kind.read(kept))
    but = {"cohort.patients"} if kept.manifest.kind in PATIENTS_BY_DESIGN else {}
    changed = changes(one for one in kept.manifest.settings if one.path not in but)
    has_tables = kept.has_patients
    for name in names:
        module = import_module(f"sim.display.figures.{kind.names[name]}")
        applies = has_tables or name not in {*FROM_TABLES, *ON_REQUEST} - {*WITHOUT_TABLES}
        also = {"uncertainty": uncertainty} if name in kind.uncertain else {}
        with formed(form_of_now()._replace(heading=TITLES.get(name, ""), changed=changed)):
            together = name == TOGETHER
            arguments = _of_calibration([kept, *others]) if together else read_once()
            made = _drawn(module.figure, arguments, also) if applies else None
        yield name, made


def _drawn(
    figure: Callable[..., Drawn | None], arguments: Sequence[Any], also: Mapping[str, Any]
) -> Drawn | None:
    """A figure; one whose last argument is a caption has as many arms as a page has room for."""
    from sim.display.figures.fewer_arms import within_a_page

    if not isinstance(arguments[-1], Caption):
        return figure(*arguments, **also)
    return within_a_page(lambda caption: figure(*arguments[:-1], caption, **also), arguments[-1])


def first(
    kept: Kept, names: Iterable[str], uncertainty: pd.DataFrame | None = None
) -> Figure | None:
    """The first of some figures that applies to a result, as an object; None if none does.

    Parameters
    ----------
    kept
        The result.
    names
        Some of `OF_KIND[kind].names`.
    uncertainty
        As of `draw`.
    """
    with styled():
        for _name, made in drawn(kept, names, uncertainty=uncertainty):
            if made is not None:
                return showing(made[0])
    return None


def _of_run(kept: Kept) -> tuple[Any, ...]:
    from sim.display.figures.saved import read

    return read(kept.folder, kept.study), caption_of(kept.study)


def _of_sweep(kept: Kept) -> tuple[Any, ...]:
    from sim.display.figures.sweeps.saved import read

    return (read(kept),)


def _of_emulation(kept: Kept) -> tuple[Any, ...]:
    return kept.table("scores"), kept.parquet("trials"), kept.interval, *_words(kept)


def _of_calibration(every: Sequence[Kept]) -> tuple[Any, ...]:
    """One emulation, or several as one, for the figure of their calibration."""
    from sim.display.figures.calibration import joined, of_several

    scores = joined([(next(iter(kept.studies.values())), kept.table("scores")) for kept in every])
    intervals = " or ".join(dict.fromkeys(str(kept.interval) for kept in every))
    words = _words(every[0]) if len(every) == 1 else (of_several(scores), ())
    return scores, intervals, *words


def _words(kept: Kept) -> tuple[str, Sequence[str]]:
    """The title of a figure, and the sentences that its caption opens with."""
    return kept.detail("title"), kept.detail("caption")


OF_KIND: Mapping[str, Figures] = {
    "run": Figures(
        {name: name for name in (*FIGURES, *ON_REQUEST)}, _of_run, ON_REQUEST, ("differences",)
    ),
    "comparison": Figures(
        {"comparison": "comparison"},
        lambda kept: (kept.table("comparison"), *_words(kept)),
        uncertain=("comparison",),
    ),
    "readings": Figures(
        {"readings": "readings"},
        lambda kept: (kept.table("readings"), kept.manifest.options["own"], *_words(kept)),
        uncertain=("readings",),
    ),
    "emulation": Figures(
        {"emulation": "trials", TOGETHER: "calibration"}, _of_emulation, (TOGETHER,)
    ),
    "sweep": Figures(OF_SWEEPS, _of_sweep, on_request=("spider", *OF_WORTH)),
    "power": Figures(
        {"power": "power"}, lambda kept: (kept.table("power"), caption_of(kept.study))
    ),
    "verification": Figures(
        {"checks": "verification"}, lambda kept: (kept.table("checks"), kept.study.scenario.title)
    ),
}
"""The figures of each kind of result."""
