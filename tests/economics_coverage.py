"""How often the 95 % intervals of costs, QALYs and net benefit of small runs cover the truth.

`python -m tests.economics_coverage` simulates a million patients of each scenario with costs, in
blocks of 10 to 1,000, and writes `results/economics_coverage.csv`. The truth of an outcome is its
value over all of them.
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pandas as pd

from sim.economics.groups import Quantities
from sim.economics.pricing import UNDISCOUNTED
from sim.economics.quantities import keys_of, quantities
from sim.economics.valued import lines_of_worth
from sim.experiments import sizes
from sim.outcomes import records_by_arm
from sim.outcomes.labels import Line
from sim.scenario import Study, load
from tests.interval_coverage import PIECE, ROOT, SIZES, measured

FILE = ROOT / "results" / "economics_coverage.csv"
SCENARIOS = (
    "laroche2011-worth", "monthly-or-quarterly", "pamidronate-or-zoledronate", "boonen2012-worth"
)  # fmt: skip
BLOCKS = 1000


def of_study(study: Study, patients: int) -> Iterator[list[Line]]:
    """Discounted outcomes in every arm, each patient a group, for pieces of the patients."""
    scenario = study.scenario
    keys, arms = keys_of(scenario), [*scenario.arms]
    for piece in sizes.split(range(patients), PIECE):
        people = records_by_arm(study, piece, "batch").values()
        found = np.stack([quantities(records, scenario) for records in people], axis=1)
        own = Quantities(found, np.ones(len(piece)), arms, keys)
        lines = lines_of_worth(own, scenario, "all")
        yield [one for one in lines if not one.label.name.endswith(UNDISCOUNTED)]


def coverage(name: str, blocks: int = BLOCKS) -> pd.DataFrame:
    """Coverage of the intervals of a scenario with two arms, in blocks of its patients."""
    study = load(ROOT / "scenarios" / f"{name}.yaml")
    ((first, second),) = pairwise(study.scenario.arms)
    lines = of_study(study, max(SIZES) * blocks)
    table = measured(name, lines, SIZES, blocks, {(0, first): 1.0, (0, second): -1.0})
    return table.drop(columns="carriers")


def main() -> None:
    """Measure, and write the table."""
    table = pd.concat([coverage(name) for name in SCENARIOS])
    table.to_csv(FILE, index=False, float_format="%.4g", lineterminator="\n")


if __name__ == "__main__":
    main()
