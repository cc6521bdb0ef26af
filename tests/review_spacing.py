"""How far fracture hazards with rarer reviews lie from those with a review each day.

`python -m tests.review_spacing` writes results/review_spacing.csv: for the base case over five and
thirty years, the hazard that patients accumulate by the end of their follow-up.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sim.scenario import load
from sim.simulation import lives, lowering, records
from sim.simulation.model.hazards import use_up_hazards
from sim.simulation.plain import plain
from sim.simulation.records import Inputs
from sim.simulation.simulate import inputs_of
from sim.vocabulary import SITES

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "results" / "review_spacing.csv"
HORIZONS, EVERY, PATIENTS = (5, 30), (7, 30, 91, 182, 365), 60
NOBODY_BREAKS = "fractures.base_rate=0.000001 per 100 person-years"
"""A rate at which no patient fractures. A hazard is in proportion to the rate."""


class Row(NamedTuple):
    """The accumulated hazard of a site, in per cent of that with a review each day, less 100."""

    years: int
    arm: str
    site: str
    review_every_days: int
    difference_percent: float


def rows(years: int, patients: int, every: tuple[int, ...] = EVERY) -> Iterator[Row]:
    """Compare the accumulated hazards of all sites and arms over some years."""
    daily = accumulated(years, patients, 1)
    for days in every:
        rarer = accumulated(years, patients, days)
        for arm, of_sites in rarer.items():
            for site, one, other in zip(SITES, of_sites, daily[arm], strict=True):
                yield Row(years, arm, site, days, 100 * (one / other - 1))


def accumulated(years: int, patients: int, every: int) -> dict[str, list[float]]:
    """The hazard that all patients of an arm accumulate at each site."""
    settings = (NOBODY_BREAKS, f"horizon={years} years", f"fractures.review_every={every} days")
    scenario = load(ROOT / "scenarios" / "laroche2011.yaml", settings).scenario
    arms = inputs_of(lowering.protocol(scenario), range(patients))
    return {arm: used(inputs) for arm, inputs in arms.items()}


def used(inputs: Inputs) -> list[float]:
    """The hazard that the patients of an arm accumulate at each site."""
    params, total = plain(inputs.params), np.zeros(len(SITES))
    for record, draws in zip(inputs.patients, inputs.draws.tolist(), strict=True):
        state, due, patient = plain(np.zeros((), records.STATE)), [0] * records.KINDS, plain(record)
        log = lives.empty_log(10_000)
        written = lives.live(0, state, due, patient, params, draws, log, 0)
        use_up_hazards(int(log.day[written - 1]), state, patient, params)
        first = [draws[params.first_draw[records.BREAKS][site]] for site in range(len(SITES))]
        total += np.subtract(first, state.hazard_left)
    return [float(one) for one in total]


def main() -> None:
    """Write the table."""
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(Row._fields)
        for years in HORIZONS:
            for row in rows(years, PATIENTS):
                table.writerow((*row[:-1], f"{row.difference_percent:.4f}"))


if __name__ == "__main__":
    main()
