"""Discounting against closed forms, published to ten digits, and against sums of small steps."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.economics.discounting import NO_RATE, Rate, by_day, factor, integral, lasting
from sim.vocabulary import DAYS_PER_YEAR
from tests.depth import examples

FRENCH = Rate(2.5, 1.5)
MONTHLY_THEN_QUARTERLY = [k / 12 for k in range(24)] + [2 + j / 4 for j in range(12)]

rates = st.builds(Rate, st.floats(0, 20), st.none() | st.floats(0, 20))
years = st.floats(0, 100)


def digits(value, decimals):
    """A number with decimals, as printed."""
    return f"{float(value):.{decimals}f}"


def test_visits_are_discounted_on_their_day():
    times = np.array(MONTHLY_THEN_QUARTERLY)
    worth = factor(Rate(2.5), times)
    assert len(times) == factor(NO_RATE, times).sum() == 36
    assert digits(worth.sum(), 10) == "34.4841079388"
    assert digits(worth[:24].sum(), 10) == "23.4411146986"
    assert digits(worth[24:].sum(), 10) == "11.0429932402"


def test_visits_on_whole_days_are_looked_up():
    days = [round(time * DAYS_PER_YEAR) for time in MONTHLY_THEN_QUARTERLY]
    assert digits(by_day(Rate(2.5), 1826).factor[days].sum(), 10) == "34.4841324421"


@pytest.mark.parametrize(("percent", "expected"), [
    (2.5, "4.7036623592"), (3.0, "4.6480643733"), (3.5, "4.5936127719"), (4.5, "4.4880266204"),
])  # fmt: skip
def test_an_annuity_of_five_years(percent, expected):
    assert digits(integral(Rate(percent), 0, 5), 10) == expected


def test_payments_by_year_stand_on_either_side_of_the_flow():
    """Paid at the end of each year, and in its middle: what a model in cycles would say."""
    ends = np.arange(1, 6)
    assert digits(factor(Rate(2.5), ends).sum(), 10) == "4.6458284956"
    assert digits(factor(Rate(2.5), ends - 0.5).sum(), 10) == "4.7035428637"


def test_a_second_rate_holds_after_thirty_years():
    assert digits(factor(FRENCH, 40), 10) == "0.4107935498"
    assert factor(FRENCH, 40) == pytest.approx(1.025**-30 * 1.015**-10, rel=1e-14)
    across = integral(FRENCH, 25, 40)
    parts = integral(FRENCH, 25, 30) + integral(FRENCH, 30, 40)
    assert across == pytest.approx(parts, rel=1e-14)
    first, second = math.log(1.025), math.log(1.015)
    expected = (1.025**-25 - 1.025**-30) / first + 1.025**-30 * (1 - 1.015**-10) / second
    assert across == pytest.approx(expected, rel=1e-13)


def test_without_a_second_rate_the_first_goes_on():
    assert factor(Rate(2.5), 40) == pytest.approx(1.025**-40, rel=1e-14)
    assert integral(Rate(2.5), 29, 31) == pytest.approx(integral(Rate(2.5, 2.5), 29, 31), rel=1e-14)


def test_at_a_rate_of_nothing_time_is_worth_itself():
    table = by_day(NO_RATE, 20_000)
    assert (table.factor == 1).all()
    np.testing.assert_allclose(table.integral, np.arange(20_001) / DAYS_PER_YEAR, rtol=1e-15)
    assert integral(Rate(0.0, 1.5), 0, 40) == pytest.approx(
        30 + integral(Rate(1.5), 0, 10), rel=1e-14
    )


@examples(30)
@given(rate=rates, begin=years, middle=years, end=years)
def test_times_that_follow_each_other_add_up(rate, begin, middle, end):
    parts = integral(rate, begin, middle) + integral(rate, middle, end)
    assert integral(rate, begin, end) == pytest.approx(parts, rel=1e-11, abs=1e-12)
    assert integral(rate, end, begin) == pytest.approx(-integral(rate, begin, end), abs=1e-12)


@examples(10)
@given(rate=rates, begin=years, length=st.floats(0, 40))
def test_the_integral_is_the_limit_of_small_steps(rate, begin, length):
    edges = np.linspace(begin, begin + length, 20_001)
    middles = (edges[1:] + edges[:-1]) / 2
    stepwise = (factor(rate, middles) * np.diff(edges)).sum()
    assert integral(rate, begin, begin + length) == pytest.approx(stepwise, rel=1e-6, abs=1e-12)


@examples(20)
@given(rate=rates, days=st.integers(0, 15_000), length=st.floats(0, 2_000))
def test_the_tables_hold_the_closed_form_of_each_day(rate, days, length):
    table, at = by_day(rate, days), days // 2
    assert len(table.factor) == len(table.integral) == days + 1
    assert table.factor[at] == factor(rate, at / DAYS_PER_YEAR)
    assert table.integral[at] == integral(rate, 0, at / DAYS_PER_YEAR)
    begin = at / DAYS_PER_YEAR
    assert lasting(rate, days, length)[at] == pytest.approx(
        integral(rate, begin, begin + length / DAYS_PER_YEAR), rel=1e-9, abs=1e-13
    )
