"""The two kinds of noise of a sweep against models whose variances are known, and sums of groups.

In the model the outcome of a group of ten patients at a draw is a + b + ab: `a` of the draw, `b` of
the group alike at every draw, `ab` of both; `b` and `ab` have a tenth of the variance of a patient.
"""

import itertools
import math
import warnings

import numpy as np
import pytest
from scipy import stats

from sim.experiments.sweeps import analyses
from sim.experiments.sweeps.noise import SIZES, Cost, Moments, Split, advise
from sim.experiments.sweeps.varied import OVER_TIME
from sim.outcomes import estimates, outcomes_of
from sim.outcomes.definitions.named import Measure, at_last_day
from sim.outcomes.units import GROUP, UnitSums, unit_sums, units_joined
from tests.from_tables import records, summarise
from tests.test_outcomes import LAST, run

SURE = 4.5
"""So many standard errors are never passed by chance."""

A, B, AB = 4.0, 30.0, 20.0
DRAWS, GROUPS = 40, 25


def simulated(rng, a=A, b=B, ab=AB, draws=DRAWS, count=GROUPS):
    """Draws x groups: what the groups' means are."""
    return (
        rng.normal(0, math.sqrt(a), (draws, 1))
        + rng.normal(0, math.sqrt(b / GROUP), (1, count))
        + rng.normal(0, math.sqrt(ab / GROUP), (draws, count))
    )


def split_of(outcomes):
    """The split of outcomes, each draws x groups, draw by draw as they come from blocks."""
    moments = Moments()
    means = np.stack([one.mean(axis=1) for one in outcomes], axis=1)
    for draw, mean in enumerate(means):
        moments.add(np.stack([one[draw] for one in outcomes], axis=1) - mean)
    return moments.splits(means)


# --- the split --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def repeated():
    """The model many times: what is split of each, and the mean and naive variance of its draws."""
    rng = np.random.default_rng(1)
    found = [simulated(rng) for _ in range(400)]
    splits = np.array([split_of([one])[0] for one in found])
    return (
        splits,
        np.array([one.mean() for one in found]),
        np.array([one.mean(axis=1).var(ddof=1) for one in found]),
    )


def test_the_three_variances_come_back_unbiased(repeated):
    splits, _, _ = repeated
    errors = splits.std(axis=0, ddof=1) / math.sqrt(len(splits))
    assert (abs(splits.mean(axis=0) - [A, B, AB]) < SURE * errors).all()
    assert (errors < [0.06, 0.6, 0.06]).all()


def test_the_spread_as_it_is_has_the_noise_of_patients_in_it(repeated):
    """By the variance of `ab` over the patients: what the parameters would be blamed for."""
    naive = repeated[2]
    error = naive.std(ddof=1) / math.sqrt(len(naive))
    assert abs(naive.mean() - (A + AB / GROUPS / GROUP)) < SURE * error
    rng = np.random.default_rng(2)
    few = [simulated(rng, count=3) for _ in range(400)]
    naive = np.array([one.mean(axis=1).var(ddof=1) for one in few])
    corrected = np.array([split_of([one])[0].parameters for one in few])
    assert naive.mean() - A > SURE * naive.std(ddof=1) / 20
    assert abs(corrected.mean() - A) < SURE * corrected.std(ddof=1) / 20


def test_the_error_of_the_mean_is_its_spread_over_replications(repeated):
    _, means, _ = repeated
    known = Split(A, B, AB).error(DRAWS, GROUPS * GROUP)
    assert means.std(ddof=1) == pytest.approx(known, rel=SURE / math.sqrt(2 * len(means)))
    typed = A / DRAWS + B / (GROUPS * GROUP) + AB / (DRAWS * GROUPS * GROUP)
    assert known == pytest.approx(math.sqrt(typed), rel=1e-12)


def test_one_large_sample_gives_each_variance_within_its_error():
    found = split_of([simulated(np.random.default_rng(3), draws=300, count=300)])[0]
    for value, known in zip(found, (A, B, AB), strict=True):
        assert abs(value / known - 1) < SURE * math.sqrt(2 / 299)


def test_random_numbers_in_common_do_not_enter_the_spread():
    alike = simulated(np.random.default_rng(4), a=0, ab=0)
    (found,) = split_of([alike])
    assert found.parameters == pytest.approx(0, abs=1e-12)
    assert found.together == pytest.approx(0, abs=1e-12)
    assert found.patients == pytest.approx(GROUP * alike[0].var(ddof=1))


def test_draws_that_are_all_equal_have_no_spread_by_rounding():
    """Of 1000 equal numbers the SD is 1e-17 and more; one that is small and real stays."""
    rng = np.random.default_rng(6)
    draws = np.full(1000, -24.5271) + rng.choice([0, 4e-15], 1000)
    assert draws.std(ddof=1) > 0
    moments, alike = Moments(), rng.normal(0, 2, (GROUPS, 1))
    for _ in draws:
        moments.add(alike)
    (found,) = moments.splits(draws[:, None])
    assert found.parameters == 0
    row = analyses._over_draws(draws, found, GROUPS * GROUP)
    assert (row["sd"], row["sd_parameters"]) == (0, 0)
    moved = draws + rng.normal(0, 1e-7, 1000)
    (found,) = moments.splits(moved[:, None])
    row = analyses._over_draws(moved, found, GROUPS * GROUP)
    assert row["sd"] == row["sd_parameters"] == pytest.approx(1e-7, rel=0.1)


def test_a_spread_that_is_all_noise_of_patients_leaves_nothing_by_rounding():
    """The two variances differ in their last digits."""
    rng = np.random.default_rng(7)
    values, moments = rng.normal(5, 2, (40, 1)), Moments()
    together = values.var(ddof=1) * (1 - 1e-11)
    noise = rng.normal(size=(40, GROUPS, 1))
    noise -= noise.mean(axis=0)  # nothing that all draws share
    noise *= math.sqrt(together * GROUPS * (GROUPS - 1) * 39 / (noise**2).sum())
    for one in noise:
        moments.add(one)
    (found,) = moments.splits(values)
    assert found.together == pytest.approx(GROUP * GROUPS * together)
    assert found.parameters == 0


def test_parameters_alone_are_all_spread():
    (found,) = split_of([np.repeat(np.array([[1.0], [2.0], [6.0]]), 8, axis=1)])
    assert found == pytest.approx((7, 0, 0), abs=1e-12)


def test_draw_by_draw_is_the_analysis_of_variance_of_all_at_once():
    """Two-way layout without replication (Searle, Casella and McCulloch 1992, chapter 4)."""
    rng = np.random.default_rng(5)
    outcomes = [simulated(rng), 7 + 3 * simulated(rng, ab=90)]
    for one, found in zip(outcomes, split_of(outcomes), strict=True):
        grand, rows, columns = one.mean(), one.mean(1, keepdims=True), one.mean(0, keepdims=True)
        residual = ((one - rows - columns + grand) ** 2).sum() / (DRAWS - 1) / (GROUPS - 1)
        of_draws = GROUPS * ((rows - grand) ** 2).sum() / (DRAWS - 1)
        of_groups = DRAWS * ((columns - grand) ** 2).sum() / (GROUPS - 1)
        assert found.parameters == pytest.approx((of_draws - residual) / GROUPS)
        assert found.patients == pytest.approx(GROUP * (of_groups - residual) / DRAWS)
        assert found.together == pytest.approx(GROUP * residual)


def test_a_variance_is_never_below_0():
    rng = np.random.default_rng(6)
    found = [split_of([simulated(rng, a=0, b=0, draws=4, count=4)])[0] for _ in range(60)]
    assert all(min(one) >= 0 for one in found)
    assert sum(one.parameters == 0 for one in found) > 10
    assert sum(one.patients == 0 for one in found) > 10


def test_one_draw_or_one_group_says_nothing_of_variances():
    for shape in ((1, 8), (8, 1)):
        (found,) = split_of([np.ones(shape)])
        assert np.isnan(found).all()


# --- advice -----------------------------------------------------------------------------------

COST = Cost(0.04, 0.0002)


@pytest.mark.parametrize("split", [Split(4, 30, 20), Split(0.5, 0, 200), Split(4, 300, 0)])
@pytest.mark.parametrize("target", [0.5, 0.2, 0.1])
def test_the_advice_is_the_cheapest_of_all(split, target):
    found = advise(split, COST, target)
    assert split.error(found.draws, found.patients) <= target * (1 + 1e-9)
    assert found.error == split.error(found.draws, found.patients)
    assert found.seconds == pytest.approx(found.draws * (0.04 + 0.0002 * found.patients))
    enough = [
        draws * (0.04 + 0.0002 * patients)
        for patients in SIZES
        for draws in itertools.chain(range(10, 1500), range(1500, 30_000, 50))
        if split.error(draws, patients) <= target
    ]
    assert found.seconds <= min(enough) * (1 + 1e-9)


def test_the_advice_is_that_of_the_closed_form():
    """Without `b`: patients are the root of ab/a times what a point costs over what one costs."""
    for a, ab, point in itertools.product((0.5, 4), (50, 2000), (0.01, 0.4)):
        cost = Cost(point, 0.0002)
        patients = math.sqrt(ab / a * point / 0.0002)
        draws = (a + ab / patients) / 0.01**2
        found = advise(Split(a, 0, ab), cost, 0.01)
        assert found.seconds == pytest.approx(draws * (point + 0.0002 * patients), rel=0.05)
        assert 1 / 1.5 < found.patients / patients < 1.5 or patients < SIZES[0]


def test_noise_that_all_draws_share_takes_patients_and_no_draws():
    assert advise(Split(1, 1000, 0), COST, 0.1).patients > 100_000
    assert advise(Split(1, 0, 0), COST, 0.1)[:2] == (100, SIZES[0])
    assert advise(Split(0, 0, 0), COST, 0.1)[:2] == (10, SIZES[0])


def test_what_no_million_patients_give_is_refused_with_what_is_allowed():
    split = Split(1, 400, 0)
    least = math.sqrt(400 / 1e6)
    assert advise(split, COST, least * 1.01).patients == SIZES[-1] == 1_000_000
    with pytest.raises(ValueError, match=r"takes more than 1000000 patients; allowed: above 0\.02"):
        advise(split, COST, least)


def test_draws_that_do_not_have_an_outcome_are_left_out_and_not_counted():
    """As the age at fracture where nobody had one."""
    row = analyses._over_draws(np.array([1.0, math.nan, 3.0, -2.0, math.nan]), Split(4, 0, 0), 100)
    assert (row["draws"], row["median"]) == (3, 1)
    assert row["mean"] == pytest.approx(2 / 3)
    assert row["above_0"] == pytest.approx(200 / 3)
    assert row["sd"] == pytest.approx(np.std([1, 3, -2], ddof=1))
    assert row["mean_error"] == pytest.approx(2 / math.sqrt(3))
    assert analyses._over_draws(np.array([math.nan]), Split(4, 0, 0), 100) == {"draws": 0}


def test_sizes_are_whole_groups():
    assert all(size % GROUP == 0 for size in SIZES)
    assert sorted(set(SIZES)) == [*SIZES]
    assert max(b / a for a, b in itertools.pairwise(SIZES)) <= 2


# --- sums over groups of patients -------------------------------------------------------------


def of(y, x, size=1, scale=1.0):
    """Outcomes of one line, from what each patient brings to it, in groups of a size."""
    sums = [np.add.reduceat(part, np.arange(0, len(part), size)) for part in (y, x)]
    return UnitSums(
        [Measure("an outcome", "%", 9, "mean", scale, -math.inf, math.inf)],
        np.stack(sums, axis=1)[:, :, None],
    )


def error_of(*parts):
    """The error of one, or of the difference of two."""
    first, *others = (part.estimates()[1] for part in parts)
    return estimates.errors(first - sum(others))[0]


def test_groups_of_one_patient_have_the_usual_error_of_a_mean():
    values = np.random.default_rng(7).normal(3, 2, 57)
    found = of(values, np.ones(57), scale=100)
    value, influences = found.estimates()
    assert value[0] == pytest.approx(100 * values.mean(), rel=1e-13)
    assert influences[:, 0] == pytest.approx(100 * (values - values.mean()))
    assert error_of(found) == pytest.approx(100 * stats.sem(values), rel=1e-12)


def test_groups_of_one_patient_have_the_usual_error_of_a_ratio():
    """Cochran: (s_y^2 + R^2 s_t^2 - 2 R s_yt) / (n t^2), with years that differ."""
    rng = np.random.default_rng(8)
    years = rng.uniform(0.5, 5, 80)
    number = rng.poisson(0.4 * years).astype(float)
    covariance, rate = np.cov(number, years), number.sum() / years.sum()
    variance = covariance[0, 0] + rate**2 * covariance[1, 1] - 2 * rate * covariance[0, 1]
    found = of(number, years)
    assert found.estimates()[0][0] == pytest.approx(rate, rel=1e-13)
    assert error_of(found) == pytest.approx(math.sqrt(variance / 80) / years.mean(), rel=1e-12)


def test_a_difference_of_two_arms_is_paired():
    rng = np.random.default_rng(9)
    shared = rng.normal(0, 5, 40)
    one, other = shared + rng.normal(1, 1, 40), shared + rng.normal(0, 1, 40)
    pair = of(one, np.ones(40)), of(other, np.ones(40))
    assert error_of(*pair) == pytest.approx(stats.sem(one - other), rel=1e-11)
    assert error_of(*pair) < 0.5 * math.hypot(*map(error_of, pair))
    assert error_of(pair[0], pair[0]) == 0


def test_groups_of_ten_have_about_the_error_of_patients():
    """A variance from G groups is known to 1/sqrt(2 G) of itself."""
    rng = np.random.default_rng(10)
    years = rng.uniform(0.5, 5, 4000)
    number = rng.poisson(0.4 * years).astype(float)
    alone, in_tens = of(number, years), of(number, years, GROUP)
    assert in_tens.estimates()[0] == pytest.approx(alone.estimates()[0], rel=1e-13)
    ratio = error_of(in_tens) / error_of(alone)
    assert abs(ratio - 1) < SURE / math.sqrt(2 * 400)
    assert ratio != 1


def test_where_nobody_was_measured_nothing_is_known_and_nothing_said():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        values, influences = of(np.zeros(6), np.zeros(6), 2).estimates()
        assert np.isnan(values).all()
        assert np.isnan(influences).all()
        assert np.isnan(estimates.errors(influences)).all()
        assert np.isnan(error_of(of(np.ones(6), np.ones(6), 2), of(np.zeros(6), np.zeros(6), 2)))
    known = of(np.array([4.0, 0, 8]), np.array([1.0, 0, 1]))
    assert known.estimates()[0] == 6


def test_one_group_has_no_error():
    assert math.isnan(error_of(of(np.arange(9.0), np.ones(9), GROUP)))


def test_blocks_that_follow_one_another_are_one():
    rng = np.random.default_rng(11)
    y, x = rng.normal(1, 1, 55), np.ones(55)
    parts = [of(y[:20], x[:20], GROUP), of(y[20:50], x[20:50], GROUP), of(y[50:], x[50:], GROUP)]
    whole = of(y, x, GROUP)
    assert (units_joined(parts).sums == whole.sums).all()
    assert units_joined(parts).measures == whole.measures


def test_outcomes_of_a_few_patients_are_those_counted_by_hand():
    """Four patients are one group; outcomes over time are kept, the others at their last day."""
    tables = run()
    found = unit_sums(at_last_day(outcomes_of(records(tables, "a")), OVER_TIME))
    table = summarise("hand", tables, ["a", "b"], "b")
    values = found.estimates()[0]
    for line, value in zip(found.measures, values, strict=True):
        row = table[(table["arm"] == "a") & (table["outcome"] == line.name)]
        row = row[(row["time"] - line.day / 365.25 * 12).abs() < 0.1]
        assert len(row) == 1, line
        assert value == pytest.approx(row["estimate"].iloc[0], rel=1e-12, abs=1e-12, nan_ok=True)
    assert found.sums.shape[0] == 1
    for name, days in (
        ("spine change", [365, LAST]), ("hip change", [365, LAST]), ("ctx change", [LAST]),
        ("spine above T -2.5", [LAST]), ("deaths", [LAST]),
    ):  # fmt: skip
        assert [line.day for line in found.measures if line.name == name] == days
