"""Each test of a simulated trial against a library, or against all allocations counted out."""

import itertools

import numpy as np
import pytest
from scipy import stats

from sim.experiments.emulation.power.log_rank import Times, contributions
from sim.experiments.emulation.power.significance import (
    allowed_tests,
    fisher,
    log_rank,
    robust,
    welch,
)
from sim.outcomes import estimates
from sim.outcomes.definitions.named import Measure
from sim.outcomes.summed import Sums
from sim.vocabulary import TESTS

MEAN = Measure("spine change", "%", 365, "mean", 1.0, -100.0, np.inf)
SHARE = Measure("any fracture", "%", 365, "share", 100.0, 0.0, 1.0)
RATE = Measure("all fractures", "per 100 person-years", 365, "count", 100.0, 0.0, np.inf)
DOSES = Measure("doses received", "doses", 365, "count", 1.0, 0.0, 12.0)


def sums(y, x=None):
    """Sums over the patients of each trial; y and x are trials x patients."""
    y = np.asarray(y, float)
    x = np.ones_like(y) if x is None else np.asarray(x, float)
    columns = (np.ones_like(y), y, x, y * y, x * y, x * x, (y != 0) * 1.0)
    return Sums._make([*(column.sum(axis=1) for column in columns), y.max(axis=1)])


def shares(events, patients):
    """Sums of one trial for each number of patients with one event."""
    y, n = np.asarray(events, float), np.asarray(patients, float)
    return Sums._make([n, y, n, y, y, n, y, np.sign(y)])


def exact(events, patients, others, of_others):
    """The p-value of scipy for one table."""
    table = np.array([[events, patients - events], [others, of_others - others]])
    return stats.fisher_exact(table).pvalue


def by_welch(measure, *arms):
    one, other = (estimates.ratio(measure, arm) for arm in arms)
    return welch(one, other, arms)


def test_fisher_is_that_of_scipy_for_every_table_of_nine_and_six_patients():
    tables = list(itertools.product(range(10), range(7)))
    one, other = zip(*tables, strict=True)
    p = fisher(shares(one, [9] * 70), shares(other, [6] * 70))
    expected = [exact(a, 9, b, 6) for a, b in tables]
    assert p == pytest.approx(expected, rel=1e-9)


def test_fisher_is_that_of_scipy_in_large_trials_and_with_other_numbers_of_patients():
    random = np.random.default_rng(1)
    n, m = random.integers(2, 900, 60), random.integers(2, 900, 60)
    a, b = random.binomial(n, 0.1), random.binomial(m, 0.13)
    p = fisher(shares(a, n), shares(b, m))
    expected = [exact(*table) for table in zip(a, n, b, m, strict=True)]
    assert p == pytest.approx(expected, rel=1e-8)


def test_tables_as_likely_as_the_observed_one_count_although_they_differ_by_rounding():
    p = fisher(shares([1, 5, 2], [7, 8, 8]), shares([1, 1, 2], [3, 4, 5]))
    assert p == pytest.approx([1, exact(5, 8, 1, 4), 1])
    assert p[1] == pytest.approx(0.545, abs=0.001)


def test_welch_is_that_of_scipy():
    random = np.random.default_rng(2)
    one, other = random.normal(1, 3, (50, 7)), random.normal(0, 1, (50, 12))
    p = by_welch(MEAN, sums(one), sums(other))
    assert p == pytest.approx(stats.ttest_ind(one, other, axis=1, equal_var=False).pvalue)


def test_log_rank_is_that_of_scipy_with_ties_and_censored_patients():
    random = np.random.default_rng(3)
    days, last = random.integers(1, 12, (40, 25)), random.integers(1, 12, (40, 25))
    day, event = np.minimum(days, last).astype(float), (days <= last).astype(float)
    treated = np.tile(np.arange(25) < 9, (40, 1)).astype(float)
    apart, variance = contributions(Times(day, event), treated)
    p = log_rank(apart.sum(axis=1), variance.sum(axis=1))
    for trial in range(40):
        one, other = (
            stats.CensoredData.right_censored(day[trial, arm], event[trial, arm] == 0)
            for arm in (slice(9), slice(9, None))
        )
        assert p[trial] == pytest.approx(stats.logrank(one, other).pvalue, rel=1e-9)


def test_the_robust_variance_is_that_over_all_allocations():
    """Of 7 patients 3 are in one arm: 35 allocations, counted out."""
    random = np.random.default_rng(4)
    fractures, years = random.poisson(1.5, 7) * 1.0, random.uniform(1, 5, 7)
    residuals = fractures - years * fractures.sum() / years.sum()
    every = [residuals[list(arm)].sum() for arm in itertools.combinations(range(7), 3)]
    expected = 2 * stats.norm.sf(abs(residuals[:3].sum()) / np.std(every))
    p = robust(sums([fractures[:3]], [years[:3]]), sums([fractures[3:]], [years[3:]]))
    assert p == pytest.approx([expected])
    assert np.mean(every) == pytest.approx(0)


def test_the_robust_test_of_single_events_is_pearsons():
    """With one event at most and equal follow-up the statistic is chi-square x (N - 1) / N."""
    p = robust(shares([9], [30]), shares([3], [40]))
    pearson = stats.chi2_contingency([[9, 21], [3, 37]], correction=False).statistic
    assert p == pytest.approx([stats.chi2.sf(pearson * 69 / 70, 1)])


def test_where_a_trial_has_nothing_to_compare_no_test_shows_a_difference():
    none, all_alike = sums(np.zeros((1, 5))), sums(np.full((1, 5), 60.0), np.full((1, 5), 0.7))
    assert fisher(none, none).tolist() == [1.0]
    assert robust(none, none).tolist() == robust(all_alike, all_alike).tolist() == [1.0]
    assert log_rank(np.zeros(1), np.zeros(1)).tolist() == [1.0]
    years = np.random.default_rng(6).uniform(0, 5, (200, 9))
    in_proportion = sums(3 * years, years)
    assert robust(in_proportion, in_proportion).min() == 1.0
    nobody = sums(np.zeros((1, 5)), np.zeros((1, 5)))
    for measure, arms in ((MEAN, (none, nobody)), (SHARE, (none, none))):
        assert by_welch(measure, *arms).tolist() == [1.0]


def test_an_outcome_allows_the_tests_of_its_kind():
    assert allowed_tests(MEAN, False) == allowed_tests(MEAN, True) == ("welch",)
    assert allowed_tests(SHARE, True) == ("fisher", "welch", "log-rank")
    assert allowed_tests(SHARE, False) == ("fisher", "welch")
    assert allowed_tests(RATE, True) == ("robust", "welch", "log-rank")
    assert allowed_tests(DOSES, False) == ("welch", "robust")
    assert set(allowed_tests(SHARE, True)) | set(allowed_tests(RATE, True)) == {*TESTS}


def fractures(random, patients, mean, variance, trials):
    """Fractures of patients whose hazard differs by a gamma frailty, and years of follow-up."""
    frailty = random.gamma(1 / variance, variance, (trials, patients))
    years = np.minimum(random.exponential(5, (trials, patients)), 5)
    return sums(random.poisson(mean * frailty * years), years)


@pytest.mark.parametrize("patients", [(20, 20), (100, 100), (60, 20), (20, 60)])
def test_the_robust_test_keeps_its_size_where_patients_fracture_again(patients):
    """Frailty of variance 5, a fifth lost a year: at most 5 %, but for Monte Carlo error.

    The limit is that of a one-sided binomial test at 0.05 / 4. Welch's t fails it in unequal arms,
    which is why rates have a test of their own.
    """
    random, trials = np.random.default_rng(5), 4000
    arms = tuple(fractures(random, n, 0.1, 5, trials) for n in patients)
    most = stats.binom.ppf(1 - 0.05 / 4, trials, 0.05)
    assert (robust(*arms) < 0.05).sum() <= most
    assert ((by_welch(RATE, *arms) < 0.05).sum() > most) == (patients[0] != patients[1])
