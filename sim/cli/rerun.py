"""`mastosim rerun`: do a kept result again, and compare the files."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.ending import command_line
from sim.cli.exit_codes import A_CHECK_DIFFERS
from sim.cli.extras import told_how_to_get
from sim.cli.options import NAMES, QUIET, RESULT, RESULTS, found, refuse_unwritable
from sim.cli.terminal import say

if TYPE_CHECKING:
    from sim.results import Manifest

DATA = (".csv", ".parquet")


@click.command(epilog=f"Example: mastosim rerun latest\n\n{NAMES}")
@RESULT
@RESULTS
@QUIET
def rerun(result: str, out: Path, quiet: bool) -> None:
    """Repeat a RESULT of any kind, and compare the files.

    The result is repeated from its manifest. The command compares every data file (parquet, csv)
    beside the manifest byte by byte, and exits with 5 if one differs. It never replaces a result in
    OUT.
    """
    from sim import results
    from sim.cli.progress import watching
    from sim.experiments import verbs

    kept = found(result, out)
    kept.refuse_another_version()
    refuse_unwritable(out)
    engine = kept.manifest.options.get("engine", "batch")
    counts = verbs.KINDS[kept.manifest.kind].counts
    with told_how_to_get(), ExitStack() as stack:
        aside = _aside(stack, out)
        with watching(quiet, engine, counts) as progress:
            folder = verbs.rerun(kept, aside, progress, command_line())
        verdicts = compare(kept.folder, folder)
        for line in told(verdicts, kept.manifest, results.open(folder).manifest):
            say(line)
        _settle(folder, out / folder.relative_to(aside), verdicts, stack)
    if "different" in verdicts.values():
        sys.exit(A_CHECK_DIFFERS)


def _settle(folder: Path, home: Path, verdicts: dict[str, str], stack: ExitStack) -> None:
    """Move the new result to its home, unless a result is there; say where it is."""
    if not home.exists():
        home.parent.mkdir(parents=True, exist_ok=True)
        folder = folder.rename(home)
    elif set(verdicts.values()) == {"identical"}:
        say(f"Unchanged: {home}")
        return
    else:
        stack.pop_all()  # what differs is there to be looked at
    say(f"Tables and figures: {folder}")


def compare(before: Path, now: Path) -> dict[str, str]:
    """`identical`, `different` or `new` for each data file of a result that was done again.

    `new` is a file that does not stand beside the manifest; one that stands there and is not made
    again is `different`.
    """
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
    models = before.details.get("model"), now.details.get("model")
    if models[0] != models[1]:
        yield f"The result was made by other sources (model {models[0]}, not {models[1]})."
    elif before.digest != now.digest:
        yield "The manifest was changed after it was written: its digest does not match its study."
    if not compared:
        yield "The folder of the manifest has no data files to compare."
    elif differing:
        yield f"{differing} of {len(compared)} data files differ."
        yield from _made_otherwise(before, now)
    else:
        yield f"Identical data files: {len(compared)} of {len(compared)}."


def _aside(stack: ExitStack, out: Path) -> Path:
    """A folder in another that vanishes with the stack, unless it is to stay."""
    out.mkdir(parents=True, exist_ok=True)
    folder = tempfile.mkdtemp(prefix="again-", dir=out)
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def _made_otherwise(before: Manifest, now: Manifest) -> Iterator[str]:
    """With which Python, machine and libraries the two were made, where these are not the same."""
    old, new = (
        {"python": one.python, "machine": one.machine, **one.libraries} for one in (before, now)
    )
    for name in {**new, **old}:
        if old.get(name) != new.get(name):
            yield f"The result was made with {name} {old.get(name)}, and this is {new.get(name)}."
