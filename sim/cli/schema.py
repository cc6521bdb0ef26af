"""`mastosim schema`: the form of scenario files, for editors."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(epilog="Example: mastosim schema --out schema.json")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the schema to this file instead of printing it.",
)
def schema(out: Path | None) -> None:
    """Print the JSON Schema of scenario files.

    Editors complete, explain and check scenario files with it. Those with a YAML language server
    find it by a first line in the scenario file: "# yaml-language-server: $schema=schema.json".
    """
    from sim.scenario.schema.json_schema import as_text

    if out is None:
        click.echo(as_text(), nl=False)
        return
    out.write_text(as_text(), encoding="utf-8")
    click.echo(f"Schema: {out}")
