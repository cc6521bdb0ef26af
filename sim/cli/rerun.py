"""`mastosim rerun`: run what a manifest describes again, and compare the files."""

from __future__ import annotations

import math
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from sim.cli.ending import command_line
from sim.cli.exit_codes import A_CHECK_DIFFERS
from sim.cli.extras import told_how_to_get
from sim.cli.manifest import is_of_sweep, read, study_of
from sim.cli.options import OUT, QUIET, refuse_unwritable
from sim.errors import RequestError

Again = Callable[[Path], Path]
"""Does a result again below a folder, and returns where it is."""

DATA = (".csv", ".parquet")
MADE_WITH = ("python", "machine", "libraries")


@click.command(epilog="Example: mastosim rerun saved/manifest.json --out again")
@click.argument("manifest", type=click.Path(exists=True, path_type=Path))
@OUT
@QUIET
def rerun(manifest: Path, out: Path, quiet: bool) -> None:
    """Run what a MANIFEST describes again: a manifest.json, or the folder of a result.

    Says of every data file (parquet, csv) beside the manifest whether it is the same bytes, and
    exits with 5 if one is not. No result that stands in OUT is replaced.
    """
    manifest = manifest / "manifest.json" if manifest.is_dir() else manifest
    held = read(manifest)
    refuse_unwritable(out)
    of_sweep = is_of_sweep(held)
    with told_how_to_get(), ExitStack() as stack:
        place, again = (_sweep if of_sweep else _run)(manifest, quiet)
        is_there = (out / place).exists()
        # a sweep would find blocks in OUT, which are what is to be checked
        folder = again(_aside(stack, out) if is_there or of_sweep else out)
        if of_sweep and not is_there:
            folder = _moved(folder, out / place)
        verdicts = compare(manifest.parent, folder)
        for line in told(verdicts, held, read(folder / "manifest.json")):
            click.echo(line)
        if is_there and set(verdicts.values()) == {"identical"}:
            click.echo(f"Left as it was: {out / place}")
            return
        if is_there:
            stack.pop_all()  # what differs is there to be looked at
        click.echo(f"Tables and figures: {folder}")
    if "different" in verdicts.values():
        sys.exit(A_CHECK_DIFFERS)


def _run(manifest: Path, quiet: bool) -> tuple[Path, Again]:
    """Where the run of a manifest belongs below a folder of results, and how it is done again."""
    from sim.cli.progress import watching
    from sim.experiments import archive

    study, kept = study_of(manifest), archive.kept_in(manifest)

    def again(root: Path) -> Path:
        with watching(quiet) as progress:
            return archive.make(study, root, kept, progress, command=command_line())[1]

    return archive.folder_of(study, Path(), kept), again


def _sweep(manifest: Path, quiet: bool) -> tuple[Path, Again]:
    """The same of a sweep, of which every block is simulated again."""
    from sim.cli.progress import watching
    from sim.experiments import sweeps

    sweep = sweeps.of_manifest(manifest)

    def again(root: Path) -> Path:
        try:
            with watching(quiet, "batch") as progress:
                return sweeps.run(
                    sweep, root, workers=sweeps.workers_for(sweep), progress=progress,
                    command=command_line(), most_hours=math.inf,
                ).folder  # fmt: skip
        except sweeps.TooLarge:
            told = "all of it again takes more memory or disk than there is here"
            raise RequestError(f"{told}; `mastosim sweep` on its file does it in parts") from None

    return sweeps.folder_of(sweep, Path()), again


def _moved(folder: Path, place: Path) -> Path:
    """The same folder at its place, whole or absent."""
    from sim import results

    with results.whole(place) as temporary:
        shutil.copytree(folder, temporary, dirs_exist_ok=True)
    return place


def compare(before: Path, now: Path) -> dict[str, str]:
    """`identical`, `different` or `new` for each data file of a result that was run again.

    `new` is a file that does not stand beside the manifest; one that stands there and is not made
    again is `different`.
    """
    known = {path.name for path in before.iterdir() if path.suffix in DATA}
    made = {path.name for path in now.iterdir() if path.suffix in DATA}
    verdicts = {}
    for name in sorted(known | made):
        if name not in known:
            verdicts[name] = "new"
        else:
            same = name in made and (before / name).read_bytes() == (now / name).read_bytes()
            verdicts[name] = "identical" if same else "different"
    return verdicts


def told(verdicts: dict[str, str], before: dict[str, Any], now: dict[str, Any]) -> Iterator[str]:
    """The verdict on each file, on all of them, and what may explain a difference."""
    for name, verdict in verdicts.items():
        yield f"{verdict:10} {name}"
    compared = [verdict for verdict in verdicts.values() if verdict != "new"]
    differing = compared.count("different")
    if before.get("model") != now.get("model"):
        yield f"It was made by other sources (model {before.get('model')}, not {now['model']})."
    elif before["digest"] != now["digest"]:
        yield "The manifest was changed after it was written: its digest is that of another study."
    if not compared:
        yield "No data files stand beside the manifest; there is nothing to compare with."
    elif differing:
        yield f"{differing} of {len(compared)} data files differ."
        yield from _made_otherwise(before, now)
    else:
        yield f"All {len(compared)} data files are identical."


def _aside(stack: ExitStack, out: Path) -> Path:
    """A folder in another that vanishes with the stack, unless it is to stay."""
    out.mkdir(parents=True, exist_ok=True)
    folder = tempfile.mkdtemp(prefix="again-", dir=out)
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def _made_otherwise(before: dict[str, Any], now: dict[str, Any]) -> Iterator[str]:
    """With which Python, machine and libraries the two were made, where these are not the same."""
    for what in MADE_WITH:
        old, new = before.get(what), now.get(what)
        if isinstance(old, dict) and isinstance(new, dict):
            yield from _made_otherwise_of({**dict.fromkeys(new), **old}, new)
        elif old != new:
            yield from _made_otherwise_of({what: old}, {what: new})


def _made_otherwise_of(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    for name, version in old.items():
        if version != new.get(name):
            yield f"It was made with {name} {version}, this is {new.get(name)}."
