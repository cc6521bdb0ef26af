"""The intervals of costs, QALYs and net benefit of small runs cover the truth often enough."""

import pandas as pd
import pytest

from tests.economics_coverage import BLOCKS, FILE, SCENARIOS, coverage
from tests.interval_coverage import SIZES, WIDEST

PARTS_WIDEST = 1.3
"""Differences of the cost of fractures allow for a hip fracture, of which a thousand patients have
few."""


@pytest.fixture(scope="module")
def committed():
    return pd.read_csv(FILE)


def test_no_interval_in_the_committed_table_covers_too_seldom(committed):
    assert set(committed["patients_by"]) == {*SCENARIOS}
    assert set(committed["patients"]) == {*SIZES}
    assert committed["blocks"].eq(BLOCKS).all()
    assert not committed["is_low"].any()


def test_intervals_of_a_thousand_patients_are_hardly_wider_than_those_of_t(committed):
    many = committed[committed["patients"] == 1000]
    is_part = many["outcome"].str.startswith("cost of ")
    assert many.loc[~is_part, "width_to_t"].max() <= WIDEST
    assert many.loc[is_part, "width_to_t"].max() <= PARTS_WIDEST


@pytest.mark.validation
def test_intervals_cover_in_other_blocks():
    assert not coverage(SCENARIOS[1], blocks=200)["is_low"].any()
