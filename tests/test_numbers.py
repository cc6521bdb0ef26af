"""How numbers are written for people: one rule, whatever their size and sign."""

import doctest

import numpy as np
import pytest

from sim.display import numbers

CASES = {
    5.0: "5",
    2.4: "2.40",
    -0.004: "0.00",
    1234.5: "1234",
    -1.234: "-1.23",
    12.34: "12.3",
    123.4: "123",
    9.999: "10.0",
    99.96: "100",
    0.0: "0",
    1e-12: "0.00",
    123456.7: "123457",
    2.5e300: "2.5e+300",
    float("nan"): "–",
    float("inf"): "∞",
    float("-inf"): "-∞",
}


@pytest.mark.parametrize(("value", "text"), CASES.items())
def test_an_estimate_has_three_digits_and_no_more_than_two_decimals(value, text):
    assert numbers.number(value) == text
    assert numbers.number(np.float64(value)) == text


def test_zero_below_zero_has_no_minus():
    assert numbers.number(-0.0) == "0"


@pytest.mark.parametrize(
    ("value", "text"),
    [(12.60, "12.6"), (5.0, "5"), (0.0314159, "0.0314"), (-0.0, "0"), (1234.5, "1234"),
     (999.6, "1000"), (float("nan"), "–"), (float("inf"), "∞")],
)  # fmt: skip
def test_a_stated_value_keeps_its_digits_however_small(value, text):
    assert numbers.significant(value) == text


def test_published_numbers_are_written_as_printed():
    assert numbers.significant(1234.56, digits=6) == "1234.56"


def test_signs_intervals_and_what_is_missing():
    assert [numbers.signed(x) for x in (2.4, -2.4, 0.0)] == ["+2.40", "-2.40", "0"]
    assert numbers.with_interval(2.0, -1.0, 5.25) == "2.0 [-1.0, 5.2]"
    assert numbers.with_interval(2.0, 2.0, 2.0) == "2 [2, 2]"
    assert numbers.with_interval(0.0, 0.0, float("inf")) == "0 [0, ∞]"
    assert numbers.with_interval(float("nan"), 0.0, 0.0) == "–"
    assert numbers.typeset("-1.20") == "−1.20"


@pytest.mark.parametrize("half", [3e-5, 0.0031, 0.11, 0.95, 1.95, 21.0, 430.0])
@pytest.mark.parametrize("centre", [0.0, 1.0001, -3.0, 250.0])
def test_the_interval_sets_the_decimals_and_none_without_0_is_written_as_0(half, centre):
    for low, high in ((centre - half, centre + half), (half / 1e3, half), (-half, -half / 1e3)):
        text = numbers.with_interval((low + high) / 2, low, high)
        value, *ends = text.replace("[", "").replace("]", "").replace(",", "").split()
        assert len({len(each.partition(".")[2]) for each in (value, *ends)}) == 1, "constant"
        decimals = len(ends[0].partition(".")[2])
        assert 10**-decimals <= max(1, (high - low) / 2 / 5), "two digits of the half-width"
        if low > 0 or high < 0:
            assert float(ends[0]) != 0 != float(ends[1]), text


def test_examples_are_true():
    assert doctest.testmod(numbers).failed == 0
