"""`mastosim power`: what trials of several sizes would have shown."""

from __future__ import annotations

import time
from pathlib import Path

import click

from sim.cli.ending import command_line, finish, finish_kept
from sim.cli.options import (
    JSON,
    KEEP_IN,
    QUIET,
    SCENARIO,
    SEED,
    SETTINGS,
    WORKERS,
    refuse_unwritable,
)


def _sizes(_: click.Context, __: click.Parameter, text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise click.BadParameter(f"'{text}' is no list of whole numbers like 10,20,50") from None


@click.command(
    epilog="Example: mastosim power scenarios/laroche2011.yaml --sizes 10,50 --trials 500"
)
@SCENARIO
@click.option(
    "--sizes", default="10,20,50,100", show_default=True, callback=_sizes, help="Patients per arm."
)
@click.option(
    "--outcome", default="spine annual increase", show_default=True, help="What is compared."
)
@click.option(
    "--trials", type=click.IntRange(2), default=2000, show_default=True, help="Simulated trials."
)
@SETTINGS
@SEED
@WORKERS
@click.option("--csv", "into", type=click.Path(path_type=Path, dir_okay=False), help="Write a CSV.")
@KEEP_IN("<scenario>")
@JSON
@QUIET
def power(
    scenario: Path,
    sizes: tuple[int, ...],
    outcome: str,
    trials: int,
    settings: tuple[str, ...],
    seed: int | None,
    workers: int | None,
    into: Path | None,
    out: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """What trials that allocate at random to the arms of a SCENARIO would show, by their size.

    For each size: the difference found, where 95 % of trials would find it, how wide their
    confidence intervals are, and how many exclude 0.
    """
    from sim.cli.progress import watching
    from sim.experiments.emulation import power as trial
    from sim.experiments.kinds.power import keep, shown
    from sim.experiments.runs import workers_for
    from sim.results import write_csv

    if out is not None:
        refuse_unwritable(out)
    plan = trial.prepare(scenario, outcome, sizes, trials, seed, settings)
    workers = workers or workers_for(plan.study.scenario.cohort.patients, "batch")
    began = time.monotonic()
    with watching(quiet, "batch", "trials") as progress:
        by_size = trial.run(plan, progress, workers)
    if into is not None:
        write_csv(by_size, into)
    if out is not None:
        finish_kept(keep(plan, by_size, out, command_line(), time.monotonic() - began), as_json)
    else:
        printout, facts, _ = shown(plan, by_size)
        finish(printout, facts, as_json)
