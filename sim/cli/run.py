"""`mastosim run`: simulate a scenario and keep the result."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

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
from sim.vocabulary import Engine

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiments.archive import Kept
    from sim.experiments.runs import Result
    from sim.scenario import Study

UNTIL = click.option(
    "--until",
    multiple=True,
    metavar="OUTCOME:HALF-WIDTH",
    help="Add patients until the 95 % interval is so narrow, e.g. spine.difference:0.1; "
    "--patients then has no meaning. Repeatable.",
)


@click.command(epilog="Example: mastosim run scenarios/laroche2011.yaml --patients 200 --seed 7")
@SCENARIO
@SETTINGS
@PATIENTS
@UNTIL
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
    until: tuple[str, ...],
    seed: int | None,
    out: Path,
    engine: Engine,
    workers: int | None,
    kept: Kept,
    as_json: bool,
    quiet: bool,
) -> None:
    """Simulate a SCENARIO file and print the published numbers beside the simulated ones."""
    from sim.scenario import load

    study = load(scenario, settings, patients, seed)
    refuse_unwritable(out)

    from sim.cli import ending
    from sim.cli.progress import watching
    from sim.experiments import archive, runs

    command = " ".join(["mastosim", *sys.argv[1:]])
    precise, course = _precise(study, until, quiet, workers) if until else (None, None)
    if precise is not None:
        study = precise.study
    if precise is not None and kept == "outcomes":
        result, folder = precise, archive.keep(precise, out, command, course=course)
    else:
        count = workers or runs.workers_for(study.scenario.cohort.patients, engine)
        with watching(quiet, engine) as progress:
            result, folder = archive.make(
                study, out, kept, progress, engine, count, command, course=course
            )
    if as_json:
        click.echo(ending.as_json(result, folder))
    else:
        click.echo("\n".join([*ending.precision(course), ending.as_text(result, folder, kept)]))


def _precise(
    study: Study, until: tuple[str, ...], quiet: bool, workers: int | None
) -> tuple[Result, pd.DataFrame]:
    """The outcomes of as many patients as the goals need, by the engine for many."""
    from sim.cli.progress import watching
    from sim.experiments import precision
    from sim.workers.pieces import available

    goals = precision.read(until)
    with watching(quiet, "batch", "patients") as progress:
        return precision.until(study, goals, progress, "batch", workers or available())
