"""`mastosim run`: simulate a scenario and keep the result."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.ending import command_line, finish_kept, printing, telling
from sim.cli.options import (
    ENGINE,
    OUT,
    PATIENTS,
    SCENARIO,
    WORKERS,
    Asked,
    refuse_unwritable,
    simulating,
)  # fmt: skip
from sim.cli.terminal import line_width, say

if TYPE_CHECKING:
    from sim.experiments.forecast import Kept as Rows
    from sim.experiments.kinds.run import Precise, What
    from sim.experiments.runs import Result
    from sim.scenario import Study
    from sim.vocabulary import TableFormat

KEEP = click.option(
    "--keep", "kept", type=click.Choice(["all", "tables", "outcomes"]), default="all",
    show_default=True,
    help="all: tables and figures. tables: no figures. outcomes: neither. Without figures memory "
    "does not grow with the number of patients.",
)  # fmt: skip
TABLES = click.option(
    "--tables", type=click.Choice(["parquet", "csv"]), default="parquet", show_default=True,
    help="csv: the tables of patients, events and measurements as CSV files too, for R and Excel.",
)  # fmt: skip
UNTIL = click.option(
    "--until", multiple=True, metavar="OUTCOME:HALF-WIDTH",
    help="Add patients until the 95 % interval has this half-width, e.g. spine.difference:0.1; "
    "--patients is then ignored. Repeatable.",
)  # fmt: skip


@click.command(epilog="Example: mastosim run scenarios/laroche2011.yaml --patients 200 --seed 7")
@simulating(SCENARIO, PATIENTS, UNTIL, OUT, ENGINE, WORKERS, KEEP, TABLES)
def run(
    scenario: Path, until: tuple[str, ...], out: Path, kept: What, tables: TableFormat, asked: Asked
) -> None:  # fmt: skip
    """Simulate a SCENARIO and compare it with published numbers.

    The published numbers are printed beside the simulated ones.
    """
    from sim.scenario import load

    study, precise = load(scenario, asked.settings, asked.patients, asked.seed), None
    refuse_unwritable(out / study.scenario.name)

    from sim.cli.progress import watching
    from sim.experiments import endings
    from sim.experiments.all_blocks import is_compiled_meanwhile
    from sim.experiments.bounds import allow
    from sim.experiments.forecast import forecast
    from sim.experiments.kinds.run import make, refuse_no_tables, rows_of

    refuse_no_tables(kept, tables)
    rows = rows_of(kept, tables)
    if until:
        precise = _until(study, until, out, rows, asked)
        study = precise[0].study
    engine = asked.engine_for([study])
    if not until or kept != "outcomes":
        expected = forecast([study], engine, asked.workers, rows)
        allow(expected, out, asked.yes, telling(asked.quiet))
    meanwhile = is_compiled_meanwhile([study], engine)
    ending = endings.of_run(kept, tables == "csv")
    with watching(asked.quiet, engine, "patient courses", meanwhile, ending) as progress:
        folder = make(
            study, out, kept, progress, engine, asked.workers, command_line(), until=until,
            precise=precise, unkept=printing(asked.as_json), form=tables,
            first_answer=_say_first if meanwhile and not asked.quiet else None,
        )  # fmt: skip
    finish_kept(folder, asked.as_json)


def _say_first(result: Result) -> None:
    """Print the main outcomes of the first patients, long before those of all."""
    from sim.display.fitted import wrapped
    from sim.display.tables import answer

    count = result.study.scenario.cohort.patients
    for sentence in answer.sentences(result.study, result.summary, result.worth):
        say(wrapped(f"First {count} patients: {sentence}", line_width()), to_stderr=True)


def _until(study: Study, until: tuple[str, ...], out: Path, rows: Rows, asked: Asked) -> Precise:
    """Add patients until the goals are reached; say after the first block what that will take."""
    from sim.cli.progress import watching
    from sim.experiments import precision
    from sim.experiments.bounds import allow
    from sim.experiments.forecast import forecast

    def tell(patients: int) -> None:
        of_all = study.with_(patients=patients)
        engine = asked.engine_for([of_all])
        expected = forecast([of_all], "batch", asked.workers)
        if rows.on_disk:
            expected = expected.then(forecast([of_all], engine, asked.workers, rows))
        allow(expected, out, asked.yes)
        if not asked.quiet:
            say(f"About {patients} patients are needed. This takes {expected}.", to_stderr=True)

    goals = precision.read(until)
    with watching(asked.quiet, "batch", "patients") as progress:
        return precision.until(study, goals, progress, asked.workers, tell)
