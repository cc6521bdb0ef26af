"""Value of information against closed forms; every tolerance is four Monte Carlo errors.

Draws come from seeds that stand here, so a run repeats to the last digit.
"""

import functools
import math

import numpy as np
import pytest
from scipy.special import ndtr

from sim.economics.information.acceptability import curves, expected_loss, probability_best
from sim.economics.information.design import designs
from sim.economics.information.diagnostics import warnings_of
from sim.economics.information.noise import bracket, naive_evpi, share_of_noise, without_noise
from sim.economics.information.partial import contrasts, evppi
from sim.economics.information.perfect import MOST_CHANCE, evpi
from sim.economics.information.population import people
from sim.economics.information.regression import regress
from sim.economics.information.sample import enbs, evsi, optimum

MANY, FEW = 10_000, 1_000
SKEWED = {"RR": 183.08858, "c": 92.82122, "p": 65.59148, "RR and p": 197.04464}
SKEWED_MEAN, SKEWED_EVPI = 13.880080, 221.17069
SQUARES = 12500**2 * (0.2**2 + 0.16 / 101) * (1 - 2 * math.exp(-0.455) + math.exp(-0.82)) + 250**2
SPREAD = math.sqrt(SQUARES - (12500 * 0.2 * (1 - math.exp(-0.455))) ** 2)
"""The SD of the skewed difference, from the moments of the beta and the lognormal distribution."""

ERRORS = 4.0
"""Standard errors that an estimate may lie from the truth: one in 16,000 lies farther."""


def two_arms(difference):
    return np.column_stack([np.zeros(len(difference)), difference])


@functools.cache
def normal(k, draws=MANY):
    """Two parameters, N(1, 1) and N(0, 2), and the net benefit k p1 - p2 of the new arm."""
    draw = np.random.default_rng(10)
    p1, p2 = draw.normal(1, 1, draws), draw.normal(0, 2, draws)
    return two_arms(k * p1 - p2), np.column_stack([p1, p2])


def skewed(draws, seed, patients=0, spread=0.0):
    """Three skewed parameters, an idle one, and net benefit with the noise of so many patients."""
    draw = np.random.default_rng(seed)
    p, ratio = draw.beta(20, 80, draws), np.exp(draw.normal(-0.5, 0.3, draws))
    shape = (900 / 250) ** 2
    c, idle = draw.gamma(shape, 900 / shape, draws), draw.normal(0, 1, draws)
    difference = 12500 * p * (1 - ratio) - c
    variance = spread**2 / patients if patients else 0.0
    covariance = np.zeros((draws, 2, 2))
    covariance[:, 1, 1] = variance
    halves = [
        two_arms(difference + math.sqrt(2 * variance) * draw.normal(0, 1, draws)) for _ in range(2)
    ]
    return halves, covariance, np.column_stack([ratio, c, p, idle])


NAMES = ["RR", "c", "p", "idle"]


def expected_gain(mean, spread):
    """The EVPI of two arms whose difference is normal."""
    return mean * ndtr(mean / spread) + spread * _density(mean / spread) - max(0.0, mean)


def _density(x):
    return math.exp(-x * x / 2) / math.sqrt(2 * math.pi)


def near(value, truth, errors=ERRORS):
    assert abs(value.value - truth) <= errors * value.se, (value, truth)


@pytest.mark.parametrize(
    ("k", "truth", "of_first", "best"),
    [
        (1, 0.4798107063, 0.0833154706, 0.6726395770),
        (2, 0.3992824567, 0.1666309412, 0.7602499389),
        (3, 0.4094634160, 0.2499464118, 0.7973097218),
    ],
)
def test_two_normal_parameters(k, truth, of_first, best):
    """With k the difference is N(k, k² + 4)."""
    benefit, parameters = normal(k)
    assert expected_gain(k, math.hypot(k, 2)) == pytest.approx(truth, abs=1e-9)
    assert expected_gain(k, k) == pytest.approx(of_first, abs=1e-9)
    known = evpi(benefit, np.zeros((MANY, 2, 2)), parameters)
    near(known.corrected, truth)
    assert known.value == naive_evpi(benefit) == pytest.approx(known.corrected.value, rel=1e-6)
    first, second = evppi(benefit, parameters, ["p1", "p2"], evpi=known.value)
    near(first, of_first)
    near(second, expected_gain(k, 2))
    assert expected_gain(1, 2) == pytest.approx(0.3955931148, abs=1e-9)  # of p2 with k = 1
    error = math.sqrt(best * (1 - best) / MANY)
    assert probability_best(benefit)[1] == pytest.approx(best, abs=ERRORS * error)


@pytest.mark.parametrize(
    ("mean", "spread", "truth"), [(1000, 3000, 762.7083428972), (0, 1000, 398.9422804014)]
)
def test_one_normal_difference(mean, spread, truth):
    assert expected_gain(mean, spread) == pytest.approx(truth, abs=1e-9)
    difference = np.random.default_rng(11).normal(mean, spread, MANY)
    error = np.maximum(difference, 0).std() / math.sqrt(MANY)
    assert naive_evpi(two_arms(difference)) == pytest.approx(truth, abs=ERRORS * error)


def test_three_arms_that_go_together():
    draw = np.random.default_rng(12)
    common, own = draw.normal(0, 1, (2, MANY))
    second = 500 + 2000 * common
    third = 300 + 3000 * (0.5 * common + math.sqrt(0.75) * own)
    benefit = np.column_stack([np.zeros(MANY), second, third])
    known = evpi(benefit, np.zeros((MANY, 3, 3)), np.column_stack([common, own]))
    near(known.corrected, 1298.06546789)
    assert known.corrected.value == pytest.approx(naive_evpi(benefit), rel=1e-6)
    assert probability_best(benefit).sum() == pytest.approx(1.0, abs=1e-12)


def test_trials_of_a_normal_parameter():
    """The mean of n observations with SD 4 has the preposterior SD 1 / sqrt(1 + 16 / n)."""
    benefit, parameters = normal(1)
    draw = np.random.default_rng(13)
    trials = {
        n: (parameters[:, 0] + draw.normal(0, 4 / math.sqrt(n), MANY))[:, None]
        for n in (256, 4, 16, 64)
    }
    truths = {4: 0.0019713232, 16: 0.0251272708, 64: 0.0592183260, 256: 0.0762008636}
    found = evsi(benefit, trials, evpi=naive_evpi(benefit))
    assert list(found) == [4, 16, 64, 256]
    for n, value in found.items():
        assert expected_gain(1, 1 / math.sqrt(1 + 16 / n)) == pytest.approx(truths[n], abs=1e-9)
        near(value, truths[n])
        assert value.se < 0.02
    values = [value.value for value in found.values()]
    assert values == sorted(values)


@pytest.mark.parametrize(("draws", "seed"), [(FEW, 14), (MANY, 15)])
def test_skewed_parameters_and_a_group(draws, seed):
    (benefit, _), covariance, parameters = skewed(draws, seed)
    mean, error = benefit[:, 1].mean(), benefit[:, 1].std() / math.sqrt(draws)
    assert mean == pytest.approx(SKEWED_MEAN, abs=ERRORS * error)
    known = evpi(benefit, covariance, parameters)
    near(known.corrected, SKEWED_EVPI)
    found = evppi(benefit, parameters, NAMES, {"RR and p": ["RR", "p"]}, known.naive)
    values = {value.name: value for value in found}
    assert list(values) == [*NAMES, "RR and p"]
    for name, truth in SKEWED.items():
        near(values[name], truth)
    assert values["idle"].value <= 2.5 * values["idle"].se
    assert values["idle"].draws_needed is None
    assert values["RR"].draws_needed >= draws
    assert known.warnings == ()


@pytest.mark.share(3)
@pytest.mark.parametrize("draws", [FEW, MANY])
@pytest.mark.parametrize("noise", [0, 500, 1000, 3000])
def test_noise_is_taken_out(noise, draws):
    """The naive EVPI rises to five times the truth; the corrected one holds, or is refused."""
    patients = 100
    (first, second), covariance, parameters = skewed(draws, draws + noise, patients, 10 * noise)
    benefit = (first + second) / 2
    known = evpi(benefit, covariance, parameters)
    share = noise**2 / (noise**2 + SPREAD**2)
    assert known.noise == pytest.approx(share, abs=ERRORS * share * math.sqrt(3 / draws))
    assert known.naive == naive_evpi(benefit)
    assert known.naive > (1.2 if noise else 0.8) * SKEWED_EVPI
    if known.value is None:
        assert (noise, draws) == (3000, FEW)
        assert known.chance > MOST_CHANCE
        return
    near(known.corrected, SKEWED_EVPI)
    assert known.refusal == ""
    assert known.missed < 0.05
    for guide in (None, parameters):
        low, high, low_error, high_error = bracket(first, second, guide)
        assert low - ERRORS * low_error <= SKEWED_EVPI <= high + ERRORS * high_error


def test_halves_of_unequal_size_bracket_the_same_whole():
    """Twenty patients and ten: the upper value is the naive EVPI of the thirty."""
    (first, second), _, parameters = skewed(FEW, 31, 100, 10_000)
    whole = (2 * first + second) / 3
    found = bracket(first, second, parameters, whole)
    assert found.high == pytest.approx(naive_evpi(whole), rel=1e-12)
    assert bracket(first, second, parameters).high != pytest.approx(found.high, rel=1e-3)
    assert found.low - ERRORS * found.low_se <= SKEWED_EVPI


def test_few_and_many_patients_per_draw_give_one_answer():
    found = []
    for patients, seed in ((200, 20), (2000, 21)):
        halves, covariance, parameters = skewed(MANY, seed, patients, 20_000)
        known = evpi(sum(halves) / 2, covariance, parameters)
        assert known.value is not None
        values = evppi(sum(halves) / 2, parameters, NAMES, evpi=known.value)
        found.append([known.corrected, *values])
    for few, many in zip(*found, strict=True):
        assert abs(few.value - many.value) <= ERRORS * math.hypot(few.se, many.se), few.name
    assert found[0][0].se > found[1][0].se


@pytest.mark.parametrize("others", [8, 26])
def test_many_parameters_that_do_not_matter_hardly_matter(others):
    """With 12 parameters all pairs enter, with 30 parameters curves alone."""
    (first, second), covariance, parameters = skewed(FEW, 50 + others, 100, 5_000)
    idle = np.random.default_rng(60).normal(0, 1, (FEW, others))
    known = evpi((first + second) / 2, covariance, np.hstack([parameters, idle]))
    near(known.corrected, SKEWED_EVPI)
    assert known.missed < 0.1


def test_a_parameter_of_three_arms():
    """The truth by a sum over 200,001 values of the parameter."""
    draw = np.random.default_rng(17)
    common, own = draw.normal(0, 1, (2, MANY))
    benefit = np.column_stack([
        np.zeros(MANY), 500 + 2000 * common + draw.normal(0, 1000, MANY),
        300 + 1500 * common + 2598 * own,
    ])  # fmt: skip
    z = np.linspace(-8, 8, 200_001)
    weights = np.exp(-z * z / 2) / np.exp(-z * z / 2).sum()
    best = np.maximum(0, np.maximum(500 + 2000 * z, 300 + 1500 * z))
    (value,) = evppi(benefit, common[:, None], ["common"])
    near(value, float(weights @ best) - 500)
    assert value.se < 40


def test_where_noise_dominates_a_sentence_stands_for_the_number():
    (first, second), covariance, parameters = skewed(FEW, 22, 10, 100_000)
    benefit = (first + second) / 2
    known = evpi(benefit, covariance, parameters, "CHF")
    assert known.value is None
    assert known.corrected is None
    assert known.noise > 0.99
    assert "of the variance of a difference in net benefit is chance (limit 10 %)" in known.refusal
    assert "CHF per patient" in known.refusal


def test_a_decision_that_is_settled_needs_no_refusal():
    (first, second), covariance, parameters = skewed(FEW, 23, 100, 30_000)
    benefit = (first + second) / 2 + np.array([50_000.0, 0.0])
    known = evpi(benefit, covariance, parameters)
    assert known.chance > MOST_CHANCE
    assert known.refusal == ""
    assert known.value == 0.0


def test_the_paired_noise_of_arms_is_that_of_their_difference():
    """Two arms with noise of variance 50 each and covariance 45 differ with variance 10."""
    benefit = two_arms(np.random.default_rng(24).normal(0, 10, MANY))
    paired = np.broadcast_to(np.array([[50.0, 45.0], [45.0, 50.0]]), (MANY, 2, 2))
    assert share_of_noise(benefit, paired) == pytest.approx(10 / benefit[:, 1].var(ddof=1))
    with pytest.raises(ValueError, match=r"need \(10000, 2, 2\)"):
        share_of_noise(benefit, paired[:, :, 0])


@pytest.mark.parametrize("seed", range(4))
def test_values_rise_with_the_parameters_that_are_known(seed):
    (benefit, _), _, parameters = skewed(300, 30 + seed, 100, 15_000)
    groups = {
        "two": ["RR", "idle"], "other two": ["c", "idle"], "three": ["RR", "c", "idle"],
        "all": NAMES,
    }  # fmt: skip
    cap = naive_evpi(benefit)
    values = {v.name: v.value for v in evppi(benefit, parameters, NAMES, groups, cap)}
    for less, more in (("RR", "two"), ("idle", "two"), ("c", "other two"), ("two", "three"),
                       ("other two", "three"), ("three", "all"), ("p", "all")):  # fmt: skip
        assert values[less] <= values[more]
    assert 0 <= min(values.values()) <= max(values.values()) <= cap


def test_a_value_never_exceeds_that_of_perfect_information():
    benefit, parameters = normal(1)
    values = evppi(benefit, parameters, ["p1", "p2"], {"both": ["p1", "p2"]}, evpi=0.2)
    assert [value.value for value in values[1:]] == [0.2, 0.2]
    trials = evsi(benefit, {1000: parameters}, evpi=0.2)
    assert trials[1000].value == 0.2


def test_a_parameter_with_one_value_is_worth_nothing():
    benefit, parameters = normal(1, FEW)
    constant = np.column_stack([parameters, np.full(FEW, 3.0)])
    values = evppi(benefit, constant, ["p1", "p2", "fixed"], {"p1 too": ["p1", "fixed"]})
    assert values[2].value == pytest.approx(0.0, abs=1e-12)
    assert values[3].value == pytest.approx(values[0].value)


@pytest.mark.parametrize("levels", [2, 5])
def test_a_parameter_of_few_values_is_as_good_as_its_means(levels):
    """Two readings, or five: the EVPPI is that of the conditional means, here 5 and -5 or so."""
    draw = np.random.default_rng(40)
    level = draw.integers(0, levels, MANY)
    means = 10.0 * np.cos(math.pi * np.arange(levels))
    benefit = two_arms(means[level] + draw.normal(0, 20, MANY))
    (value,) = evppi(benefit, level[:, None].astype(float), ["reading"])
    near(value, np.maximum(means, 0).mean() - max(0.0, means.mean()))


def test_parameters_that_go_together_count_once():
    """A copy, and a third share that is what two others leave, know nothing more."""
    benefit, parameters = normal(1, FEW)
    both = np.column_stack([parameters, parameters[:, 0], 1 - parameters.sum(axis=1)])
    names = ["p1", "p2", "copy", "rest"]
    groups = {"p1 twice": ["p1", "copy"], "three": ["p1", "p2", "rest"], "two": ["p1", "p2"]}
    values = {v.name: v for v in evppi(benefit, both, names, groups)}
    assert values["p1 twice"].value == pytest.approx(values["p1"].value, abs=values["p1"].se / 2)
    assert values["three"].value == pytest.approx(values["two"].value, rel=1e-6)


def test_functions_are_turned_in_one_way_alone():
    """Straight lines come one after another, so rounding does not choose the replicates."""
    draw = np.random.default_rng(61)
    own = draw.normal(0, 1, (400, 3))
    for made in designs(own):
        lines = made.values[:, :4]  # the constant, then a line for each parameter
        turned, triangle = np.linalg.qr(np.column_stack([np.ones(400), own]))
        np.testing.assert_allclose(lines, turned * np.sign(np.diag(triangle)), atol=1e-9)
    twice = designs(own[:, [0, 0, 1]])[0].values
    norms = np.sqrt((twice[:, :4] ** 2).sum(axis=0))
    np.testing.assert_allclose(norms, [1, 1, 0, 1], atol=1e-3)


def test_a_parameter_with_a_long_tail_and_one_of_whole_numbers():
    draw = np.random.default_rng(46)
    tail, count = draw.lognormal(0, 2, MANY), draw.poisson(12, MANY).astype(float)
    benefit = two_arms(np.log(tail) + (count - 12) / 2 + draw.normal(0, 1, MANY))
    first, second = evppi(benefit, np.column_stack([tail, count]), ["tail", "count"])
    near(first, expected_gain(0, 2))
    steps = np.arange(60)
    chance = np.exp(steps * math.log(12) - 12 - np.array([math.lgamma(k + 1) for k in steps]))
    near(second, float(chance @ np.maximum((steps - 12) / 2, 0)))


def test_order_and_names_of_arms_change_nothing():
    draw = np.random.default_rng(41)
    parameters = draw.normal(0, 1, (FEW, 2))
    benefit = np.column_stack([np.zeros(FEW), parameters.sum(axis=1), parameters[:, 0] ** 2 - 1])
    one = evppi(benefit, parameters, ["a", "b"])
    other = evppi(benefit[:, [2, 0, 1]] + 1000.0, parameters, ["a", "b"])
    for a, b in zip(one, other, strict=True):
        assert a.value == pytest.approx(b.value, rel=1e-9)


def test_rows_that_are_not_the_same_draws_are_refused():
    benefit, parameters = normal(1, FEW)
    with pytest.raises(ValueError, match="500 draws of outcomes and 1000 of parameters"):
        evppi(benefit[:500], parameters, ["p1", "p2"])
    with pytest.raises(ValueError, match="20 draws are too few"):
        evppi(benefit[:20], parameters[:20], ["p1", "p2"])
    holed = parameters.copy()
    holed[6, 1] = np.nan
    with pytest.raises(ValueError, match="draw 7: a parameter is not a finite number"):
        evppi(benefit, holed, ["p1", "p2"])
    with pytest.raises(ValueError, match="group 'g': p3"):
        evppi(benefit, parameters, ["p1", "p2"], {"g": ["p3"]})
    with pytest.raises(ValueError, match="'p1' names two"):
        evppi(benefit, parameters, ["p1", "p2"], {"p1": ["p2"]})


def test_a_jump_that_curves_cannot_follow_is_reported():
    draw = np.random.default_rng(42)
    parameters = draw.uniform(-1, 1, (MANY, 2))
    jump = 10.0 * (np.abs(np.round(40 * parameters[:, 0])) % 2)
    known = evpi(two_arms(jump - 5), np.zeros((MANY, 2, 2)), parameters)
    assert known.missed > 0.5
    wave = two_arms(np.sin(60 * parameters[:, 0]))
    assert any("functions" in w for w in evpi(wave, np.zeros((MANY, 2, 2)), parameters).warnings)


def test_a_regression_that_is_at_its_limit_says_so():
    draw = np.random.default_rng(47)
    parameters = draw.uniform(-1, 1, (MANY, 2))
    waves = two_arms(np.sin(15 * parameters[:, 0]) + np.sin(2 * parameters[:, 1]))
    bad, good = evppi(waves, parameters, ["wavy", "smooth"])
    assert good.warnings == ()
    assert "functions" in bad.warnings[0]
    far = two_arms(np.exp(40 * (parameters[:, 0] - 1)) * 100 - (parameters[:, 0] > 0.9))
    (cliff,) = evppi(far, np.round(5 * parameters[:, [0]]), ["cliff"])
    assert cliff.warnings == (), "straight lines between values follow any means"


def test_a_trend_in_the_residuals_is_seen():
    draw = np.random.default_rng(48)
    known, hidden = draw.uniform(-1, 1, (2, MANY))
    fit = regress(contrasts(two_arms(known + hidden)), known[:, None])
    assert warnings_of(fit, known[:, None]) == ()
    both = np.column_stack([known, hidden])
    assert warnings_of(fit, both, ["known", "hidden"]) == (
        "The regression leaves a trend over the values of hidden.",
    )


def test_acceptability_adds_to_1_and_shares_ties():
    draw = np.random.default_rng(43)
    costs = draw.integers(0, 4, (FEW, 3)).astype(float)
    effects = draw.integers(0, 3, (FEW, 3)).astype(float)
    found = curves(costs, effects, [0.0, 1.0, 2.5])
    np.testing.assert_allclose(found.best.sum(axis=1), 1.0, atol=1e-12)
    at_0 = costs == costs.min(axis=1, keepdims=True)
    np.testing.assert_allclose(found.best[0], (at_0 / at_0.sum(axis=1, keepdims=True)).mean(axis=0))


def test_the_frontier_is_that_of_the_highest_mean_and_not_of_the_highest_probability():
    """An arm that wins a little in 6 draws of 10 and loses much in the others is not chosen."""
    effects = np.zeros((10, 2))
    costs = two_arms(np.r_[np.full(6, -1.0), np.full(4, 10.0)])
    found = curves(costs, effects, [1000.0])
    assert found.best[0].tolist() == [0.4, 0.6]
    assert (found.chosen[0], found.frontier[0]) == (0, 0.4)
    assert found.evpi[0] == pytest.approx(0.6)
    assert found.evpi[0] == found.loss.min() == naive_evpi(-costs)


def test_the_smallest_expected_loss_is_the_evpi():
    benefit, _ = normal(2)
    assert expected_loss(benefit).min() == naive_evpi(benefit)
    best = int(benefit.mean(axis=0).argmax())
    assert int(expected_loss(benefit).argmin()) == best
    assert naive_evpi(benefit) == pytest.approx(
        benefit.max(axis=1).mean() - benefit.mean(axis=0).max(), rel=1e-12
    )


def test_planes_lose_the_noise_and_keep_the_means():
    (first, second), _, parameters = skewed(MANY, 44, 100, 10_000)
    noisy, (exact, _) = (first + second) / 2, skewed(MANY, 44)[0]
    smooth = without_noise(noisy, parameters)
    np.testing.assert_allclose(smooth.mean(axis=0), noisy.mean(axis=0), atol=1e-8)
    assert noisy[:, 1].std() > 1.5 * SPREAD
    assert np.std(smooth[:, 1] - exact[:, 1]) < 0.1 * SPREAD
    assert np.abs(smooth[:, 0]).max() < 1e-9


def test_contrasts_are_from_the_arm_with_the_highest_mean():
    benefit = np.array([[0.0, 5.0, 1.0], [0.0, 7.0, 9.0]])
    np.testing.assert_allclose(contrasts(benefit), [[-5.0, -4.0], [-7.0, 2.0]])


def test_people_are_discounted_and_wait_for_the_trial():
    exact = sum(40 / 1.025**t for t in range(5))
    assert people(40, 5, 0.025) == pytest.approx(exact, rel=1e-12)
    assert people(40, 5, 0.025, 2) == pytest.approx(exact - 40 - 40 / 1.025, rel=1e-12)
    assert people(40, 2.5, 0.0) == 100.0
    assert people(40, 2, 0.025, 3) == 0.0
    with pytest.raises(ValueError, match="-1 patients per year"):
        people(-1, 2, 0.025)


def test_the_best_size_is_where_the_gain_less_the_cost_is_highest():
    benefit, parameters = normal(1)
    draw = np.random.default_rng(45)
    trials = {
        n: (parameters[:, 0] + draw.normal(0, 4 / math.sqrt(n), MANY))[:, None]
        for n in (4, 16, 64, 256)
    }
    rows = enbs(evsi(benefit, trials), people=1000, fixed=5, per_patient=0.2)
    truths = [expected_gain(1, 1 / math.sqrt(1 + 16 / n)) for n in (4, 16, 64, 256)]
    for row, truth in zip(rows, truths, strict=True):
        exact = 1000 * truth - 5 - 0.2 * row.patients
        assert row.enbs == pytest.approx(exact, abs=ERRORS * row.enbs_se)
    best = optimum(rows)
    assert best.patients == 64
    assert best.lowest <= 64 <= best.highest
    assert optimum(enbs(evsi(benefit, trials), 1000, 500, 0.1)) is None


@pytest.mark.validation
@pytest.mark.parametrize("noise", [0, 1000])
def test_standard_errors_are_those_of_repeated_draws(noise):
    """Over 80 sets of draws: the SD of the estimates against the mean of their standard errors."""
    found = []
    for seed in range(80):
        (benefit, _), _, parameters = skewed(FEW, 100 + seed, 50 if noise else 0, noise * 50**0.5)
        found.append(evppi(benefit, parameters, NAMES))
    for values in list(zip(*found, strict=True))[:3]:
        spread = np.std([value.value for value in values], ddof=1)
        assert np.mean([value.se for value in values]) == pytest.approx(spread, rel=0.3)
        covered = np.mean([abs(v.value - SKEWED[v.name]) <= 2 * v.se for v in values])
        assert covered > 0.85
