"""`mastosim run`: simulate a scenario and keep the result."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim import Engine
from sim.cli.options import (
    ENGINE,
    JSON,
    KEEP,
    OUT,
    PATIENTS,
    QUIET,
    SCENARIO,
    SEED,
    SETTINGS,
    WORKERS,
    refuse_unwritable,
)

if TYPE_CHECKING:
    from sim.archive import Kept


@click.command(epilog="Example: mastosim run scenarios/laroche2011.yaml --patients 200 --seed 7")
@SCENARIO
@SETTINGS
@PATIENTS
@SEED
@OUT
@ENGINE("simpy")
@WORKERS
@KEEP
@JSON
@QUIET
def run(
    scenario: Path,
    settings: tuple[str, ...],
    patients: int | None,
    seed: int | None,
    out: Path,
    engine: Engine,
    workers: int | None,
    kept: Kept,
    as_json: bool,
    quiet: bool,
) -> None:
    """Simulate a SCENARIO file and print the published numbers beside the simulated ones."""
    from sim.runs import with_numbers
    from sim.scenario import load

    study = load(scenario, with_numbers(settings, patients, seed))
    refuse_unwritable(out)

    from sim import archive, runs
    from sim.cli import show
    from sim.cli.progress import watching

    workers = workers or runs.workers_for(study.scenario.cohort.patients, engine)
    command = " ".join(["mastosim", *sys.argv[1:]])
    with watching(quiet, engine) as progress:
        result, folder = archive.make(study, out, kept, progress, engine, workers, command)
    click.echo(show.as_json(result, folder) if as_json else show.as_text(result, folder, kept))
