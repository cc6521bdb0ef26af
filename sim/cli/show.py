"""`mastosim show`: the tables of a kept result again."""

from __future__ import annotations

from pathlib import Path

import click

from sim.cli.ending import finish_kept
from sim.cli.options import JSON, NAMES, RESULT, RESULTS, found


@click.command(epilog=f"Example: mastosim show latest\n\n{NAMES}")
@RESULT
@RESULTS
@JSON
def show(result: str, out: Path, as_json: bool) -> None:
    """Print the tables of a RESULT again, as the command that made it did, without simulating."""
    finish_kept(found(result, out).folder, as_json)
