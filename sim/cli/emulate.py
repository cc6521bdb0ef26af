"""`mastosim emulate`: the published series again, thousands of times."""

from __future__ import annotations

import time
from pathlib import Path

import click

from sim.cli.ending import command_line, finish_kept
from sim.cli.options import OUT, SCENARIO, WORKERS, Asked, refuse_unwritable, simulating

TRIALS = click.option(
    "--trials", type=click.IntRange(1), default=5000, show_default=True, help="Number of trials."
)


@click.command(epilog="Example: mastosim emulate scenarios/laroche2011.yaml --trials 1000")
@simulating(SCENARIO, TRIALS, OUT, WORKERS)
def emulate(scenario: Path, trials: int, out: Path, asked: Asked) -> None:
    """Simulate the published study of a SCENARIO many times and compare its results with them.

    Each trial enrols, follows, measures and groups patients as the publication did. For each
    published number the command prints the mean and the 95 % interval of the simulated trials, the
    percentile of the published number, and whether the interval covers the number.
    """
    from sim.cli.progress import watching
    from sim.experiments import emulation
    from sim.experiments.kinds.emulation import keep
    from sim.experiments.runs import workers_for

    refuse_unwritable(out)
    prepared = emulation.prepare(scenario, trials, asked.seed, asked.settings)
    workers = asked.workers or workers_for(trials * prepared.design.size, "batch")
    began = time.monotonic()
    with watching(asked.quiet, "batch", "trials") as progress:
        emulated = emulation.of_trials(prepared, emulation.run(prepared, progress, workers))
    folder = keep(emulated, out, command_line(), time.monotonic() - began)
    finish_kept(folder, asked.as_json)
