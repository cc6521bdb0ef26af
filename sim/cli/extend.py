"""`mastosim extend`: more patients for a result that was kept."""

from __future__ import annotations

from pathlib import Path

import click

from sim.cli.ending import command_line, finish_run
from sim.cli.manifest import is_of_sweep, read
from sim.cli.options import JSON, OUT, QUIET, WORKERS, refuse_unwritable


@click.command(epilog="Example: mastosim extend results/laroche2011/<digest> --patients 20000")
@click.argument("result", type=click.Path(path_type=Path, file_okay=False))
@click.option("--patients", type=click.IntRange(1), required=True, help="Patients there shall be.")
@OUT
@WORKERS
@JSON
@QUIET
def extend(
    result: Path, patients: int, out: Path, workers: int | None, as_json: bool, quiet: bool
) -> None:
    """Add patients to a RESULT, the folder that `mastosim run` names in its last line.

    The new result is the one that a run of all these patients would give; the old one stays.
    """
    held = read(result / "manifest.json")
    if is_of_sweep(held):
        told = "extended by `mastosim sweep FILE --draws N` or `--patients N`"
        raise click.UsageError(f"'{result}' is a sweep; a sweep is {told}")
    refuse_unwritable(out)

    from sim.cli.progress import watching
    from sim.experiments import archive, runs

    engine, kept = held["engine"], archive.kept_in(result / "manifest.json")
    count = workers or runs.workers_for(patients, engine)
    with watching(quiet, engine) as progress:
        made, folder = archive.extend(result, out, patients, progress, count, command_line())
    finish_run(made, folder, kept, as_json)
