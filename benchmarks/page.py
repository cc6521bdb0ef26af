"""The page of results: a table for every question, the machine and the versions."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from sim.experiments.bounds import memory_of_machine
from sim.experiments.forecast import in_bytes
from sim.workers.pieces import available

HEAD = """# Speed of the two engines

`make bench` measures this and writes it down; numbers differ from machine to machine, ratios less.
All is the scenario `laroche2011`: two arms, five years, unless a line says otherwise. A patient is
one person followed through both arms. Times are medians of rounds; what is compared takes turns
within a round, and a ratio is the median of the ratios of the rounds. Whole runs of the largest
cohorts are timed once, and so is compilation. Tables and figures are not kept, nor timed.
"""
PACKAGES = ("mastosim", "numpy", "numba", "llvmlite", "simpy")


class Target(NamedTuple):
    """What was meant to be reached, and what was; None where that is not known."""

    what: str
    bound: Literal["at least", "at most"]
    limit: float
    measured: float | None

    @property
    def met(self) -> bool | None:
        """Whether the measured value keeps to the limit."""
        if self.measured is None:
            return None
        if self.bound == "at least":
            return self.measured >= self.limit
        return self.measured <= self.limit


@dataclass(frozen=True)
class Table:
    """The answer to a question: what was measured, in rows, how to read it, and what was meant."""

    question: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""
    targets: Sequence[Target] = ()


def written(tables: Iterable[Table]) -> str:
    """The whole page in Markdown."""
    tables = list(tables)
    targets = [target for table in tables for target in table.targets]
    return "\n".join([HEAD, *map(_section, [_verdicts(targets), *tables, _machine()])])


def number(value: float) -> str:
    """Three significant digits, with commas between thousands."""
    return f"{float(f'{value:.3g}'):,.10g}"


def _section(table: Table) -> str:
    rules = ["---", *["---:"] * (len(table.columns) - 1)]
    lines = [f"| {' | '.join(row)} |" for row in (table.columns, rules, *table.rows)]
    note = f"\n{table.note}\n" if table.note else ""
    return f"## {table.question}\n{note}\n" + "\n".join(lines) + "\n"


def _verdicts(targets: Iterable[Target]) -> Table:
    """Each target, and whether it was met."""
    columns = ["what was meant", "target", "measured", "met"]
    return Table("Were the targets met in this run?", columns, [*map(_verdict, targets)])


def _verdict(target: Target) -> list[str]:
    bound = f"{target.bound} {number(target.limit)}"
    if target.measured is None:
        return [target.what, bound, "not told", "not known"]
    return [target.what, bound, number(target.measured), "yes" if target.met else "no"]


def _machine() -> Table:
    memory = memory_of_machine()
    rows = [
        ["processor", _processor()],
        ["cores", str(available())],
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
