"""`mastosim readings`: the four readings of the annual increase side by side."""

from __future__ import annotations

import time
from pathlib import Path

import click

from sim.cli.ending import command_line, finish
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
    from sim.display.tables import readings as tables
    from sim.experiments.archive import digest_of
    from sim.experiments.readings import keep, read, said, simulate
    from sim.experiments.runs import workers_for
    from sim.scenario.protocol import accrual

    refuse_unwritable(out)
    four = read(scenario, patients, seed, settings, plateau, saturating)
    own = four.study.scenario
    workers = workers or workers_for(own.cohort.patients, engine)
    began = time.monotonic()
    with watching(quiet, engine) as progress:
        under_each = simulate(four, progress, engine, workers)
    folder = keep(under_each, out, command_line(), time.monotonic() - began)
    facts = {
        "scenario": own.name,
        "folder": folder,
        "own": four.own,
        "patients": own.cohort.patients,
        "seed": own.seed,
        "readings": [
            {
                "reading": name,
                "read_as": accrual(study.scenario),
                "origin": four.origins[name],
                "digest": digest_of(study),
            }
            for name, study in four.studies.items()
        ],
        "summary": under_each.summary,
    }
    shown = tables.printout(under_each.summary, four.own, said(four))
    finish(shown, facts, as_json, f"Table and figure: {folder}")
