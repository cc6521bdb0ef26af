"""`mastosim emulate`: the published series again, thousands of times."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.options import (
    JSON,
    OUT,
    QUIET,
    SCENARIO,
    SEED,
    SETTINGS,
    WORKERS,
    refuse_unwritable,
)

if TYPE_CHECKING:
    from sim.experiments.emulation import Emulated


@click.command(epilog="Example: mastosim emulate scenarios/laroche2011.yaml --trials 1000")
@SCENARIO
@click.option(
    "--trials", type=click.IntRange(1), default=5000, show_default=True, help="Simulated trials."
)
@SETTINGS
@SEED
@OUT
@WORKERS
@JSON
@QUIET
def emulate(
    scenario: Path,
    trials: int,
    settings: tuple[str, ...],
    seed: int | None,
    out: Path,
    workers: int | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Do the series that a SCENARIO answers to again, and see where its numbers fall.

    Each trial enrols as many patients as the publication, follows and measures them as it did, and
    groups them as it did. Printed for each published number: the mean and the interval of 95 % of
    the trials, the percentile at which the published number stands, and whether it is covered.
    """
    from sim.cli.progress import watching
    from sim.experiments import emulation

    refuse_unwritable(out)
    prepared = emulation.prepare(scenario, trials, seed, settings)
    from sim.experiments.runs import workers_for

    workers = workers or workers_for(trials * prepared.design.size, "batch")
    began = time.monotonic()
    with watching(quiet, "batch", "trials") as progress:
        emulated = emulation.of_trials(prepared, emulation.run(prepared, progress, workers))
    command = " ".join(["mastosim", *sys.argv[1:]])
    folder = emulation.keep(emulated, out, command, time.monotonic() - began)
    click.echo(_as_json(emulated, folder) if as_json else _as_text(emulated, folder))


def _as_json(emulated: Emulated, folder: Path) -> str:
    from sim.cli.ending import records
    from sim.scenario.protocol import accrual

    within, of = emulated.covered
    held = {
        "scenario": emulated.emulation.study.scenario.name,
        "reading": accrual(emulated.emulation.study.scenario),
        "folder": str(folder),
        "trials": emulated.emulation.trials,
        "covered": within,
        "of": of,
        "scores": records(emulated.scores),
    }
    return json.dumps(held, indent=1, ensure_ascii=False, allow_nan=False)


def _as_text(emulated: Emulated, folder: Path) -> str:
    """A row a published number, and what must be said of them."""
    from sim.cli.ending import table
    from sim.display.tables import Sheet, number
    from sim.experiments import emulation

    heads = (emulation.title(emulated), "unit", "published", "mean", "95 % of trials", "percentile",
             "covered", "no value")  # fmt: skip
    rows = [
        (
            row["label"] if row["statistic"] == "value" else f"{row['label']}, SD",
            row["unit"],
            f"{row['published']:g}",
            number(row["mean"]),
            f"{number(row['low'])} to {number(row['high'])}",
            number(row["percentile"]),
            "yes" if row["covered"] else "no",
            f"{row['empty'] + row['single']}",
        )
        for row in emulated.scores.to_dict("records")
    ]
    notes = [
        "No value: trials in which the group was empty or, for an SD, held one patient.",
        "A published number that is an input of the scenario should lie near the middle: that",
        "checks the program, not the biology.",
    ]
    where = f"Trials, scores and figure: {folder}"
    return "\n".join([table(Sheet(heads, rows)), *emulation.said(emulated), *notes, where])
