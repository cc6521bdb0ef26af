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
    assert numbers.with_interval(2.0, -1.0, 5.25) == "2 [-1, 5.25]"
    assert numbers.with_interval(float("nan"), 0.0, 0.0) == "–"
    assert numbers.typeset("-1.20") == "−1.20"


def test_examples_are_true():
    assert doctest.testmod(numbers).failed == 0
