"""`mastosim readings`: the four readings of the annual increase side by side."""

from __future__ import annotations

import time
from pathlib import Path

import click

from sim.cli.ending import command_line, finish_kept
from sim.cli.options import (
    ENGINE,
    JSON,
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

PLATEAU = click.option(
    "--plateau",
    metavar="TIME",
    help="How long the increase lasts under the plateau reading, e.g. '30 months'.  [default: the "
    "scenario's where that is its own reading, or 24 months]",
)
SATURATING = click.option(
    "--saturating",
    nargs=2,
    metavar="TIME WINDOW",
    help="Time constant and window of the saturating reading, e.g. '12 months' '24 months'.  "
    "[default: the scenario's where that is its own reading, or 12 months and 12 months]",
)


@click.command(epilog="Example: mastosim readings scenarios/laroche2011.yaml --patients 200")
@SCENARIO
@PLATEAU
@SATURATING
@SETTINGS
@PATIENTS
@SEED
@OUT
@ENGINE("batch")
@WORKERS
@JSON
@QUIET
def readings(
    scenario: Path,
    plateau: str | None,
    saturating: tuple[str, str] | None,
    settings: tuple[str, ...],
    patients: int | None,
    seed: int | None,
    out: Path,
    engine: Engine,
    workers: int | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Simulate a SCENARIO under the four readings of its annual increase, on the same patients.

    Linear, compound, plateau, saturating: what each says of the arms and of their paired
    difference, and how far that difference is from the one under the scenario's own reading.
    """
    from sim.cli.progress import watching
    from sim.experiments.kinds.readings import keep
    from sim.experiments.readings import read, simulate
    from sim.experiments.runs import workers_for

    refuse_unwritable(out)
    four = read(scenario, patients, seed, settings, plateau, saturating)
    own = four.study.scenario
    workers = workers or workers_for(own.cohort.patients, engine)
    began = time.monotonic()
    with watching(quiet, engine) as progress:
        under_each = simulate(four, progress, engine, workers)
    folder = keep(under_each, out, command_line(), time.monotonic() - began)
    finish_kept(folder, as_json)
