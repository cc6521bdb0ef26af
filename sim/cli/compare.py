"""`mastosim compare`: scenarios side by side, and their differences from the first."""

from __future__ import annotations

from pathlib import Path

import click

from sim.cli.ending import simulate_and_finish
from sim.cli.options import ENGINE, OUT_TO, PATIENTS, SCENARIO_FILE, WORKERS, Asked, simulating

SCENARIOS = click.argument(
    "scenarios", metavar="SCENARIOS", nargs=-1, required=True, type=SCENARIO_FILE
)


@click.command(
    epilog="Example: mastosim compare scenarios/laroche2011.yaml scenarios/poor-attendance.yaml "
    "--patients 200"
)
@simulating(SCENARIOS, PATIENTS, OUT_TO("comparison"), ENGINE, WORKERS)
def compare(scenarios: tuple[Path, ...], out: Path, asked: Asked) -> None:
    """Simulate SCENARIO files on the same patients, side by side.

    Differences are paired and taken from the first file, which also gives the number of patients
    and the seed of all.
    """
    from sim.experiments.comparisons import read, simulate
    from sim.experiments.forecast import forecast

    studies = read(scenarios, asked.patients, asked.seed, asked.settings)
    asked = asked._replace(engine=(engine := asked.engine_for(studies)))
    simulate_and_finish(
        "comparison", out, asked, forecast(studies, engine, asked.workers),
        lambda progress: simulate(studies, progress, engine, asked.workers),
        "comparison",
    )  # fmt: skip
