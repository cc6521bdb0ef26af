"""Published numbers beside the simulated ones, with the difference as a formula."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sim.display.workbook import tables
from sim.display.workbook.sheet import Cell, Column, Decimals, Formula, Sheet, address
from sim.outcomes.plan import facts_of
from sim.outcomes.roles import DESIGN, roles_of, taken_from
from sim.results import Kept

NEEDED = ("fact", "unit", "reported", "simulated", "low", "high")
DIFFERENCE = "simulated_minus_reported"


def sheet(kept: Kept, called: str) -> Sheet:
    """The published facts of a run: what each is, both numbers, and their difference."""
    frame = kept.table("reported", NEEDED)
    study = kept.study
    facts = facts_of(study)
    labels = {fact["fact"]: fact["label"] for fact in facts}
    roles = roles_of(facts, taken_from(study)) | {
        (fact["fact"], "value"): DESIGN
        for fact in facts
        if fact["simulated"]["statistic"] == "patients"
    }
    frame.insert(1, "label", [labels.get(name, "") for name in frame["fact"]])
    frame.insert(2, "counts_as", [roles.get((name, "value"), "") for name in frame["fact"]])
    plain = tables.of_frame(frame, kept.manifest.kind, "reported", called)
    names = [column.head for column in plain.columns]
    places = names.index("simulated"), names.index("reported")
    rows = [[*row, _difference(row, i, places)] for i, row in enumerate(plain.rows)]
    columns = (*plain.columns, Column(DIFFERENCE, plain.columns[places[0]].unit))
    holds = f"{plain.holds} An input, or what the design fixes, agrees by itself."
    return plain._replace(holds=holds, columns=columns, rows=rows)


def _difference(row: Sequence[Cell], i: int, places: tuple[int, int]) -> Decimals | None:
    """Simulated minus reported; empty where one is missing."""
    simulated, reported = row[places[0]], row[places[1]]
    if not isinstance(simulated, Decimals) or not isinstance(reported, int | float):
        return None
    if isinstance(simulated.value, Formula) or not math.isfinite(simulated.value - reported):
        return None
    text = f"={address(places[0], i)}-{address(places[1], i)}"
    return Decimals(Formula(text, simulated.value - reported), simulated.decimals)
