"""The intervals of costs, QALYs and net benefit of small runs cover the truth often enough."""

import pandas as pd
import pytest

from tests.economics_coverage import BLOCKS, FILE, SCENARIOS, SIZES, coverage
from tests.interval_coverage import WIDEST

HEALTH = ("QALYs", "life-years")


@pytest.fixture(scope="module")
def committed():
    return pd.read_csv(FILE)


def of_one_arm(table):
    is_worth = table["outcome"].isin(HEALTH) | table["outcome"].str.startswith("net benefit")
    return table[~table["arm"].str.contains(" - ") & is_worth]


def test_no_interval_of_one_arm_in_the_committed_table_covers_too_seldom(committed):
    assert set(committed["patients_by"]) == {*SCENARIOS}
    assert set(committed["patients"]) == {*SIZES}
    assert committed["blocks"].eq(BLOCKS).all()
    assert len(of_one_arm(committed)) == 40
    low = of_one_arm(committed)["is_low"]
    assert not low.any()


def test_intervals_of_a_thousand_patients_are_hardly_wider_than_those_of_t(committed):
    many = of_one_arm(committed)[lambda table: table["patients"] == 1000]
    assert many["width_to_t"].max() <= WIDEST


@pytest.mark.validation
def test_intervals_cover_in_other_blocks():
    low = of_one_arm(coverage(SCENARIOS[1], blocks=200))["is_low"]
    assert not low.any()
