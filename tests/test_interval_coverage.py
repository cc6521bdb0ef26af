"""The 95 % intervals of small runs cover the truth as often as they say."""

import pandas as pd
import pytest
from scipy import stats

from sim.experiments import precision, runs
from sim.scenario import load
from tests.interval_coverage import FILE, ROOT, SIZES, WIDEST, measured, of_frail, of_study

FRAIL = "gamma frailty of variance 5"
RUNS = 400


@pytest.fixture(scope="module")
def committed():
    return pd.read_csv(FILE)


def judged(table):
    """With a large frailty a block of ten is reported, and is not judged."""
    return table[(table["patients_by"] != FRAIL) | (table["patients"] > 10)]


def test_no_interval_of_the_committed_table_covers_too_seldom(committed):
    assert set(committed["patients"]) == set(SIZES)
    assert committed["blocks"].eq(2000).all()
    low = judged(committed)[judged(committed)["is_low"]]
    assert low.empty, low.to_string()


def test_intervals_on_which_many_patients_rest_are_hardly_wider_than_those_of_t(committed):
    assert committed["width_to_t"].notna().sum() > 50
    assert committed["width_to_t"].max() <= WIDEST


def test_intervals_of_patients_who_fracture_again_cover_often_enough():
    """Other patients than those of the table, in fewer blocks."""
    table = measured(FRAIL, of_frail(5.0, 400 * 30, seed=2), sizes=(30,), blocks=400)
    assert len(table) == 18
    assert not table["is_low"].any()


@pytest.mark.validation
@pytest.mark.parametrize("seed", [11, 12])
def test_the_base_case_is_covered_from_other_seeds(seed):
    study = load(ROOT / "scenarios" / "laroche2011.yaml", seed=seed)
    table = measured("laroche2011", of_study(study, 200_000), sizes=(10, 30, 100))
    assert not table["is_low"].any(), table[table["is_low"]].to_string()
    assert table["width_to_t"].max() <= WIDEST


@pytest.mark.validation
@pytest.mark.parametrize("half_width", ["0.6", "0.25"], ids=["loose", "tight"])
def test_a_run_that_stops_when_it_is_precise_covers_the_truth(half_width):
    """400 runs that stop at a half-width; looking after each block must not cost coverage."""
    scenario, outcome = ROOT / "scenarios" / "laroche2011.yaml", "vertebral fractures"
    goals = precision.read([f"{outcome}.difference:{half_width}"])
    large = runs.run(scenario, 400_000, 1, engine="batch", outcomes_only=True, workers=2)
    truth = difference(large, outcome)["estimate"]
    covered = 0
    for seed in range(5000, 5000 + RUNS):
        result, _ = precision.until(load(scenario, seed=seed), goals)
        row = difference(result, outcome)
        covered += row["low"] <= truth <= row["high"]
    assert stats.binom.cdf(covered, RUNS, SIZES[1000]) > 0.05 / 2, f"{covered} of {RUNS}"


def difference(result, outcome):
    """The row of the paired difference of an outcome over all patients."""
    rows = result.summary
    rows = rows[(rows["outcome"] == outcome) & (rows["subgroup"] == "all")]
    return rows[rows["against_arm"] != ""].iloc[-1]
