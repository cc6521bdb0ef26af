"""`mastosim power`: what trials of several sizes would have shown."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.ending import simulate_and_finish
from sim.cli.options import FILE_OUT, KEEP_IN, SCENARIO, WORKERS, Asked, number, simulating

if TYPE_CHECKING:
    from sim.experiments.kinds.power import Simulated
    from sim.vocabulary import Progress


def _sizes(_: click.Context, __: click.Parameter, texts: tuple[str, ...]) -> tuple[int, ...]:
    """The sizes of all lists that were given; `--sizes 10,20 --sizes 50` has three."""
    text = ",".join(texts)
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise click.BadParameter(f"'{text}' is not a list of whole numbers like 10,20,50") from None


SIZES = click.option(
    "--sizes", multiple=True, metavar="N,N,...", default=["10,20,50,100"], show_default=True,
    callback=_sizes, help="Patients per arm. Repeatable.",
)  # fmt: skip
OUTCOME = click.option(
    "--outcome", default="spine annual increase", show_default=True, help="Outcome compared."
)
TRIALS = number("--trials", "Trials of each size.", 2, default=2000)
CSV = FILE_OUT("--csv", "into", help_text="Write a CSV file.")


@click.command(
    epilog="Example: mastosim power scenarios/laroche2011.yaml --sizes 10,50 --trials 500"
)
@simulating(SCENARIO, SIZES, OUTCOME, TRIALS, WORKERS, CSV, KEEP_IN("<scenario>"))
def power(
    scenario: Path, sizes: tuple[int, ...], outcome: str, trials: int, into: Path | None,
    out: Path | None, asked: Asked,
) -> None:  # fmt: skip
    """Simulate randomised trials of several sizes.

    The trials compare the arms of a SCENARIO. For each size the command prints the mean difference,
    the range of 95 % of the trials, the width of their confidence intervals, and the share of
    trials that exclude 0.
    """
    from sim.experiments.emulation import power as trial
    from sim.results import write_csv

    plan = trial.prepare(scenario, outcome, sizes, trials, asked.seed, asked.settings)

    def simulate(progress: Progress | None) -> Simulated:
        return plan, trial.run(plan, progress, asked.workers)

    _plan, by_size = simulate_and_finish("power", out, asked, simulate, plan.study.scenario.name)
    if into is not None:
        write_csv(by_size, into)
