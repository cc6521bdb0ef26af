"""The zero of a function, equal to that of scipy to the last bit."""

import math

import numpy as np
import pytest
from scipy.optimize import brentq

from sim.scenario import load
from sim.simulation.lowering.base_rate import LEAST_RATE, MOST_RATE, base_rate, share_without
from sim.simulation.lowering.root import root

FUNCTIONS = {
    "line": lambda x: 3 * x - 1,
    "cubic": lambda x: x**3 - 2 * x - 5,
    "level": lambda x: math.tanh(9 * (x - 1.3)),
    "steep": lambda x: math.exp(30 * x) - 7,
    "jump": lambda x: 1.0 if x > 0.7 else -1.0,
    "falling": lambda x: math.cos(x) - x,
    "tiny": lambda x: 1e-300 * (x - 0.2),
}


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("within", [1e-12, 1e-9, 1e-3])
@pytest.mark.parametrize("ends", [(-4.0, 6.0), (-1.0, 3.0), (6.0, -4.0), (-3, 1000)])
def test_the_zero_is_that_of_scipy_to_the_last_bit(name, within, ends):
    function = FUNCTIONS[name]
    if name == "steep":
        ends = tuple(min(end, 20.0) for end in ends)
    seen: list[float] = []
    seen_by_scipy: list[float] = []

    def followed(x, points):
        points.append(x)
        return function(x)

    low, high = ends
    found = root(lambda x: followed(x, seen), low, high, within)
    assert found == brentq(lambda x: followed(x, seen_by_scipy), low, high, xtol=within)
    assert seen == seen_by_scipy


def test_base_rates_are_those_of_scipy_to_the_last_bit():
    tried, rng = 0, np.random.Generator(np.random.Philox(20))
    for _ in range(300):
        relative = rng.lognormal(0, rng.uniform(0.1, 2), size=50)
        share, variance = rng.uniform(0.02, 0.98), rng.choice([0.0, rng.uniform(0.01, 5)])

        def excess(rate, relative=relative, share=share, variance=variance):
            return share_without(math.exp(rate) * relative, variance) - share

        low, high = math.log(LEAST_RATE), math.log(MOST_RATE)
        if excess(high) > 0:
            continue  # so many never have a fracture
        tried += 1
        assert root(excess, low, high, 1e-12) == brentq(excess, low, high, xtol=1e-12)
    assert tried > 200


def test_an_end_that_is_zero_is_the_answer():
    for low, high in ((1.0, 3.0), (3.0, 1.0), (-1.0, 1.0)):
        assert root(lambda x: x - 1, low, high, 1e-12) == 1


def test_equal_signs_are_refused():
    with pytest.raises(ValueError, match="same sign at 2 and 3"):
        root(lambda x: x, 2, 3, 1e-12)


def test_a_search_without_an_end_is_given_up():
    with pytest.raises(ArithmeticError, match="no zero was found"):
        root(lambda x: (x - 1.3) ** 5, -4.0, 6.0, 1e-12)
    with pytest.raises(RuntimeError, match="Failed to converge"):
        brentq(lambda x: (x - 1.3) ** 5, -4.0, 6.0, xtol=1e-12)


def test_the_shipped_base_rate_is_solved_here():
    assert base_rate(load("scenarios/laroche2011.yaml").scenario) == pytest.approx(0.0748, abs=1e-4)
