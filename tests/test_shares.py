"""Shares typed as papers print them, `2 of 10`, wherever a share in percent is allowed."""

import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from pydantic_core import PydanticCustomError

from sim.scenario import ScenarioError, load
from sim.scenario.form.units import SHARE, UNITS, read

BASE = Path(__file__).parents[1] / "scenarios" / "laroche2011.yaml"


def refusal(text, dimension=SHARE):
    with pytest.raises(PydanticCustomError) as caught:
        read(text, dimension)
    return caught.value.message()


@pytest.mark.parametrize("total", [1, 2, 3, 7, 10, 49, 1000])
def test_counts_are_the_nearest_fraction(total):
    for count in range(total + 1):
        assert read(f"{count} of {total}", SHARE) == float(Fraction(count, total))
    assert read("2 of 10", SHARE) == 0.2 == read("20 %", SHARE)


@pytest.mark.parametrize("text", ["2 of 10", "  2   of  10 ", "02 of 010", "2\tof\t10"])
def test_spaces_and_leading_zeros_do_not_matter(text):
    assert read(text, SHARE) == 0.2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("11 of 10", "'11 of 10': the first count is at most 10"),
        ("2 of 0", "'2 of 0': the second count is 1 or more"),
        ("0 of 0", "'0 of 0': the second count is 1 or more"),
        ("-1 of 10", "'-1 of 10': a count is 0 or more"),
        ("1 of -10", "'1 of -10': a count is 0 or more"),
        ("2.5 of 10", "'2.5 of 10': counts are whole numbers, like 2 of 10; "
         "write other shares with %"),
        ("1 of 2.5", "'1 of 2.5': counts are whole numbers, like 2 of 10; "
         "write other shares with %"),
        ("2 out of 10", "'2 out of 10' should be written like 20 % or 2 of 10"),
        ("2/10", "'2/10' should be written like 20 % or 2 of 10"),
        ("2 / 10", "'2 / 10' should be written like 20 % or 2 of 10"),
        ("two of ten", "'two of ten' should be written like 20 % or 2 of 10"),
        ("2 of", "'2 of' should be written like 20 % or 2 of 10"),
        ("2 of 10 %", "'2 of 10 %' should be written like 20 % or 2 of 10"),
        ("2 of 10 of 20", "'2 of 10 of 20' should be written like 20 % or 2 of 10"),
        ("1,000 of 2,000", "'1,000 of 2,000' should be written like 20 % or 2 of 10"),
        ("nan of 10", "'nan of 10' should be written like 20 % or 2 of 10"),
        ("0.2", "'0.2' has no unit; write a share with %, like 50 %, "
         "or as counts, like 2 of 10"),
    ],
)  # fmt: skip
def test_counts_that_are_no_share_are_refused_with_the_reason(text, said):
    assert refusal(text) == said


@pytest.mark.parametrize("dimension", [d for d in UNITS if d != SHARE])
def test_counts_are_no_other_quantity(dimension):
    assert re.search("is not a unit|without a unit", refusal("2 of 10", dimension))


def test_counts_are_a_share_in_a_scenario():
    settings = ["therapies.pamidronate.given=9 of 10", "cohort.female=7 of 10",
                "therapies.interferon.intolerance[0].probability=2 of 10"]  # fmt: skip
    study = load(BASE, settings)
    scenario: Any = study.scenario
    assert scenario.therapies["pamidronate"].given == 0.9
    assert scenario.cohort.female == 0.7
    assert scenario.therapies["interferon"].intolerance.steps[0].probability == 0.2
    (number,) = [n for n in study.numbers if n.path == "cohort.female"]
    assert number.text == "7 of 10"
    in_percent = load(BASE, [s.replace("9 of 10", "90 %") for s in settings])
    assert in_percent.scenario == scenario


def test_a_count_above_the_total_is_told_with_its_place():
    with pytest.raises(ScenarioError) as caught:
        load(BASE, ["therapies.pamidronate.given=11 of 10"])
    assert (
        "--set therapies.pamidronate.given=11 of 10: '11 of 10': the first count is at most 10"
        in str(caught.value)
    )
