"""The formulas of bone, markers, fractures and death, each against numerical integration."""

import itertools
import math
from typing import Any

import numpy as np
import pytest
from scipy.integrate import fixed_quad, quad, solve_ivp

from sim.simulation.biology.bone import saturating_gain, share_gained, t_score
from sim.simulation.biology.decay import decayed, relaxed_under, time_under
from sim.simulation.biology.fractures import accumulated, days_until
from sim.simulation.biology.markers import marker_noise, saturated, site_action
from sim.simulation.biology.mortality import death_day, yearly_hazard

YEAR = 365.25
TIGHT: dict[str, Any] = {"rtol": 1e-11, "atol": 1e-14}


def integral(function, end, *turns):
    """Integral from 0 to `end`, in pieces between the places where the function turns sharply."""
    places = sorted({0.0, end, *(min(max(turn, 0.0), end) for turn in turns)})
    return sum(fixed_quad(function, a, b, n=80)[0] for a, b in itertools.pairwise(places))


def layers(rate, end=None):
    """Places that part the layer in which exp(-rate x) falls, from 0 or back from `end`."""
    depths = [depth / rate for depth in (1, 4, 12, 40, 120)] if rate > 0 else []
    return depths if end is None else [end - depth for depth in depths]


# --- decay ------------------------------------------------------------------------------------


@pytest.mark.parametrize("half_life", [1e-3, 3, 45, 1e6])
def test_half_is_left_after_a_half_life(half_life):
    rate = math.log(2) / half_life
    assert decayed(rate, half_life) == pytest.approx(0.5, rel=1e-14)
    assert decayed(rate, 3 * half_life) == pytest.approx(0.125, rel=1e-14)
    assert decayed(0.0, half_life) == 1


@pytest.mark.parametrize("decay", [0.0, 1e-300, 1e-14, 1e-6, 0.0154, 0.7, 40.0, 1e4])
@pytest.mark.parametrize("days", [0.0, 1e-9, 1.0, 30.0, 1826.0, 36525.0])
def test_time_under_is_the_integral_of_what_is_left(decay, days):
    expected = integral(lambda s: np.exp(-decay * s), days, *layers(decay))
    assert time_under(decay, days) == pytest.approx(expected, rel=1e-11)


RATES = [0.0, 1e-12, 1e-4, math.log(2) / 45, 0.0154033, 0.231, 50.0]


@pytest.mark.parametrize("relaxation", RATES)
@pytest.mark.parametrize("decay", RATES)
@pytest.mark.parametrize("days", [0.0, 1e-6, 1.0, 91.0, 1826.0])
def test_relaxed_under_is_the_response_to_a_decaying_input(relaxation, decay, days):
    expected = integral(
        lambda s: np.exp(-relaxation * (days - s) - decay * s),
        days,
        *layers(decay),
        *layers(relaxation, days),
    )
    # A response that a float cannot hold, exp(-745), is 0 in both.
    assert relaxed_under(relaxation, decay, days) == pytest.approx(expected, rel=1e-10, abs=1e-300)


@pytest.mark.parametrize("apart", [0.0, 1e-18, 1e-13, 1e-9, 1e-5])
def test_rates_that_are_almost_equal_respond_as_equal_rates_do(apart):
    rate, days = 0.0154, 300.0
    equal = days * math.exp(-rate * days)  # the limit of Bateman's function
    response = relaxed_under(rate, rate + apart, days)
    assert response == pytest.approx(equal, rel=1e-12 + apart * days)
    assert relaxed_under(rate + apart, rate, days) == response


def test_extreme_rates_neither_overflow_nor_vanish():
    assert relaxed_under(1e8, 1e-8, 1e4) == pytest.approx(math.exp(-1e-4) / 1e8, rel=1e-7)
    assert relaxed_under(1e-8, 1e8, 1e4) == pytest.approx(math.exp(-1e-4) / 1e8, rel=1e-7)
    assert relaxed_under(1e8, 1e8, 1e4) == 0
    assert time_under(1e8, 1e8) == pytest.approx(1e-8, rel=1e-14)
    assert time_under(1e-320, 1e4) == pytest.approx(1e4, rel=1e-3)


# --- bone -------------------------------------------------------------------------------------

# coefficients by subset of two therapies, products of the actions now, and how the products decay
EFFECT = [-0.5e-4, 3.1e-4, 2.2e-4, -1.4e-4]
PRODUCT = [1.0, 0.8, 1.7, 0.8 * 1.7]
DECAY = [0.0, 0.0154, 0.0231, 0.0385]


def linear_share(effect, product, decay, subsets, days):
    reached = [p * time_under(d, days) for p, d in zip(product, decay, strict=True)]
    return share_gained(effect, reached, subsets)


def saturating_share(effect, product, decay, subsets, days, relaxation):
    reached = [p * relaxed_under(relaxation, d, days) for p, d in zip(product, decay, strict=True)]
    return share_gained(effect, reached, subsets)


def rate(day):
    """The current rate, from the meaning of the three vectors."""
    return sum(e * p * np.exp(-d * day) for e, p, d in zip(EFFECT, PRODUCT, DECAY, strict=True))


@pytest.mark.parametrize("days", [0.0, 1.0, 30.0, 365.0, 1826.0])
def test_linear_bone_gains_the_integral_of_the_rate(days):
    gain = linear_share(EFFECT, PRODUCT, DECAY, 4, days)
    assert gain == pytest.approx(integral(rate, days, 10, 100), rel=1e-11)


@pytest.mark.parametrize("days", [1.0, 30.0, 365.0, 1826.0])
def test_compound_bone_follows_its_differential_equation(days):
    course = solve_ivp(lambda t, b: rate(t) * b, (0, days), [1.0], **TIGHT)
    share = linear_share(EFFECT, PRODUCT, DECAY, 4, days)
    assert math.exp(share) == pytest.approx(course.y[0, -1], rel=1e-9)


@pytest.mark.parametrize("tau", [365.25, 90.0, 1 / 0.0154, 1 / 0.0385])  # equal rates among them
@pytest.mark.parametrize("days", [1.0, 30.0, 365.0, 1826.0])
def test_saturating_bone_follows_its_differential_equation(tau, days):
    entry, now, gain = 0.7, 0.78, 500.0

    def change(day, density):
        return (entry * (1 + gain * rate(day)) - density) / tau

    course = solve_ivp(change, (0, days), [now], **TIGHT)
    kept = math.exp(-days / tau)
    share = saturating_share(EFFECT, PRODUCT, DECAY, 4, days, 1 / tau)
    density = entry + (now - entry) * kept + entry * gain / tau * share
    assert density == pytest.approx(course.y[0, -1], rel=1e-9)


def test_a_therapy_that_is_absent_does_not_act():
    without, days = [1.0, 0.8, 0.0, 0.0], 100.0
    alone = integral(lambda s: EFFECT[0] + 0.8 * EFFECT[1] * np.exp(-0.0154 * s), days)
    assert linear_share(EFFECT, without, DECAY, 4, days) == pytest.approx(alone, rel=1e-12)
    relaxed = integral(
        lambda s: np.exp(-0.01 * (days - s)) * (EFFECT[0] + 0.8 * EFFECT[1] * np.exp(-0.0154 * s)),
        days,
    )
    share = saturating_share(EFFECT, without, DECAY, 4, days, 0.01)
    assert share == pytest.approx(relaxed, rel=1e-12)


@pytest.mark.parametrize("window", [1.0, 90.0, 365.25, 1826.25])
@pytest.mark.parametrize("tau", [1.0, 90.0, 365.25, 3652.5])
def test_the_gain_makes_the_mean_increase_over_the_window_the_reported_one(window, tau):
    reported = 0.126 / YEAR
    gain = saturating_gain(window, tau)
    course = solve_ivp(
        lambda _, b: (1 + gain * reported - b) / tau, (0, window), [1.0], method="LSODA", **TIGHT
    )
    assert (course.y[0, -1] - 1) / window == pytest.approx(reported, rel=1e-7)


def five_years(reading):
    """Density after five years at 12.6 % a year and a constant action of 1; 1 at entry."""
    yearly, days = 0.126, 5 * YEAR
    one = ([1.0], [0.0], 1)
    if reading == "linear":
        return 1 + linear_share([yearly / YEAR], *one, days)
    if reading == "compound":
        return math.exp(linear_share([math.log(1 + yearly) / YEAR], *one, days))
    if reading == "plateau":
        return 1 + linear_share([yearly / YEAR], *one, 2 * YEAR)
    share = saturating_share([yearly / YEAR], *one, days, 1 / YEAR)
    return 1 + saturating_gain(YEAR, YEAR) / YEAR * share


@pytest.mark.parametrize(
    ("reading", "exactly", "printed_percent", "printed_t"),
    [
        ("linear", 1.63, 63, 1.1),
        ("compound", 1.126**5, 81, 2.3),
        ("plateau", 1.252, 25, -1.4),
        ("saturating", 1 + 0.126 * (1 - math.exp(-5)) / (1 - math.exp(-1)), 20, -1.7),
    ],
)
def test_five_years_at_12_6_percent_give_the_table_of_the_model(
    reading, exactly, printed_percent, printed_t
):
    factor = five_years(reading)
    assert factor == pytest.approx(exactly, rel=1e-12)
    assert round(100 * (factor - 1)) == printed_percent
    assert round(t_score(factor * (1.047 - 3 * 0.110), 1.047, 0.110), 1) == printed_t


def test_a_t_score_counts_sds_from_the_young_mean():
    assert t_score(1.047, 1.047, 0.110) == 0
    assert t_score(0.717, 1.047, 0.110) == pytest.approx(-3, rel=1e-14)
    assert t_score(1.190, 0.942, 0.122) == pytest.approx(2.0327868852, rel=1e-10)


# --- markers ----------------------------------------------------------------------------------


@pytest.mark.parametrize("onset", [0.0, 1e-5, math.log(2) / 45, 0.0154033, math.log(2) / 3, 20.0])
@pytest.mark.parametrize("decay", [0.0, math.log(2) / 45, 0.0154033, 0.5])
@pytest.mark.parametrize("days", [0.5, 30.0, 1000.0])
def test_the_effect_site_follows_its_differential_equation(onset, decay, days):
    """Equal half-lives of onset and exposure (45 days) are among the cases."""
    at_site, action = 0.3, 1.6
    course = solve_ivp(
        lambda t, a: onset * (action * math.exp(-decay * t) - a),
        (0, days),
        [at_site],
        method="LSODA",
        rtol=1e-11,
        atol=1e-15,
    )
    # LSODA's own error accumulates to some 1e-9 of the largest value on the way.
    expected = pytest.approx(course.y[0, -1], rel=1e-7, abs=1e-8)
    assert site_action(at_site, action, onset, decay, days) == expected


def test_the_effect_site_reaches_a_constant_action():
    assert site_action(0.0, 1.0, math.log(2) / 60, 0.0, 60.0) == pytest.approx(0.5, rel=1e-14)
    assert site_action(0.0, 1.0, math.log(2) / 60, 0.0, 1e5) == pytest.approx(1, rel=1e-14)
    assert site_action(0.7, 0.7, 0.1, 0.0, 12.0) == pytest.approx(0.7, rel=1e-14)
    assert site_action(0.4, 9.0, 0.1, 0.2, 0.0) == 0.4


def test_the_effect_saturates():
    assert saturated(0.0, 0.15) == 0
    assert saturated(0.15, 0.15) == 0.5
    assert saturated(0.45, 0.15) == pytest.approx(3 / 4, rel=1e-14)
    assert saturated(1e12, 0.15) == pytest.approx(1, rel=1e-12)


@pytest.mark.parametrize("log_sd", [0.0, 0.1491664, 0.8])
def test_noise_of_a_marker_is_log_normal_with_mean_one(log_sd):
    def normal(z):
        return math.exp(-z * z / 2) / math.sqrt(2 * math.pi)

    moments = [
        quad(lambda z, p=p: marker_noise(z, log_sd) ** p * normal(z), -12, 12, epsabs=1e-13)[0]
        for p in (1, 2)
    ]
    assert moments[0] == pytest.approx(1, rel=1e-10)
    assert moments[1] - 1 == pytest.approx(math.exp(log_sd**2) - 1, abs=1e-10)
    logs = [math.log(marker_noise(z, log_sd)) for z in (-1.0, 0.0, 2.0)]
    assert np.diff(logs) == pytest.approx([log_sd, 2 * log_sd], abs=1e-14)


# --- fractures --------------------------------------------------------------------------------


@pytest.mark.parametrize("log_hazard", [-800.0, -12.0, -3.0, 2.0])
@pytest.mark.parametrize("slope", [0.0, 1e-300, 1e-12, -1e-12, 3e-3, -3e-3, 0.9, -5.0])
@pytest.mark.parametrize("days", [0.0, 1.0, 30.0, 365.0])
def test_accumulated_hazard_is_the_integral_of_the_hazard(log_hazard, slope, days):
    turns = layers(abs(slope)) + layers(abs(slope), days)
    expected = integral(lambda s: np.exp(log_hazard + slope * s), days, *turns)
    hazard = math.exp(log_hazard)
    assert accumulated(hazard, slope, days) == pytest.approx(expected, rel=1e-11)


def until(left, log_hazard, slope, at_most):
    hazard = math.exp(log_hazard)
    return days_until(left, hazard, slope, at_most, accumulated(hazard, slope, at_most))


def test_the_day_of_a_fracture_is_the_first_by_whose_end_its_hazard_has_accumulated():
    """Never early and never late, for hazards that rise, fall and stay."""
    rng = np.random.default_rng(1)
    found = {"in time": 0, "too late": 0}
    for _ in range(400):
        log_hazard = rng.uniform(-12, -1)
        slope = rng.choice([0.0, rng.normal(0, 1e-9), rng.normal(0, 1e-3), rng.normal(0, 0.2)])
        at_most = int(rng.integers(1, 366))
        exponent = rng.standard_exponential() * rng.choice([1.0, 0.01])

        def by(day, a=log_hazard, b=slope):
            turns = layers(abs(b)) + layers(abs(b), day)
            return integral(lambda s: np.exp(a + b * s), float(day), *turns)

        day = until(exponent, log_hazard, slope, at_most)
        if day > at_most:
            found["too late"] += 1
            assert day == at_most + 1
            assert by(at_most) < exponent * (1 + 1e-11)
        else:
            found["in time"] += 1
            assert by(day - 1) < exponent * (1 + 1e-11)
            assert exponent * (1 - 1e-11) <= by(day)
    assert min(found.values()) > 50


@pytest.mark.parametrize(
    ("left", "day"),
    [
        (-0.5, 0), (0.0, 0), (1e-300, 1), (0.99, 1), (1.0, 1), (1.01, 2), (3.0, 3),
        (math.nextafter(3, 4), 4), (9.5, 10), (10.0, 10), (10.1, 11), (1e300, 11),
    ],
)  # fmt: skip
def test_at_a_hazard_of_one_a_day_the_day_is_the_hazard_rounded_up(left, day):
    assert until(left, 0.0, 0.0, 10) == day


def test_a_hazard_that_fades_may_never_be_enough():
    """A hazard of 1 falling by a factor e a day accumulates 1 in all."""
    assert until(0.999, 0.0, -1.0, 1000) == 7  # 1 - exp(-7) = 0.99909
    assert until(1.001, 0.0, -1.0, 1000) == 1001
    assert until(1e-9, -1e4, 0.0, 1000) == 1001  # a hazard of 0
    assert until(1e-9, -1e4, 0.5, 1000) == 1001


# --- death ------------------------------------------------------------------------------------

LIFE_TABLE = [0.004, 0.001, 0.02, 0.3, 0.05, 0.6]


@pytest.mark.parametrize("probability", [0.0, 1e-12, 0.00405, 0.5, 0.999])
def test_the_yearly_hazard_gives_the_probability_of_the_life_table(probability):
    hazard = yearly_hazard(probability)
    dead = integral(lambda years: hazard * np.exp(-hazard * years), 1.0)
    assert dead == pytest.approx(probability, rel=1e-12)


def survival(age, days, ratio):
    """Probability of living so many days, year of age by year of age, from the table itself."""
    alive, at, left = 1.0, age, days / YEAR
    while left > 1e-12:
        piece = min(math.floor(at + 1e-9) + 1 - at, left)
        q = LIFE_TABLE[min(math.floor(at + 1e-9), len(LIFE_TABLE) - 1)]
        alive *= (1 - q) ** (piece * ratio)
        at, left = at + piece, left - piece
    return alive


@pytest.mark.parametrize("age", [0.0, 0.4, 1.999, 3.25, 5.0, 7.3])
@pytest.mark.parametrize("ratio", [1.0, 1.9, 0.3])
def test_the_day_of_death_is_the_first_by_which_the_life_table_uses_up_the_threshold(age, ratio):
    hazards = [-math.log(1 - q) for q in LIFE_TABLE]
    rng = np.random.default_rng(2)
    for threshold in rng.standard_exponential(100) * rng.choice([1, 0.02, 5], 100):
        day = death_day(threshold, age, hazards, ratio, 1826)
        if day > 1826:
            assert day == 1827
            assert survival(age, 1826, ratio) > math.exp(-threshold) * (1 - 1e-9)
        else:
            assert survival(age, day - 1, ratio) > math.exp(-threshold) * (1 - 1e-9)
            assert survival(age, day, ratio) <= math.exp(-threshold) * (1 + 1e-9)


def test_nobody_dies_where_the_hazard_is_zero():
    assert death_day(1e-6, 52.5, [0.0] * 100, 1.0, 1826) == 1827
    assert death_day(1e-6, 52.5, [0.1] * 100, 0.0, 1826) == 1827


def test_death_on_the_last_day_counts_and_a_day_later_does_not():
    hazard = [YEAR / 100]  # 1 in 100 days
    assert death_day(0.995, 30.0, hazard, 1.0, 100) == 100
    assert death_day(1.0, 30.0, hazard, 1.0, 100) == 100
    assert death_day(1.005, 30.0, hazard, 1.0, 100) == 101
    assert death_day(9.0, 30.0, hazard, 1.0, 100) == 101
