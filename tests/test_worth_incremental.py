"""Dominance, frontiers and ratios, on tables that are printed in textbooks and packages."""

import math

import numpy as np
import pytest

from sim.economics import ratios
from sim.economics.incremental import DOMINATED, EXTENDED, ON_FRONTIER, SAME, standings


def told(costs, effects, arms):
    rows = standings(costs, effects, arms)
    return {row.arm: row.status for row in rows}, {row.arm: row.icer for row in rows if row.icer}


def test_the_textbook_table_with_both_kinds_of_dominance():
    status, icers = told(
        [55000, 35000, 25000, 10000, 12000, 5000], [5, 4, 3, 2, 1.5, 1], "EDCBAN"
    )  # fmt: skip
    assert icers == {"B": 5000.0, "D": 12500.0, "E": 20000.0}
    assert status["C"] == EXTENDED
    assert status["A"] == DOMINATED


def test_a_published_comparison_of_five_ways_to_screen():
    """Paltiel and others 2006, HIV: quality-adjusted months, and annual screening dominated."""
    months = [277.25, 277.57, 277.78, 277.83, 277.76]
    status, icers = told(
        [26000, 27000, 28020, 28440, 29440], [month / 12 for month in months],
        ["none", "once", "5 years", "3 years", "annual"],
    )  # fmt: skip
    assert status["annual"] == DOMINATED
    assert {arm: f"{icer:.3f}" for arm, icer in icers.items()} == {
        "once": "37500.000", "5 years": "58285.714", "3 years": "100800.000",
    }  # fmt: skip


def test_an_arm_that_costs_least_and_gains_most_stands_alone():
    status, icers = told(
        [163771.0, 164848.7, 163765.1], [6.48273, 6.52861, 6.52861], ["one", "two", "three"]
    )
    assert status == {"one": DOMINATED, "two": DOMINATED, "three": ON_FRONTIER}
    assert icers == {}


def test_arms_of_one_cost_are_ordered_by_their_effect():
    status, icers = told([10.0, 10.0, 30.0], [1.0, 2.0, 4.0], ["less", "more", "dear"])
    assert status["less"] == DOMINATED
    assert icers == {"dear": 10.0}


def test_equal_arms_are_said_to_be_the_same():
    status, _ = told([10.0, 10.0, 10.0], [1.0, 1.0, 0.5], ["A", "B", "C"])
    assert status == {"A": ON_FRONTIER, "B": SAME, "C": DOMINATED}


def test_arms_on_one_line_all_stay_on_the_frontier():
    status, icers = told([0.0, 10.0, 20.0], [0.0, 1.0, 2.0], "ABC")
    assert set(status.values()) == {ON_FRONTIER}
    assert icers == {"B": 10.0, "C": 10.0}


def test_the_reference_is_the_cheapest_arm_and_each_icer_names_its_own():
    rows = standings([30.0, 10.0, 20.0], [3.0, 1.0, 2.5], ["dear", "cheap", "middle"])
    assert [(row.arm, row.against) for row in rows] == [
        ("cheap", ""), ("middle", "cheap"), ("dear", "middle"),
    ]  # fmt: skip


def test_lengths_that_differ_are_refused():
    with pytest.raises(ValueError, match="3 costs, 2 effects and 3 arms"):
        standings([1.0, 2.0, 3.0], [1.0, 2.0], "ABC")


@pytest.mark.parametrize("seed", range(20))
def test_an_arm_is_on_the_frontier_if_it_is_the_best_at_some_threshold(seed):
    """The frontier is the set of arms that some value of a QALY makes the best buy."""
    draw = np.random.default_rng(seed)
    costs, effects = draw.uniform(0, 100, 12), draw.uniform(0, 10, 12)
    names = [str(i) for i in range(12)]
    status, _ = told(costs, effects, names)
    thresholds = np.r_[0, np.geomspace(1e-4, 1e4, 20001)]
    best = {str(i) for i in np.argmax(thresholds[:, None] * effects - costs, axis=1)}
    assert best == {name for name in names if status[name] == ON_FRONTIER}


def test_a_ratio_is_that_of_the_means():
    """The mean of the ratios is another number: 6,515.95 where this exercise has 6,309.72."""
    assert ratios.icer(5834.68562, 0.924713518).ratio == pytest.approx(6309.7224, abs=1e-4)
    assert ratios.icer(5939.1058, 0.946182).ratio == pytest.approx(6276.9153, abs=5e-3)
    costs, effects = np.array([1.0, 3.0]), np.array([0.5, 3.5])
    assert ratios.icer(costs.mean(), effects.mean()).ratio == 1.0 != np.mean(costs / effects)


@pytest.mark.parametrize(
    ("cost", "effect", "words"),
    [
        (1.0, 1.0, "costs 1 EUR per QALY gained"),
        (-1.0, -0.5, "saves 2 EUR per QALY given up"),
        (-1.0, 1.0, "dominates: costs less and gains more"),
        (1.0, -1.0, "is dominated: costs more and gains less"),
        (0.0, 1.0, "dominates: costs the same and gains more"),
        (-1.0, 0.0, "dominates: costs less and gains the same"),
        (1.0, 0.0, "is dominated: costs more and gains the same"),
        (0.0, -1.0, "is dominated: costs the same and gains less"),
        (0.0, 0.0, "no difference"),
    ],
)
def test_every_quadrant_and_line_has_its_words_and_no_ratio_is_below_0(cost, effect, words):
    assert ratios.verdict(cost, effect) == words
    ratio = ratios.icer(cost, effect).ratio
    assert (ratio is None) == ("per QALY" not in words)
    assert ratio is None or ratio > 0


def test_the_ends_of_fieller_are_the_ratios_that_the_data_just_reject():
    cost, effect, covariance, z = 5000.0, 0.3, [[250000.0, 40.0], [40.0, 0.01]], 1.96
    for ratio in ratios.fieller(cost, effect, covariance, z):
        variance = covariance[0][0] - 2 * ratio * covariance[0][1] + ratio**2 * covariance[1][1]
        assert (cost - ratio * effect) ** 2 == pytest.approx(z**2 * variance, rel=1e-9)


def test_fieller_has_no_finite_interval_where_the_effect_may_be_0():
    for effect, is_finite in ((0.197, True), (0.195, False), (0.0, False), (-0.197, True)):
        found = ratios.fieller(5000.0, effect, [[1.0, 0.0], [0.0, 0.01]], 1.96)
        assert (found is not None) == is_finite
    said = ratios.fieller_in_words(None, 0.1)
    assert said == "no finite interval, because the difference in QALYs may be 0"


def test_fieller_holds_its_level():
    """4,000 estimates: the share of intervals with the ratio lies within four errors of 95 %."""
    draw, z, count = np.random.default_rng(1), 1.959964, 4000
    covariance = np.array([[400.0, 1.5], [1.5, 0.04]])
    made = draw.multivariate_normal([50.0, 1.0], covariance, count)
    held = [ratios.fieller(c, e, covariance, z) for c, e in made]
    covered = [(i is not None and i[0] <= 50.0 <= i[1]) or i is None for i in held]
    assert np.mean(covered) == pytest.approx(0.95, abs=4 * math.sqrt(0.95 * 0.05 / count))


def test_an_end_below_0_is_not_a_price():
    for effect in (0.3, -0.3):
        for interval in ((-5.0, -1.0), (-5.0, 5.0), (1.0, 5.0)):
            assert "-" not in ratios.fieller_in_words(interval, effect)


def test_net_benefit_is_0_at_the_break_even_price():
    units, other_cost, gain, threshold = 600.0, 900.0, 0.05, 50000.0

    def net_benefit(price):
        return threshold * gain - other_cost - price * units

    price = ratios.break_even(net_benefit(21.44), 21.44, units)
    assert net_benefit(price) == pytest.approx(0.0, abs=1e-9)
    assert price == pytest.approx((2500 - 900) / 600)
    assert ratios.break_even(5.0, 1.0, 0.0) is None
