"""`mastosim new`: a scenario file to begin with."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import click

from sim.cli.options import FILE, FILE_TO_WRITE, SCENARIO_FILE
from sim.cli.terminal import say
from sim.scenario import shipped


@click.command(epilog="Example: mastosim new my-study.yaml --from laroche2011")
@click.argument("file", type=FILE_TO_WRITE)
@click.option("--extends", "base", type=SCENARIO_FILE, metavar="FILE|NAME", help="Write a short "
              "scenario that changes this one, which is shipped or in the folder of FILE."
              )  # fmt: skip
@click.option("--from", "like", type=FILE, metavar="FILE|NAME", help="Write a copy of this "
              "scenario under the new name.")  # fmt: skip
@click.option("--force", is_flag=True, help="Overwrite FILE if it exists.")
def new(file: Path, base: Path | None, like: Path | None, force: bool) -> None:
    """Write a commented scenario FILE to fill in.

    The file is valid, and ready to run as it stands.
    """
    from sim.results.atomic_file import whole_file

    if base is not None and like is not None:
        raise click.UsageError("--extends and --from: choose one")
    if file.suffix not in {".yaml", ".yml"}:
        raise click.UsageError(f"'{file}' should end in .yaml")
    if file.exists() and not force:
        raise click.UsageError(f"'{file}' already exists; --force overwrites it")
    text = _text(file, base, like)
    with whole_file(file) as written:
        written.write_text(text, encoding="utf-8")
    shown = shlex.quote(str(file))
    say(f"Written: {file}. Next:\n  mastosim check {shown}")
    say(f"  mastosim run {shown} --patients 200")


def _text(file: Path, base: Path | None, like: Path | None) -> str:
    """What the new file holds. Raises ScenarioError for a base or model that is not valid."""
    from sim.scenario import load, template

    name = template.name_of(file)
    if not name:
        raise click.UsageError(f"'{file}': the name needs a letter or digit to name a folder")
    if base is not None:
        return template.what_if(name, _beside(file, base), load(base).scenario)
    if like is None:
        return template.study(name)
    load(like)
    text = template.named(like.read_text(encoding="utf-8-sig"), name)
    extended = re.search(r"^extends: *(\S+)", text, re.MULTILINE)
    if extended and _folder(file) != _folder(like) and not shipped.named(extended[1]):
        raise click.UsageError(f"'{like}' extends another file; write the copy to its folder")
    return text


def _beside(file: Path, base: Path) -> str:
    """The base as the new file names it."""
    at = Path(os.path.realpath(base))
    if shipped.named(at.name) == at and not (file.parent / at.name).exists():
        return at.name
    if not at.is_relative_to(_folder(file)):
        raise click.UsageError(f"write the new file into the folder of its base, '{base.parent}'")
    if at == Path(os.path.realpath(file)):
        raise click.UsageError("a file cannot extend itself")
    name = at.relative_to(_folder(file)).as_posix()
    if not re.fullmatch(r"[\w./-]+", name):
        raise click.UsageError(f"'{name}': allowed in the name: letters, digits, - and _")
    return name


def _folder(file: Path) -> Path:
    return Path(os.path.realpath(file.parent))
