"""The table of a power analysis: what trials of each size would have shown."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sim.display.numbers import number, significant, span, with_interval
from sim.display.tables import Printout, Sheet
from sim.scenario.protocol import accrual
from sim.vocabulary import TESTS, Arms

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario import Study


def printout(study: Study, sizes: pd.DataFrame) -> Printout:
    """A row for each arm and size of trial; `sizes` is the table that `power` computes."""
    scenario, rows = study.scenario, sizes.to_dict("records")
    heads = (f"{scenario.name}: {rows[0]['outcome']}", "unit", "patients per arm", "difference",
             "95 % of trials", "width of interval", "power, %", "size of the test, %")  # fmt: skip
    notes = (
        f"{rows[0]['trials']} trials of each size, allocated at random; seed {scenario.seed}.",
        *how_tested(sizes),
        f"Annual increase read as: {accrual(scenario)}.",
    )
    return Printout((Sheet(heads, [_row(row) for row in rows]),), notes)


def how_tested(sizes: pd.DataFrame) -> Iterator[str]:
    """Sentences on the test, what power and size are, allocation, and loss to follow-up."""
    row = sizes.to_dict("records")[0]
    yield f"Tested by {TESTS[row['test']]} at 5 %, two-sided."
    yield "Power: share of trials that show a difference, with its 95 % Monte Carlo interval."
    yield f"Size: the same share if every arm has the treatment of {row['against_arm']}."
    for arm in sizes.drop_duplicates("arm").to_dict("records"):
        patients, others = arm["patients"], arm["against_patients"]
        if patients != others:
            whole = math.gcd(patients, others)
            yield (
                f"Allocation: {patients // whole} {arm['arm']} for {others // whole} "
                f"{arm['against_arm']}."
            )
    if row["loss_per_year"]:
        yield (
            f"Loss to follow-up: {significant(row['loss_per_year'])} per patient-year; lost "
            "patients count until then."
        )


def _row(row: Mapping[Any, Any]) -> tuple[str, ...]:
    patients, others = row["patients"], row["against_patients"]
    return (
        Arms(row["arm"], row["against_arm"]).label(),
        row["unit"],
        str(patients) if patients == others else f"{patients} and {others}",
        number(row["mean_difference"]),
        span(row["low"], row["high"]),
        number(row["interval_width"]),
        *(with_interval(row[of], row[f"{of}_low"], row[f"{of}_high"]) for of in ("power", "size")),
    )
