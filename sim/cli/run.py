"""`mastosim run`: simulate a scenario and keep the result."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.ending import command_line, finish_kept
from sim.cli.options import (
    ENGINE,
    KEEP,
    OUT,
    PATIENTS,
    SCENARIO,
    WORKERS,
    Asked,
    refuse_unwritable,
    simulating,
)

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiments.kinds.run import What
    from sim.experiments.runs import Result
    from sim.scenario import Study

UNTIL = click.option(
    "--until",
    multiple=True,
    metavar="OUTCOME:HALF-WIDTH",
    help="Add patients until the 95 % interval has this half-width, e.g. spine.difference:0.1; "
    "--patients is then ignored. Repeatable.",
)


@click.command(epilog="Example: mastosim run scenarios/laroche2011.yaml --patients 200 --seed 7")
@simulating(SCENARIO, PATIENTS, UNTIL, OUT, ENGINE("simpy"), WORKERS, KEEP)
def run(scenario: Path, until: tuple[str, ...], out: Path, kept: What, asked: Asked) -> None:
    """Simulate a SCENARIO file and print the published numbers beside the simulated ones."""
    from sim.scenario import load

    study = load(scenario, asked.settings, asked.patients, asked.seed)
    refuse_unwritable(out)

    from sim.cli.progress import watching
    from sim.experiments.kinds import run as kind
    from sim.experiments.runs import workers_for

    command = command_line()
    precise, course = _precise(study, until, asked) if until else (None, None)
    if precise is not None:
        study = precise.study
    if precise is not None and kept == "outcomes":
        folder = kind.keep(precise, out, command, until=until, course=course)
    else:
        count = asked.workers or workers_for(study.scenario.cohort.patients, asked.engine)
        with watching(asked.quiet, asked.engine) as progress:
            _, folder = kind.make(
                study, out, kept, progress, asked.engine, count, command, until=until, course=course
            )
    finish_kept(folder, asked.as_json)


def _precise(study: Study, until: tuple[str, ...], asked: Asked) -> tuple[Result, pd.DataFrame]:
    """The outcomes of as many patients as the goals need, by the engine for many."""
    from sim.cli.progress import watching
    from sim.experiments import precision
    from sim.workers.pieces import available

    goals = precision.read(until)
    with watching(asked.quiet, "batch", "patients") as progress:
        return precision.until(study, goals, progress, "batch", asked.workers or available())
