"""Every input of a result: value as written, unit, uncertainty, source, note, and assumptions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sim.display.workbook.sheet import Cell, Column, Sheet
from sim.results import Kept
from sim.results.manifest import HeldStudy
from sim.scenario.text.settings import as_text

COLUMNS = (
    "study", "path", "value", "number", "unit", "uncertainty", "sources", "note", "assumed",
    "value_in_file",
)  # fmt: skip
AMOUNT = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(.*)", re.DOTALL)
ASSUMPTION = "assumption"
OF_VALUE = ("", ".mean", ".value")
"""Ends of the path of a number whose uncertainty stands beside it, or one step above."""


def sheet(kept: Kept, called: str) -> Sheet:
    """The numbers of each study of a result, then the assumptions that are no numbers."""
    rows = [row for held in kept.manifest.studies for row in _of_study(held)]
    holds = (
        "One row for each number of the scenario, then one for each assumption without a number."
    )
    return Sheet(called, holds, [Column(head) for head in COLUMNS], rows)


def _of_study(held: HeldStudy) -> Iterator[list[Cell]]:
    spread = {f"{path}{end}": tree for path, tree in held.uncertainty.items() for end in OF_VALUE}
    old = {setting.path: as_text(setting.old) for setting in held.settings}
    for one in held.numbers:
        number, unit = amount(one.text)
        yield [
            held.name, one.path, one.text, number, unit, in_words(spread.get(one.path, {})),
            ", ".join(one.sources), one.note, ASSUMPTION in one.sources, old.get(one.path, ""),
        ]  # fmt: skip
    for premise in held.premises:
        yield [held.name, premise.path, "", None, "", "", ASSUMPTION, premise.text, True, ""]


def amount(text: str) -> tuple[float | None, str]:
    """The number and the unit of a value as written; no number where it begins with a word.

    >>> amount("12.6 %/year"), amount("-66 %"), amount("every 12 months")
    ((12.6, '%/year'), (-66.0, '%'), (None, ''))
    """
    match = AMOUNT.fullmatch(text)
    return (float(match[1]), match[2]) if match else (None, "")


def in_words(uncertainty: Mapping[str, Any]) -> str:
    """A distribution in words.

    >>> in_words({"normal": {"se": "1.98 %/year"}}), in_words({"lognormal": {"ci95": ["1", "2"]}})
    ('normal: se 1.98 %/year', 'lognormal: ci95 [1, 2]')
    """
    parts = (
        f"{family}: {', '.join(f'{key} {as_text(value)}' for key, value in tree.items())}"
        for family, tree in uncertainty.items()
    )
    return "; ".join(parts)
