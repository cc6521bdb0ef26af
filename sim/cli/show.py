"""`mastosim show`: the tables of a kept result again."""

from __future__ import annotations

from pathlib import Path

import click

from sim.cli.damage import telling
from sim.cli.ending import finish
from sim.cli.options import FOLDER, JSON, NAMES, RESULT, RESULTS, VERBOSE, found, refuse_unwritable
from sim.cli.terminal import say


@click.command(epilog=f"Example: mastosim show latest\n\n{NAMES}")
@RESULT
@click.option("--visits", is_flag=True, help="Write one row for each dose that a patient asked the "
              "clinic for, with day, wait and end, to visits.csv in the folder of --into.",
              )  # fmt: skip
@click.option("--into", type=FOLDER, help="Folder of the table of --visits.")
@RESULTS
@VERBOSE
@JSON
def show(
    result: str, visits: bool, into: Path | None, out: Path, verbose: bool, as_json: bool
) -> None:
    """Print the tables of a RESULT again, without simulating."""
    from sim.experiments import verbs
    from sim.experiments.visits import save, visits_of_kept

    if visits != (into is not None):
        raise click.UsageError("--into is the folder of the table of --visits; give both")
    if into is not None:
        refuse_unwritable(into)
    kept = found(result, out)
    with telling(kept):
        of_clinics = visits_of_kept(kept) if visits else None
        finish(verbs.show(kept), as_json, verbose)
    if into is not None and of_clinics is not None:
        say(save(of_clinics, into), to_stderr=as_json)
