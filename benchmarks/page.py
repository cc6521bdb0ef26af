"""The page of results: a table for every question, the targets, the machine and the versions."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

HEAD = """# Benchmarks

<!-- made by python -m benchmarks -->

`make bench` measures all of this and writes the page; `python -m benchmarks --only NAME` measures
one section again. Seconds differ from machine to machine, ratios less. Unless a section says
otherwise, the work is the base case of version 0.2.0 (`benchmarks/base-case-0.2.0.yaml`), which
does not change, so that ratios can be compared over versions: two arms, five years. A patient is
one person followed through both arms. Times are medians of rounds. What is compared takes turns
within a round; a ratio is the median of the ratios of the rounds, with the least and the greatest
in brackets. Whole runs of the largest cohorts are timed once, and so is compilation. Tables and
figures of results are not kept, nor timed.

![Cost of a run by patients, horizon, visits, arms, draws and workers](figures/benchmarks.svg)

How cost grows, each from the first point of a table below; the dashed line is growth in proportion.
"""


class Target(NamedTuple):
    """What is meant to be reached, and what was; None where that is not known.

    `make bench` fails for a target that must be met and is not.
    """

    what: str
    bound: Literal["at least", "at most"]
    limit: float
    measured: float | None
    must: bool = False

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
    """The answer to a question: what was measured, in rows, how to read it, and what is meant."""

    question: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""
    targets: Sequence[Target] = ()


def written(tables: Iterable[Table]) -> str:
    """The whole page in Markdown."""
    tables = list(tables)
    targets = [target for table in tables for target in table.targets]
    return "\n".join([HEAD, *map(_section, [_verdicts(targets), *tables])])


def number(value: float) -> str:
    """Three significant digits, with commas between thousands."""
    return f"{float(f'{value:.3g}'):,.10g}"


def with_range(values: Sequence[float]) -> str:
    """The median of the rounds, and of several the least and the greatest in brackets."""
    middle = number(statistics.median(values))
    if min(values) == max(values):
        return middle
    return f"{middle} ({number(min(values))} to {number(max(values))})"


def missed(tables: Iterable[Table]) -> list[str]:
    """A sentence for each target that must be met and is not."""
    return [
        f"{target.what}: {target.bound} {number(target.limit)} is needed, "
        f"measured was {number(target.measured)}."
        for table in tables
        for target in table.targets
        if target.must and target.met is False and target.measured is not None
    ]


def _section(table: Table) -> str:
    rules = ["---", *["---:"] * (len(table.columns) - 1)]
    lines = [f"| {' | '.join(row)} |" for row in (table.columns, rules, *table.rows)]
    note = f"\n{table.note}\n" if table.note else ""
    return f"## {table.question}\n{note}\n" + "\n".join(lines) + "\n"


def _verdicts(targets: Iterable[Target]) -> Table:
    """Each target, and whether it was met."""
    columns = ["what is meant", "target", "measured", "met"]
    note = "`make bench` ends with a failure where *must* stands and the target is not met."
    return Table("Were the targets met?", columns, [*map(_verdict, targets)], note)


def _verdict(target: Target) -> list[str]:
    bound = f"{'must be ' if target.must else ''}{target.bound} {number(target.limit)}"
    if target.measured is None:
        return [target.what, bound, "not told", "not known"]
    return [target.what, bound, number(target.measured), "yes" if target.met else "no"]
