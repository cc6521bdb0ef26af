"""The page of results: a table for every question, the machine and the versions."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.forecast import in_bytes, memory_of_machine

HEAD = """# Speed of the two engines

`make bench` measures this and writes it down; numbers differ from machine to machine, ratios less.
All is the scenario `laroche2011`: two arms, five years, unless a line says otherwise. A patient is
one person followed through both arms. Times are medians of rounds; what is compared takes turns
within a round, and a ratio is the median of the ratios of the rounds.

Not built yet, so not measured: outcomes without a log, and more than one core.
"""
PACKAGES = ("mastosim", "numpy", "numba", "llvmlite", "simpy")


@dataclass(frozen=True)
class Table:
    """The answer to a question: what was measured, in rows, and how to read it."""

    question: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""


def written(tables: Iterable[Table]) -> str:
    """The whole page in Markdown."""
    return "\n".join([HEAD, *map(_section, [*tables, _machine()])])


def number(value: float) -> str:
    """Three significant digits, with commas between thousands."""
    return f"{float(f'{value:.3g}'):,.10g}"


def _section(table: Table) -> str:
    rules = ["---", *["---:"] * (len(table.columns) - 1)]
    lines = [f"| {' | '.join(row)} |" for row in (table.columns, rules, *table.rows)]
    note = f"\n{table.note}\n" if table.note else ""
    return f"## {table.question}\n{note}\n" + "\n".join(lines) + "\n"


def _machine() -> Table:
    memory = memory_of_machine()
    rows = [
        ["processor", _processor()],
        ["cores", str(os.cpu_count())],
        ["memory", in_bytes(memory) if memory else "not told"],
        ["system", f"{platform.system()} {platform.machine()}"],
        ["Python", platform.python_version()],
        *([name, importlib.metadata.version(name)] for name in PACKAGES),
    ]
    return Table("Machine and versions", ["what", "which"], rows)


def _processor() -> str:
    """The name of the processor as the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()
