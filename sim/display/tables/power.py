"""The table of a power analysis: what trials of each size would have shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.display.numbers import number, span
from sim.display.tables import Printout, Sheet
from sim.scenario.protocol import accrual
from sim.vocabulary import Arms

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario import Study


def printout(study: Study, outcome: str, trials: int, sizes: pd.DataFrame) -> Printout:
    """A row for each arm and size of trial; `sizes` is the table that `power` computes."""
    scenario = study.scenario
    heads = (f"{scenario.name}: {outcome}", "unit", "patients per arm", "difference",
             "95 % of trials", "width of interval", "trials that exclude 0")  # fmt: skip
    rows = [
        (
            Arms(row["arm"], row["against_arm"]).label(),
            row["unit"],
            str(row["patients_per_arm"]),
            number(row["mean_difference"]),
            span(row["low"], row["high"]),
            number(row["interval_width"]),
            f"{number(row['power'])} % ± {number(row['mc_error'])}",
        )
        for row in sizes.to_dict("records")
    ]
    notes = (
        f"{trials} trials of each size, allocated at random; seed {scenario.seed}.",
        "Tested by Welch's t at 5 %, two-sided; after ± the Monte Carlo error.",
        f"Annual increase read as: {accrual(scenario)}.",
    )
    return Printout((Sheet(heads, rows),), notes)
