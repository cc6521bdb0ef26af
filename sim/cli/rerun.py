"""`mastosim rerun`: do a kept result again, and compare the files."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.ending import command_line, printing, telling
from sim.cli.exit_codes import A_CHECK_DIFFERS
from sim.cli.extras import told_how_to_get
from sim.cli.options import NAMES, QUIET, RESULT, RESULTS, YES, found, refuse_unwritable
from sim.cli.terminal import say

if TYPE_CHECKING:
    from sim.results import Manifest


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
    from sim.experiments import verbs
    from sim.results.hidden import aside

    kept = found(result, out)
    refuse_unwritable(out)
    engine = kept.manifest.options.get("engine", "batch")
    counts = verbs.KINDS[kept.manifest.kind].counts
    with told_how_to_get(), aside(out, "again") as made:
        with watching(quiet, engine, counts) as progress:
            folder = verbs.rerun(
                kept, made, progress, command_line(), yes, telling(quiet), printing(as_json=False)
            )
        verdicts = compare(kept.folder, folder)
        for line in told(verdicts, kept.manifest, results.open(folder).manifest):
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


def compare(before: Path, now: Path) -> dict[str, str]:
    """`identical`, `different` or `new` for each data file of a result that was done again.

    `new` is a file that does not stand beside the manifest; one that stands there and is not made
    again is `different`.
    """
    from sim.results.seals import DATA

    known, made = (
        {path.name for path in folder.iterdir() if path.suffix in DATA} for folder in (before, now)
    )
    verdicts = dict.fromkeys(sorted(known | made), "different")
    for name in verdicts:
        if name not in known:
            verdicts[name] = "new"
        elif name in made and (before / name).read_bytes() == (now / name).read_bytes():
            verdicts[name] = "identical"
    return verdicts


def told(verdicts: dict[str, str], before: Manifest, now: Manifest) -> Iterator[str]:
    """The verdict on each file, on all of them, and what may explain a difference."""
    for name, verdict in verdicts.items():
        yield f"{verdict:10} {name}"
    compared = [verdict for verdict in verdicts.values() if verdict != "new"]
    differing = compared.count("different")
    models = before.model, now.model
    if models[0] != models[1]:
        yield f"The result was made by other sources (model {models[0]}, not {models[1]})."
    if not compared:
        yield "The folder of the manifest has no data files to compare."
    elif differing:
        yield f"{differing} of {len(compared)} data files differ."
        yield from _made_otherwise(before, now)
    else:
        yield f"Identical data files: {len(compared)} of {len(compared)}."


def _made_otherwise(before: Manifest, now: Manifest) -> Iterator[str]:
    """With which Python, machine and libraries the two were made, where these are not the same."""
    old, new = (
        {"python": one.python, "machine": one.machine, **one.libraries} for one in (before, now)
    )
    for name in {**new, **old}:
        if old.get(name) != new.get(name):
            yield f"The result was made with {name} {old.get(name)}, and this is {new.get(name)}."
