"""`mastosim compare`: scenarios side by side, and their differences from the first."""

from __future__ import annotations

import time
from pathlib import Path

import click

from sim.cli.ending import command_line, finish
from sim.cli.options import (
    ENGINE,
    JSON,
    OUT_TO,
    PATIENTS,
    QUIET,
    SEED,
    SETTINGS,
    WORKERS,
    refuse_unwritable,
)
from sim.vocabulary import Engine

SCENARIOS = click.argument("scenarios", nargs=-1, required=True, type=click.Path(path_type=Path))


@click.command(
    epilog="Example: mastosim compare scenarios/laroche2011.yaml scenarios/poor-attendance.yaml "
    "--patients 200"
)
@SCENARIOS
@SETTINGS
@PATIENTS
@SEED
@OUT_TO("comparison")
@ENGINE("batch")
@WORKERS
@JSON
@QUIET
def compare(
    scenarios: tuple[Path, ...],
    settings: tuple[str, ...],
    patients: int | None,
    seed: int | None,
    out: Path,
    engine: Engine,
    workers: int | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Simulate SCENARIO files on the same patients and print them side by side.

    Differences are paired and taken from the first file, which also gives the number of patients
    and the seed of all.
    """
    from sim.cli.progress import watching
    from sim.display.tables import comparison as tables
    from sim.experiments.archive import digest_of
    from sim.experiments.comparisons import keep, read, remarks, simulate
    from sim.experiments.runs import workers_for

    studies = read(scenarios, patients, seed, settings)
    refuse_unwritable(out)
    first = studies[0].scenario
    workers = workers or workers_for(first.cohort.patients, engine)
    began = time.monotonic()
    with watching(quiet, engine) as progress:
        comparison = simulate(studies, progress, engine, workers)
    folder = keep(comparison, out, command_line(), time.monotonic() - began)
    facts = {
        "folder": folder,
        "against": first.name,
        "patients": first.cohort.patients,
        "seed": first.seed,
        "scenarios": [
            {"scenario": study.scenario.name, "digest": digest_of(study)} for study in studies
        ],
        "remarks": remarks(studies),
        "summary": comparison.summary,
    }
    shown = tables.printout(comparison.summary, first.cohort.patients, first.seed, remarks(studies))
    finish(shown, facts, as_json, f"Table and figure: {folder}")
