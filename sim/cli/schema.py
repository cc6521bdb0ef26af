"""`mastosim schema`: the form of scenario files, for editors."""

from __future__ import annotations

from pathlib import Path

import click

from sim.cli.options import FILE_OUT
from sim.cli.terminal import say


@click.command(epilog="Example: mastosim schema --out schema.json")
@FILE_OUT("--out", help_text="Write the schema to this file instead of printing it.")
def schema(out: Path | None) -> None:
    """Print the JSON Schema of scenario files.

    Editors complete, explain and check scenario files with it. Those with a YAML language server
    find it by a first line in the scenario file: "# yaml-language-server: $schema=schema.json".
    """
    from sim.results.atomic_file import whole_file
    from sim.scenario.schema.json_schema import as_text

    if out is None:
        say(as_text().rstrip("\n"))
        return
    with whole_file(out) as file:
        file.write_text(as_text(), encoding="utf-8")
    say(f"Schema: {out}")
