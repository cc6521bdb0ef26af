"""`mastosim show`: the tables of a kept result again."""

from __future__ import annotations

from pathlib import Path

import click

from sim.cli.damage import telling
from sim.cli.ending import finish
from sim.cli.options import JSON, NAMES, RESULT, RESULTS, VERBOSE, found


@click.command(epilog=f"Example: mastosim show latest\n\n{NAMES}")
@RESULT
@RESULTS
@VERBOSE
@JSON
def show(result: str, out: Path, verbose: bool, as_json: bool) -> None:
    """Print the tables of a RESULT again, without simulating."""
    from sim.experiments import verbs

    kept = found(result, out)
    with telling(kept):
        finish(verbs.show(kept), as_json, verbose)
