"""`mastosim rerun`: do a kept result again, and compare the files."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from sim.cli.ending import command_line, printing, telling
from sim.cli.exit_codes import A_CHECK_DIFFERS
from sim.cli.extras import told_how_to_get
from sim.cli.options import NAMES, QUIET, RESULT, RESULTS, YES, found, refuse_unwritable
from sim.cli.terminal import say


@click.command(epilog=f"Example: mastosim rerun latest\n\n{NAMES}")
@RESULT
@RESULTS
@YES
@QUIET
def rerun(result: str, out: Path, yes: bool, quiet: bool) -> None:
    """Repeat a RESULT of any kind, and compare the files.

    The result is repeated from its manifest. The command compares every data file (parquet, csv)
    beside the manifest byte by byte, and exits with 5 if one differs. It never replaces a result in
    OUT. A result that cannot be kept, as when the disk is full, is printed.
    """
    from sim import results
    from sim.cli.progress import watching
    from sim.experiments import endings, verbs
    from sim.results.comparing import compared, in_words
    from sim.results.hidden import aside

    kept = found(result, out)
    refuse_unwritable(out)
    engine = kept.manifest.options.get("engine", "batch")
    counts, ending = verbs.KINDS[kept.manifest.kind].counts, endings.of_result(kept.manifest)
    with told_how_to_get(), aside(out, "again") as made:
        with watching(quiet, engine, counts, ending=ending) as progress:
            folder = verbs.rerun(
                kept, made, progress, command_line(), yes, telling(quiet), printing(as_json=False)
            )
        verdicts = compared(kept.folder, folder)
        for line in in_words(verdicts, kept.manifest, results.open(folder).manifest):
            say(line)
        _settle(folder, made, out, verdicts)
    if "different" in verdicts.values():
        sys.exit(A_CHECK_DIFFERS)


def _settle(folder: Path, made: Path, out: Path, verdicts: dict[str, str]) -> None:
    """Move the new result to its home, unless something is there; say where it is."""
    from sim.results.atomic_folder import interrupt_says, kept_in
    from sim.results.hidden import undisturbed

    home = out / folder.relative_to(made)
    if home.exists() and set(verdicts.values()) == {"identical"}:
        say(f"Unchanged: {home}")
        return
    if os.path.lexists(home):  # what differs is there to be looked at
        home = out / made.stem[1:] / folder.relative_to(made)
    with interrupt_says(kept_in(home)):
        with undisturbed():
            home.parent.mkdir(parents=True, exist_ok=True)
            folder.rename(home)
        say(f"Tables and figures: {home}")
