"""`mastosim compare`: scenarios side by side, and their differences from the first."""

from __future__ import annotations

import time
from pathlib import Path

import click

from sim.cli.ending import command_line, finish_kept
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
    from sim.experiments.comparisons import read, simulate
    from sim.experiments.kinds.comparison import keep
    from sim.experiments.runs import workers_for

    studies = read(scenarios, patients, seed, settings)
    refuse_unwritable(out)
    first = studies[0].scenario
    workers = workers or workers_for(first.cohort.patients, engine)
    began = time.monotonic()
    with watching(quiet, engine) as progress:
        comparison = simulate(studies, progress, engine, workers)
    folder = keep(comparison, out, command_line(), time.monotonic() - began)
    finish_kept(folder, as_json)
