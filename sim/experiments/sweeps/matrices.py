"""Costs, effects and parameters of draws as matrices, as BCEA, voi, dampack and SAVI read them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sim.economics.information.draws import NAMES
from sim.experiments.sweeps.gathered import Collected
from sim.results.tables import write_csv

if TYPE_CHECKING:
    import pandas as pd

COSTS, EFFECTS, PARAMETERS = "psa_costs", "psa_effects", "psa_parameters"


def write(collected: Collected, folder: Path) -> None:
    """Write the matrices of the draws of one scenario, a CSV file each."""
    for name, frame in frames(collected).items():
        write_csv(frame, folder / f"{name}.csv")


def frames(collected: Collected) -> dict[str, pd.DataFrame]:
    """Return the matrices of the draws of one scenario, by the names of their files.

    All have one row for each draw, in the same order. Costs and effects are discounted means per
    patient, a column for each arm; parameters have a column for each path.
    """
    import pandas as pd

    varied, arms = collected.varied, [*collected.varied.scenario.arms]
    points = {point.number: point for point in varied.points}
    costs, effects = (
        pd.DataFrame([of.means[:, at] for of in collected.worth], columns=arms)
        for at in range(len(NAMES))
    )
    drawn = pd.DataFrame([varied.shown(points[of.point]) for of in collected.worth])
    return {COSTS: costs, EFFECTS: effects, PARAMETERS: drawn}
