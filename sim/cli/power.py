"""`mastosim power`: what trials of several sizes would have shown."""

from __future__ import annotations

import time
from pathlib import Path

import click

from sim.cli.ending import command_line, finish, finish_kept
from sim.cli.options import KEEP_IN, SCENARIO, WORKERS, Asked, refuse_unwritable, simulating


def _sizes(_: click.Context, __: click.Parameter, text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise click.BadParameter(f"'{text}' is not a list of whole numbers like 10,20,50") from None


SIZES = click.option(
    "--sizes", default="10,20,50,100", show_default=True, callback=_sizes, help="Patients per arm."
)
OUTCOME = click.option(
    "--outcome", default="spine annual increase", show_default=True, help="Outcome compared."
)
TRIALS = click.option(
    "--trials", type=click.IntRange(2), default=2000, show_default=True, help="Trials of each size."
)
CSV = click.option(
    "--csv", "into", type=click.Path(path_type=Path, dir_okay=False), help="Write a CSV file."
)


@click.command(
    epilog="Example: mastosim power scenarios/laroche2011.yaml --sizes 10,50 --trials 500"
)
@simulating(SCENARIO, SIZES, OUTCOME, TRIALS, WORKERS, CSV, KEEP_IN("<scenario>"))
def power(
    scenario: Path,
    sizes: tuple[int, ...],
    outcome: str,
    trials: int,
    into: Path | None,
    out: Path | None,
    asked: Asked,
) -> None:
    """Simulate randomised trials of several sizes with the arms of a SCENARIO.

    For each size the command prints the mean difference, the range of 95 % of the trials, the
    width of their confidence intervals, and the share of trials that exclude 0.
    """
    from sim.cli.progress import watching
    from sim.experiments.emulation import power as trial
    from sim.experiments.kinds.power import keep, shown
    from sim.experiments.runs import workers_for
    from sim.results import write_csv

    if out is not None:
        refuse_unwritable(out)
    plan = trial.prepare(scenario, outcome, sizes, trials, asked.seed, asked.settings)
    workers = asked.workers or workers_for(plan.study.scenario.cohort.patients, "batch")
    began = time.monotonic()
    with watching(asked.quiet, "batch", "trials") as progress:
        by_size = trial.run(plan, progress, workers)
    if into is not None:
        write_csv(by_size, into)
    if out is not None:
        folder = keep(plan, by_size, out, command_line(), time.monotonic() - began)
        finish_kept(folder, asked.as_json)
    else:
        printout, facts, _ = shown(plan, by_size)
        finish(printout, facts, asked.as_json)
