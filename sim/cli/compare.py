"""`mastosim compare`: scenarios side by side, and their differences from the first."""

from __future__ import annotations

import time
from pathlib import Path

import click

from sim.cli.ending import command_line, finish_kept
from sim.cli.options import ENGINE, OUT_TO, PATIENTS, WORKERS, Asked, refuse_unwritable, simulating

SCENARIOS = click.argument("scenarios", nargs=-1, required=True, type=click.Path(path_type=Path))


@click.command(
    epilog="Example: mastosim compare scenarios/laroche2011.yaml scenarios/poor-attendance.yaml "
    "--patients 200"
)
@simulating(SCENARIOS, PATIENTS, OUT_TO("comparison"), ENGINE("batch"), WORKERS)
def compare(scenarios: tuple[Path, ...], out: Path, asked: Asked) -> None:
    """Simulate SCENARIO files on the same patients and print them side by side.

    Differences are paired and taken from the first file, which also gives the number of patients
    and the seed of all.
    """
    from sim.cli.progress import watching
    from sim.experiments.comparisons import read, simulate
    from sim.experiments.kinds.comparison import keep
    from sim.experiments.runs import workers_for

    studies = read(scenarios, asked.patients, asked.seed, asked.settings)
    refuse_unwritable(out)
    first = studies[0].scenario
    workers = asked.workers or workers_for(first.cohort.patients, asked.engine)
    began = time.monotonic()
    with watching(asked.quiet, asked.engine) as progress:
        comparison = simulate(studies, progress, asked.engine, workers)
    folder = keep(comparison, out, command_line(), time.monotonic() - began)
    finish_kept(folder, asked.as_json)
