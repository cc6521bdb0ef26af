"""Intervals against exact limits, a fit by another way, and their coverage."""

import math

import numpy as np
import pytest
from scipy import optimize, stats

from sim.outcomes import intervals, limits
from sim.outcomes.definitions.named import Measure
from sim.outcomes.labels import Label, Line
from sim.outcomes.summed import Signed, Sums
from sim.outcomes.sums import sum_table
from sim.outcomes.units import by_part


@pytest.mark.parametrize(("events", "patients"), [(0, 10), (1, 10), (7, 30), (30, 30)])
def test_a_share_has_the_limits_of_clopper_and_pearson(events, patients):
    exact = stats.binomtest(events, patients).proportion_ci(method="exact")
    assert intervals.of_share(events, patients) == pytest.approx((exact.low, exact.high), rel=1e-10)


@pytest.mark.parametrize("events", [0, 1, 2, 10, 400])
def test_single_events_have_the_exact_limits_of_poisson(events):
    low = stats.chi2.ppf(0.025, 2 * events) / 2 if events else 0.0
    high = stats.chi2.ppf(0.975, 2 * events + 2) / 2
    assert intervals.of_total(events, events, 1) == pytest.approx((low, high), rel=1e-9)


def test_more_events_never_lower_the_upper_limit():
    """One event must not be more certain than none."""
    number = np.arange(50.0)
    assert (np.diff(intervals.of_total(number, number, 1)[1]) > 0).all()


def test_weighted_events_have_the_gamma_limits_of_fay_and_feuer():
    """Two patients with 1 and one with 4 events: gamma with the mean and variance of the sum."""
    total, squares, largest = 6.0, 18.0, 4.0
    low = stats.gamma.ppf(0.025, total**2 / squares, scale=squares / total)
    variance = squares + largest**2
    high = stats.gamma.ppf(0.975, 10**2 / variance, scale=variance / 10)
    assert intervals.of_total(total, squares, largest) == pytest.approx((low, high), rel=1e-10)


def score(seen, difference):
    """Tango's score with the likeliest discordant shares found by a search, not by his formula."""
    first, second, pairs = seen
    both = pairs - first - second

    def unlikely(share):
        one = share + difference
        rest = 1 - share - one
        terms = [(first, one), (second, share), (both, rest)]
        return -sum(count * math.log(max(p, 1e-300)) for count, p in terms if count)

    low, high = max(0.0, -difference), (1 - difference) / 2
    found = optimize.minimize_scalar(
        unlikely, bounds=(low, high), method="bounded", options={"xatol": 1e-13}
    )
    variance = 2 * found.x + difference - difference**2
    return (first - second - pairs * difference) / math.sqrt(pairs * variance)


@pytest.mark.parametrize("seen", [(12, 3, 100), (1, 0, 30), (5, 5, 40), (20, 1, 25)])
def test_paired_shares_have_the_limits_where_the_score_is_that_of_95_percent(seen):
    low, high = intervals.of_paired_share(*seen)
    z = stats.norm.ppf(0.975)
    assert score(seen, float(low)) == pytest.approx(z, abs=2e-5)
    assert score(seen, float(high)) == pytest.approx(-z, abs=2e-5)


def test_paired_shares_without_a_discordant_patient_have_a_closed_form():
    """Without one the likeliest share is 0, and z^2 / (n + z^2) solves the score."""
    z2 = stats.norm.ppf(0.975) ** 2
    low, high = intervals.of_paired_share(0, 0, 250)
    assert (low, high) == pytest.approx((-z2 / (250 + z2), z2 / (250 + z2)), rel=1e-9)


def test_exchanged_arms_exchange_the_limits():
    nine, four, sixty = np.array([[9.0, 2.0], [4.0, 0.0], [60.0, 20.0]])
    low, high = intervals.of_paired_share(nine, four, sixty)
    back_low, back_high = intervals.of_paired_share(four, nine, sixty)
    np.testing.assert_allclose((low, high), (-back_high, -back_low), rtol=1e-12)


def test_limits_of_a_difference_are_joined_with_their_correlation():
    """Of normal limits MOVER gives the exact limits of a difference of correlated sums."""
    half, rho = np.array([3.0, 4.0]), 0.4
    sums, low, high = np.array([10.0, 20.0]), np.array([7.0, 16.0]), np.array([13.0, 24.0])
    one, other = ((sums[i], (low[i], high[i])) for i in (0, 1))
    apart = math.sqrt((half**2).sum() - 2 * rho * half.prod())
    assert intervals.joined(one, other, rho) == pytest.approx((-10 - apart, -10 + apart))


@pytest.mark.parametrize(("differing", "per_unit"), [(0, 36.0), (9, 36.0), (10, 4.0)])
def test_while_few_patients_differ_one_more_could_differ_by_the_whole_plan(differing, per_unit):
    """36 doses are planned; each of those who differ has 4 doses more in the first arm."""
    doses = Measure("doses", "doses", 1800, "count", 1.0, 0.0, 36.0)
    ups = 4.0 * differing
    arms = [Sums(1000, y, 1000, math.nan, y, 1000, 0, 0) for y in (36_000, 36_000 - ups)]
    signed = Signed(differing, ups, 4.0 * ups, 0.0, 0.0, 4.0 if differing else 0.0, 0.0)
    low, _ = limits.of_contrast([doses, doses], [1.0, -1.0], arms, signed, math.nan)
    variance = 1000 / 999 * (4.0 * ups - ups**2 / 1000)
    total_low = intervals.of_total(ups, variance, 0.0)[0]
    none_down = -math.log(0.025) * (per_unit if differing < 10 else 1.0)
    assert low == pytest.approx((ups - math.hypot(ups - total_low, none_down)) / 1000, rel=1e-9)


def lived(years, most=5.0):
    """Limits of the mean life-years of patients who have `most` at most."""
    y, n = np.array(years, float), float(len(years))
    sums = Sums(n, y.sum(), n, (y**2).sum(), y.sum(), n, n, 1.0)
    measure = Measure("life-years", "years", 1826, "mean", 1.0, 0.0, most)
    return limits.of_ratio(measure, sums, y.std(ddof=1) / n**0.5)


def test_a_bounded_mean_allows_for_a_death_that_nobody_had():
    """Of 100 patients who all lived, -ln 0.025 = 3.69 more could die, each on the first day."""
    low, high = lived([5.0] * 100)
    assert low == pytest.approx(5 + 5 * math.log(0.025) / 100)
    assert high == 5


def test_a_bounded_mean_of_many_patients_has_the_limits_of_student():
    years = np.random.default_rng(1).uniform(0, 5, 100_000)
    half = 1.96 * years.std() / 100_000**0.5
    found = [abs(limit - years.mean()) for limit in lived(years)]
    assert found == pytest.approx([half, half], rel=0.01)


def of_amount(event, *arms, size=1):
    """Limits of the mean amount of an arm, or of the first arm less the second, in groups."""
    measure = Measure("cost", "EUR", 1826, "mean", 1.0, 0.0, math.inf, event)
    lines = []
    for at, y in enumerate(arms):
        total, patients = by_part(size, np.array(y, float), np.ones(len(y))).T
        label = Label((0, str(at)), "all", *measure)
        lines.append(Line(label, np.ones(len(total)), total, patients))
    contrasts = [{0: 1.0, 1: -1.0}] if len(arms) == 2 else []
    table = sum_table(lines, contrasts, part=len(arms[0]))
    found = table.contrast(contrasts[0]) if contrasts else table.estimate(0)
    return found.low, found.high


def half_of(y):
    return stats.t.ppf(0.975, len(y) - 1) * np.std(y, ddof=1) / len(y) ** 0.5


def test_the_cost_of_an_arm_allows_for_one_more_as_dear_as_the_dearest_or_for_nothing():
    cost = np.repeat([500.0, 600.0, 40_000.0], [50, 49, 1])
    mean, half = cost.mean(), half_of(cost)
    limits = mean - half - mean / 100, mean + half + (40_000 - mean) / 100
    assert of_amount(1000.0, cost) == pytest.approx(limits)


def test_a_cost_is_never_below_nothing():
    assert of_amount(1000.0, np.repeat([0.0, 40_000.0], [99, 1]))[0] == 0


def test_the_cost_of_an_arm_in_which_nobody_had_a_dear_event_allows_for_one():
    """The variance of 1.96 and the one event more: 2.96 events in 100 patients."""
    low, high = of_amount(1000.0, [500.0] * 100)
    assert (low, high) == pytest.approx((495.0, 500 + 2.96 * 10), rel=1e-4)
    assert of_amount(0.0, [0.0] * 100) == (0.0, 0.0)


def test_a_difference_of_amounts_allows_for_one_more_as_far_from_the_mean_as_the_farthest():
    """Eleven of 100 patients live a year longer; one more could, and one could have no gain."""
    more = np.repeat([1.0, 0.0], [11, 89])
    low, high = of_amount(0.0, 3 + more, np.full(100, 3.0))
    assert low == pytest.approx(0.11 - half_of(more) - 0.11 / 100)
    assert high == pytest.approx(0.11 + half_of(more) + 0.89 / 100)


def test_a_difference_of_amounts_allows_for_an_event_that_none_had():
    """All differ by 1 to 3; an event is 500, and patients differ by less than that."""
    apart, own = 1 + np.arange(100.0) % 3, np.full(100, 40.0)
    low, high = of_amount(500.0, own + apart, own)
    unseen = (500 + math.hypot(100 * half_of(apart), 1.959964 * 500)) / 100
    assert (low, high) == pytest.approx((apart.mean() - unseen, apart.mean() + unseen))


def test_where_nobody_differs_by_more_than_an_event_one_more_could_by_a_standard_deviation():
    apart, own = 1 + np.arange(100.0) % 3, np.repeat([0.0, 1000.0], 50)
    low, high = of_amount(5.0, own + apart, own)
    spread = math.sqrt((np.var(own + apart) + np.var(own)) / 2)
    added = half_of(apart) + spread / 100
    assert (low, high) == pytest.approx((apart.mean() - added, apart.mean() + added))


def test_where_nobody_differs_one_more_could_by_all_that_a_patient_has():
    """All of 100 patients live five years in both arms: nobody's death was seen in one alone."""
    years = [5.0] * 100
    assert of_amount(0.0, years, years) == pytest.approx((-5 / 100, 5 / 100))


def test_one_more_patient_is_one_whatever_the_group():
    """All cost 500 in groups of eight: a patient could cost nothing, and no whole group."""
    low, high = of_amount(0.0, [500.0] * 800, size=8)
    assert (low, high) == pytest.approx((500 - 500 / 800, 500))
    low, high = of_amount(0.0, [500.0] * 800, [300.0] * 800, size=8)
    assert (low, high) == pytest.approx((200 - 200 / 800, 200))


def test_groups_of_patients_have_the_limits_of_their_patients():
    """Nobody differs; the spread between patients is that within arms, not that between groups."""
    years = np.random.default_rng(3).gamma(2.0, 2.0, 4000)
    alone, grouped = (of_amount(0.0, years, years, size=size) for size in (1, 8))
    assert grouped == pytest.approx(alone, rel=0.05)
