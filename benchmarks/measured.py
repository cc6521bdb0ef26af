"""The tables that were measured, in a file beside the page, so that one can be measured again."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.page import Table, Target

FILE = Path(__file__).parent / "measured.json"
Tables = dict[str, Table]


def read() -> Tables:
    """The tables of the page by the names of their sections; none before the first run."""
    if not FILE.exists():
        return {}
    held = json.loads(FILE.read_text(encoding="utf-8"))
    return {name: _table(**fields) for name, fields in held.items()}


def write(tables: Tables) -> None:
    """Keep the tables."""
    text = json.dumps({name: asdict(table) for name, table in tables.items()}, indent=1)
    FILE.write_text(text + "\n", encoding="utf-8")


def _table(
    question: str, columns: list[str], rows: list[list[str]], note: str, targets: list[Any]
) -> Table:
    return Table(question, columns, rows, note, [Target(*target) for target in targets])
