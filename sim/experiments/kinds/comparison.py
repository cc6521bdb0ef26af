"""A comparison as a kept result."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from sim import results
from sim.display import figures
from sim.display.tables import comparison as printed
from sim.experiments.comparisons import Comparison, reading, remarks, simulate, whose
from sim.experiments.kinds import Shown
from sim.experiments.runs import workers_for
from sim.results import Kept
from sim.results.manifest import Part
from sim.vocabulary import FORMATS, Engine, Progress


class Options(Part):
    """What a comparison needs to be done again beside its studies."""

    patients: int
    seed: int
    engine: Engine = "batch"


def keep(comparison: Comparison, root: Path, command: str = "", seconds: float = 0.0) -> Path:
    """Write a comparison to `root/comparison/<digest>`: table, figure, manifest; returns it.

    `comparison.csv` is the whole summary, and so holds the numbers of the figure beside it.
    """
    studies = {study.scenario.name: study for study in comparison.studies}
    digest = results.digest_of(comparison.studies)
    first = comparison.studies[0].scenario
    options = Options(patients=first.cohort.patients, seed=first.seed, engine=comparison.engine)
    manifest = results.made(
        "comparison", studies, options, digest, command, seconds, _details(comparison)
    )
    tables = {"comparison": comparison.summary}
    draw = partial(figures.draw, formats=FORMATS)
    return results.keep(root / "comparison" / digest, manifest, tables, draw)


def _details(comparison: Comparison) -> dict[str, object]:
    """The title of the figure, and the sentences that its caption opens with."""
    first, *others = (study.scenario for study in comparison.studies)
    differing = whose(comparison.studies)
    same = "" if differing else ", the same in every scenario and arm"
    people = f"{first.cohort.patients} virtual patients{same}; seed {first.seed}."
    return {
        "title": f"{first.name} beside {', '.join(other.name for other in others)}",
        "caption": [people, *differing, reading(comparison.studies)],
    }


def show(kept: Kept) -> Shown:
    """The scenarios side by side, and their differences from the first."""
    studies, summary = [*kept.studies.values()], kept.table("comparison")
    first, told = studies[0].scenario, remarks(studies)
    facts = {
        "folder": kept.folder,
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
    return Shown(printout, facts, "Table and figure")


def again(kept: Kept, root: Path, progress: Progress | None = None, command: str = "") -> Path:
    """Do a comparison again below another folder of results; returns its folder there."""
    options, studies = kept.options(Options), [*kept.studies.values()]
    workers = workers_for(options.patients, options.engine)
    return keep(simulate(studies, progress, options.engine, workers), root, command)
