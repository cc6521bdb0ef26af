"""`mastosim power`: what trials of several sizes would have shown."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.ending import simulate_and_finish
from sim.cli.options import (
    FILE_OUT,
    KEEP_IN,
    SCENARIO,
    WORKERS,
    Asked,
    number,
    read_sizes,
    simulating,
)
from sim.vocabulary import TESTS

if TYPE_CHECKING:
    from sim.experiments.emulation.power import Power
    from sim.vocabulary import Progress


SIZES = click.option(
    "--sizes", multiple=True, metavar="N,N", default=["10,20,50,100"], show_default=True,
    callback=read_sizes,
    help="Patients per arm, in the smallest arm if arms are unequal. Repeatable.",
)  # fmt: skip
OUTCOME = click.option(
    "--outcome", default="spine annual increase", show_default=True, help="Outcome compared."
)
TRIALS = number("--trials", "Trials of each size.", 2, default=2000)
TEST = click.option(
    "--test", type=click.Choice([*TESTS]), help="Test of the difference.  [default: welch for "
    "means and doses, fisher for shares, robust for rates]",
)  # fmt: skip
ALLOCATION = click.option(
    "--allocation", metavar="N:N", help="Shares of the arms in the order of the file, e.g. 2:1.  "
    "[default: equal]",
)  # fmt: skip
LOSS = click.option(
    "--loss", metavar="RATE", help="Loss to follow-up: a share of patients lost in each year, e.g. "
    "'10 %/year', or a hazard, e.g. '0.1 per year'.  [default: none]",
)  # fmt: skip
CSV = FILE_OUT("--csv", "into", help_text="Write a CSV file.")


@click.command(
    epilog="Example: mastosim power scenarios/laroche2011.yaml --sizes 10,50 --trials 500"
)
@simulating(
    SCENARIO, SIZES, OUTCOME, TRIALS, TEST, ALLOCATION, LOSS, WORKERS, CSV, KEEP_IN("<scenario>")
)
def power(
    scenario: Path, sizes: tuple[int, ...], outcome: str, trials: int, test: str | None,
    allocation: str | None, loss: str | None, into: Path | None, out: Path | None, asked: Asked,
) -> None:  # fmt: skip
    """Simulate randomised trials of several sizes.

    The trials compare the arms of a SCENARIO. For each size the command prints the mean difference,
    the range of 95 % of the trials, the width of their confidence intervals, the share of trials
    that show a difference (power), and the same share if every arm has the treatment of the
    comparator (size of the test).
    """
    from sim.experiments.emulation import power as trial
    from sim.results import write_csv
    from sim.results.atomic_file import whole_file

    plan = trial.prepare(
        scenario, outcome, sizes, trials, asked.seed, asked.settings, test, allocation, loss
    )

    def simulate(progress: Progress | None) -> Power:
        return trial.Power(plan, trial.run(plan, progress, asked.workers))

    expected = trial.forecast_of(plan, asked.workers)
    simulated = simulate_and_finish(
        "power", out, asked, expected, simulate, plan.study.scenario.name
    )
    if into is not None:
        with whole_file(into) as file:
            write_csv(simulated.table, file)
