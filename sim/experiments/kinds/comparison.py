"""A comparison as a kept result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sim import results
from sim.display.tables import comparison as printed
from sim.experiments import comparisons
from sim.experiments.comparisons import Comparison
from sim.experiments.forecast import Forecast, forecast
from sim.experiments.kinds import (
    Shown,
    Unkept,
    draw_in_all_formats,
    keep_or_show,
    where_worth_is,
    with_changes,
)
from sim.results import Kept, Part
from sim.scenario import Study
from sim.scenario.clinic import everyone, over_clinics
from sim.vocabulary import Engine, Progress

if TYPE_CHECKING:
    import pandas as pd


class Options(Part):
    """What a comparison needs to be done again beside its studies."""

    patients: int
    seed: int
    engine: Engine = "batch"


def keep(
    comparison: Comparison, root: Path, command: str = "", seconds: float = 0.0, drawn: bool = True
) -> Path:
    """Write a comparison to `root/comparison/<digest>`: table, figure, manifest; returns it.

    `comparison.csv` is the whole summary, and so holds the numbers of the figure beside it.
    """
    studies = {study.scenario.name: study for study in comparison.studies}
    digest, first = results.digest_of(comparison.studies), comparison.studies[0].scenario
    options = Options(patients=first.cohort.patients, seed=first.seed, engine=comparison.engine)
    differing = comparisons.whose(comparison.studies)
    same = "" if differing else ", the same in every scenario and arm"
    people = f"{everyone(first)}{same}; seed {first.seed}."
    unit = over_clinics(study.scenario for study in comparison.studies)
    details = {
        "title": f"{first.name} beside {', '.join([*studies][1:])}",
        "caption": [people, *differing, *unit, comparisons.reading(comparison.studies)],
    }
    manifest = results.made("comparison", studies, options, digest, command, seconds, details)
    tables = {"comparison": comparison.summary}
    return results.keep(
        root / "comparison" / digest, manifest, tables, draw_in_all_formats if drawn else None
    )


def show(kept: Kept) -> Shown:
    """The scenarios side by side, and their differences from the first."""
    studies = [*kept.studies.values()]
    return _shown(studies, kept.table("comparison"), {"folder": kept.folder})


def shown(comparison: Comparison) -> Shown:
    """As `show`, of a comparison that is not kept."""
    return _shown(comparison.studies, comparison.summary, {})


def _shown(studies: Sequence[Study], summary: pd.DataFrame, where: Mapping[str, Path]) -> Shown:
    first = studies[0].scenario
    told = [*over_clinics(study.scenario for study in studies), *comparisons.remarks(studies)]
    facts = {
        **where,
        "against": first.name,
        "patients": first.cohort.patients,
        "seed": first.seed,
        "scenarios": [
            {"scenario": study.scenario.name, "digest": results.digest_of([study])}
            for study in studies
        ],
        "remarks": told,
        "summary": summary,
    }
    printout = printed.printout(summary, first.cohort.patients, first.seed, told)
    found = Shown(printout, facts, "Table and figure")
    return where_worth_is(with_changes(found, studies), studies)


def digest(kept: Kept) -> str:
    """The digest that a comparison has by its own studies."""
    return results.digest_of([*kept.studies.values()])


def expected(kept: Kept) -> Forecast:
    """Estimate what it takes to do a comparison again."""
    return forecast([*kept.studies.values()], kept.options(Options).engine, None)


def again(
    kept: Kept, root: Path, progress: Progress | None = None, command: str = "",
    unkept: Unkept | None = None,
) -> Path:  # fmt: skip
    """Do a comparison again below another folder of results; returns its folder there."""
    studies, engine = [*kept.studies.values()], kept.options(Options).engine
    made = comparisons.simulate(studies, progress, engine, None)
    return keep_or_show(lambda: keep(made, root, command), lambda: shown(made), unkept)
