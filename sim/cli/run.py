"""`mastosim run`: simulate a scenario and keep the result."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from sim import Engine
from sim.cli.options import (
    ENGINE,
    JSON,
    OUT,
    PATIENTS,
    QUIET,
    SCENARIO,
    SEED,
    SETTINGS,
    refuse_unwritable,
)


@click.command(epilog="Example: mastosim run scenarios/laroche2011.yaml --patients 200 --seed 7")
@SCENARIO
@SETTINGS
@PATIENTS
@SEED
@OUT
@ENGINE("simpy")
@JSON
@QUIET
def run(
    scenario: Path,
    settings: tuple[str, ...],
    patients: int | None,
    seed: int | None,
    out: Path,
    engine: Engine,
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

    began = time.monotonic()
    with watching(quiet, engine) as progress:
        result = runs.run(study, progress=progress, engine=engine)
    spent = time.monotonic() - began
    folder = archive.keep(result, out, " ".join(["mastosim", *sys.argv[1:]]), spent)
    click.echo(show.as_json(result, folder) if as_json else show.as_text(result, folder))
