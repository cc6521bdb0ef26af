"""The figures of the result that the page is about, each with its caption."""

from __future__ import annotations

from collections.abc import Sequence

from sim.display.figures import OF_KIND
from sim.reports.page.contents import Contents
from sim.reports.page.pictures import pictures
from sim.reports.page.sections import Section

DESIGN = ("schedule", "model")
"""Figures of the study itself, which stand before its outcomes."""

COURSES = (
    "differences", "waiting", "bone_course", "t_scores", "markers", "incidence",
    "cumulative_fractures", "on_therapy", "flow", "cohort", "convergence",
)  # fmt: skip
"""Figures of a run that a page shows, in their order.

Those of single patients are left out: the page lets a reader pick patients.
"""

WITHOUT_TABLES = (
    "The result was kept without the tables of patients (`--keep outcomes`), so figures of courses "
    "over time are absent. `mastosim run` without this option keeps them."
)


def design(contents: Contents) -> Section | None:
    """The treatment schedule and the model as drawings; None for another kind of result."""
    if not contents.is_run:
        return None
    drawn = [*pictures(contents.kept, DESIGN, "design", contents.tick)]
    return Section("design", "Treatment", "Treatment and model", "figures.html",
                   {"pictures": drawn, "absent": ""})  # fmt: skip


def section(contents: Contents) -> Section | None:
    """The figures of the result; None where none applies."""
    kept = contents.kept
    drawn = [*pictures(kept, _own(contents), "own", contents.tick, contents.uncertainty)]
    absent = contents.is_run and not kept.has_patients
    if not drawn and not absent:
        return None
    facts = {"pictures": drawn, "absent": WITHOUT_TABLES if absent else ""}
    return Section("figures", "Figures", "Figures", "figures.html", facts)


def count(contents: Contents) -> int:
    """How many drawings these sections make: two of each figure."""
    return 2 * (len(_own(contents)) + contents.is_run * len(DESIGN))


def _own(contents: Contents) -> Sequence[str]:
    return COURSES if contents.is_run else OF_KIND[contents.kept.manifest.kind].usual
