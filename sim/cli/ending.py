"""How a command ends: the result as tables for people, or as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    import pandas as pd

    from sim.display.tables import Printout
    from sim.experiments.archive import Kept
    from sim.experiments.runs import Result

FILES: Mapping[str, str] = {"all": "Tables and figures", "tables": "Tables", "outcomes": "Outcomes"}
"""What the folder of a run holds, by what was kept of it."""


def finish(shown: Printout, facts: Mapping[str, Any], as_json: bool, *last: str) -> None:
    """Print a result: its tables and the `last` lines, or its facts as one JSON object."""
    from sim.display import text

    click.echo(dumped(facts) if as_json else "\n".join([text.printout(shown), *last]))


def finish_run(
    result: Result, folder: Path, kept: Kept, as_json: bool, course: pd.DataFrame | None = None
) -> None:
    """Print a run; `course` is the way to the precision that was asked for, if it was."""
    from sim.display.tables import run as tables
    from sim.scenario.protocol import accrual

    study = result.study
    facts = {
        "scenario": study.scenario.name,
        "reading": accrual(study.scenario),
        "folder": folder,
        "assumptions": len(study.assumptions),
        "numbers": len(study.numbers),
        "summary": result.summary,
        "reported": result.reported,
    }
    shown = tables.printout(study, result.summary, result.reported)
    if course is not None:
        shown = shown._replace(notes=(*tables.precision(course), "", *shown.notes))
    finish(shown, facts, as_json, f"{FILES[kept]}: {folder}")


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
