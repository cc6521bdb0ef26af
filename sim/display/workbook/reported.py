"""Published numbers beside the simulated ones, with the difference as a formula."""

from __future__ import annotations

from typing import Any

from sim.display.workbook import tables
from sim.display.workbook.sheet import Column, Decimals, Formula, Sheet, address
from sim.outcomes.roles import roles_of, taken_from
from sim.results import Kept

NEEDED = ("fact", "unit", "reported", "simulated", "low", "high")
DIFFERENCE = "simulated_minus_reported"


def sheet(kept: Kept, called: str) -> Sheet:
    """The published facts of a run: what each is, both numbers, and their difference."""
    frame = kept.table("reported", NEEDED)
    study = kept.study
    answers = study.scenario.answers
    facts = [] if answers is None else study.publication(answers)["facts"]
    labels = {fact["fact"]: fact["label"] for fact in facts}
    roles = roles_of(facts, taken_from(study))
    frame.insert(1, "label", [labels.get(name, "") for name in frame["fact"]])
    frame.insert(2, "counts_as", [roles.get((name, "value"), "") for name in frame["fact"]])
    plain = tables.of_frame(frame, kept, "reported", called)
    names = [column.head for column in plain.columns]
    places = names.index("simulated"), names.index("reported")
    rows = [[*row, _difference(row, i, places)] for i, row in enumerate(plain.rows)]
    columns = (*plain.columns, Column(DIFFERENCE, plain.columns[places[0]].unit))
    holds = f"{plain.holds} An input, or what the design fixes, agrees by itself."
    return plain._replace(holds=holds, columns=columns, rows=rows)


def _difference(row: Any, i: int, places: tuple[int, int]) -> Decimals | None:
    """Simulated minus reported; empty where one is missing."""
    simulated, reported = (row[place] for place in places)
    decimals = simulated.decimals if isinstance(simulated, Decimals) else None
    values = [cell.value if isinstance(cell, Decimals) else cell for cell in (simulated, reported)]
    if not all(isinstance(value, int | float) and value == value for value in values):
        return None
    text = f"={address(places[0], i)}-{address(places[1], i)}"
    return Decimals(Formula(text, float(values[0]) - float(values[1])), decimals)
