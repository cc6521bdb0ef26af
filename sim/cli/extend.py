"""`mastosim extend`: more patients for a run that was kept."""

from __future__ import annotations

from pathlib import Path

import click

from sim.cli import options
from sim.cli.ending import command_line, finish_kept, printing, telling
from sim.vocabulary import MOST_PATIENTS


@click.command(
    epilog=f"Example: mastosim extend laroche2011/latest --patients 400\n\n{options.NAMES}"
)
@options.RESULT
@options.number("--patients", "Total number of patients.", 1, MOST_PATIENTS, required=True)
@options.RESULTS
@options.WORKERS
@options.YES
@options.JSON
@options.QUIET
def extend(
    result: str, patients: int, out: Path, workers: int | None, yes: bool, as_json: bool,
    quiet: bool,
) -> None:  # fmt: skip
    """Add patients to a RESULT of `mastosim run`.

    The new result equals a run of all patients at once; the old result is kept.
    """
    from sim.cli.progress import watching
    from sim.experiments import endings, verbs

    kept = options.found(result, out)
    verbs.refuse(kept, "extend")
    options.refuse_unwritable(out)
    engine = kept.manifest.options.get("engine", "")
    with watching(quiet, engine, ending=endings.of_result(kept.manifest)) as progress:
        folder = verbs.extend(
            kept,
            out,
            patients,
            progress,
            workers,
            command_line(),
            yes,
            telling(quiet),
            printing(as_json),
        )
    finish_kept(folder, as_json)
