"""`mastosim emulate`: the published series again, thousands of times."""

from __future__ import annotations

from pathlib import Path

import click

from sim.cli.ending import simulate_and_finish
from sim.cli.options import OUT, SCENARIO, WORKERS, Asked, number, simulating

TRIALS = number("--trials", "Number of trials.", default=5000)
UNCERTAIN = click.option(
    "--uncertain", is_flag=True,
    help="Each trial draws its own parameters from the uncertainty of the scenario's numbers.",
)  # fmt: skip


@click.command(epilog="Example: mastosim emulate scenarios/laroche2011.yaml --trials 1000")
@simulating(SCENARIO, TRIALS, UNCERTAIN, OUT, WORKERS)
def emulate(scenario: Path, trials: int, uncertain: bool, out: Path, asked: Asked) -> None:
    """Simulate the published study of a SCENARIO many times.

    Each trial enrols, follows, measures and groups patients as the publication did. For each
    published number the command prints the mean and the 95 % interval of the simulated trials, the
    percentile of the published number, and whether the interval covers the number.
    The intervals hold chance between patients only or, with --uncertain, patients and parameters.
    """
    from sim.experiments.emulation import forecast_of, prepare, run

    prepared = prepare(scenario, trials, asked.seed, asked.settings, uncertain)
    simulate_and_finish(
        "emulation", out, asked, forecast_of(prepared, asked.workers),
        lambda progress: run(prepared, progress, asked.workers), prepared.study.scenario.name,
    )  # fmt: skip
