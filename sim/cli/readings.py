"""`mastosim readings`: the four readings of the annual increase side by side."""

from __future__ import annotations

from pathlib import Path

import click

from sim.cli.ending import simulate_and_finish
from sim.cli.options import ENGINE, OUT, PATIENTS, SCENARIO, WORKERS, Asked, simulating

PLATEAU = click.option(
    "--plateau", metavar="TIME",
    help="Duration of the increase under the plateau reading, e.g. '30 months'.  [default: "
    "that of the scenario if its own reading is plateau, else 24 months]",
)  # fmt: skip
SATURATING = click.option(
    "--saturating", nargs=2, metavar="TIME WINDOW",
    help="Time constant and window of the saturating reading, e.g. '12 months' '24 months'.  "
    "[default: those of the scenario if its own reading is saturating, else 12 months and 12 "
    "months]",
)  # fmt: skip


@click.command(epilog="Example: mastosim readings scenarios/laroche2011.yaml --patients 200")
@simulating(SCENARIO, PLATEAU, SATURATING, PATIENTS, OUT, ENGINE, WORKERS)
def readings(
    scenario: Path, plateau: str | None, saturating: tuple[str, str] | None, out: Path, asked: Asked
) -> None:
    """Simulate a SCENARIO under the four readings of its increase.

    The readings of the annual increase are linear, compound, plateau and saturating, on the same
    patients. For each the command prints the arms, their paired difference, and the change of that
    difference from the scenario's own reading.
    """
    from sim.experiments.forecast import forecast
    from sim.experiments.readings import read, simulate

    four = read(scenario, asked.patients, asked.seed, asked.settings, plateau, saturating)
    studies = [*four.studies.values()]
    asked = asked._replace(engine=(engine := asked.engine_for(studies)))
    expected = forecast(studies, engine, asked.workers)
    simulate_and_finish(
        "readings", out, asked, expected,
        lambda progress: simulate(four, progress, engine, asked.workers),
        next(iter(four.studies.values())).scenario.name,
    )  # fmt: skip
