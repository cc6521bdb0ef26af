"""How a command ends: the result as tables for people, or as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sim.display.tables import Printout


def finish(shown: Printout, facts: Mapping[str, Any], as_json: bool, *last: str) -> None:
    """Print a result: its tables and the `last` lines, or its facts as one JSON object."""
    from sim.display import text

    click.echo(dumped(facts) if as_json else "\n".join([text.printout(shown), *last]))


def finish_kept(folder: Path, as_json: bool) -> None:
    """Print a result that was kept, and where."""
    from sim import results
    from sim.experiments import verbs

    shown = verbs.show(results.open(folder))
    finish(shown.printout, shown.facts, as_json, f"{shown.holds}: {folder}")


def dumped(facts: Mapping[str, Any]) -> str:
    """Facts as JSON: tables as lists of rows, missing numbers as null."""
    return json.dumps(_plain(facts), indent=1, ensure_ascii=False, allow_nan=False)


def command_line() -> str:
    """The command as it was typed, for the manifest of a result."""
    return " ".join(["mastosim", *sys.argv[1:]])


def _plain(value: Any) -> Any:
    """A value as JSON can hold it."""
    import pandas as pd

    from sim.display.numbers import is_missing

    if isinstance(value, pd.DataFrame):
        return [_plain(row) for row in value.to_dict("records")]
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, Path):
        return str(value)
    return None if is_missing(value) else value
