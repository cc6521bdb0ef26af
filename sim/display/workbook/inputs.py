"""Every input of a result: value as written, unit, uncertainty, source, note, and assumptions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sim.display.inputs import inputs
from sim.display.workbook.sheet import Cell, Column, Sheet
from sim.results import Kept
from sim.scenario import Study
from sim.scenario.text.settings import as_text

COLUMNS = (
    "study", "path", "value", "number", "unit", "uncertainty", "sources", "note", "assumed",
    "value_in_file",
)  # fmt: skip
AMOUNT = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(.*)", re.DOTALL)
ASSUMPTION = "assumption"
HOLDS = "One row for each number of the scenario, then one for each assumption without a number."


def sheet(kept: Kept, called: str) -> Sheet:
    """The numbers of each study of a result, then the assumptions that are no numbers."""
    rows = [row for name, study in kept.studies.items() for row in _of_study(name, study)]
    return Sheet(called, HOLDS, [Column(head) for head in COLUMNS], rows)


def _of_study(name: str, study: Study) -> Iterator[list[Cell]]:
    old = {setting.path: as_text(setting.old) for setting in study.settings}
    for one in inputs(study):
        number, unit = amount(one.text)
        yield [
            name, one.path, one.text, number, unit, one.uncertainty, ", ".join(one.sources),
            one.note, one.is_assumption, old.get(one.path, ""),
        ]  # fmt: skip
    for premise in study.premises:
        yield [name, premise.path, "", None, "", "", ASSUMPTION, premise.text, True, ""]


def amount(text: str) -> tuple[float | None, str]:
    """The number and the unit of a value as written; no number where it begins with a word.

    >>> amount("12.6 %/year"), amount("-66 %"), amount("every 12 months")
    ((12.6, '%/year'), (-66.0, '%'), (None, ''))
    """
    match = AMOUNT.fullmatch(text)
    return (float(match[1]), match[2]) if match else (None, "")
