"""Effects against exact limits, direct estimates written out here, and truths in closed form."""

import math

import numpy as np
import pytest
from scipy import optimize, stats

from sim.outcomes import effects, hazard_ratio, intervals, kaplan_meier, ratios, survival
from sim.outcomes.effects import TWO_PIECES, Effect
from sim.outcomes.ratios import NONE, Counted
from sim.outcomes.survival import FOLLOWED, FRACTURED, GONE, Firsts
from tests import effect_coverage
from tests.effect_coverage import END, Rates, curves_of, drawn

RATES = Rates(0.02, 0.02, 0.05, 0.06)
LITTLE = Rates(0.015, 0.002, 0.01, 0.02)


def paired_score(seen, ratio):
    """The score of a ratio with the likeliest shares found by a search, not by a formula."""
    first, second, both = seen
    events = first + second + both

    def unlikely(share):
        together = (events - (1 + ratio) * share) / ratio
        terms = [(both, together), (first, ratio * share + (ratio - 1) * together), (second, share)]
        return -sum(n * math.log(max(p, 1e-300)) for n, p in terms if n)

    least = max(0.0, (1 - ratio) * events)
    found = optimize.minimize_scalar(
        unlikely, bounds=(least, events / (1 + ratio)), method="bounded", options={"xatol": 1e-12}
    )
    together = (events - (1 + ratio) * found.x) / ratio
    discordant = found.x + ratio * found.x + (ratio - 1) * together
    return (first + both - ratio * (second + both)) / math.sqrt(ratio * discordant)


@pytest.mark.parametrize("seen", [(3, 7, 5), (12, 3, 30), (1, 1, 40), (6, 9, 0), (2, 0, 8)])
def test_a_risk_ratio_has_the_limits_where_the_score_is_that_of_95_percent(seen):
    low, high = ratios.of_risk_ratio(*seen)
    assert paired_score(seen, float(low)) == pytest.approx(1.959964, abs=1e-3)
    assert paired_score(seen, float(high)) == pytest.approx(-1.959964, abs=1e-3)


def test_exchanged_arms_invert_a_risk_ratio():
    low, high = ratios.of_risk_ratio(3, 7, 5)
    back_low, back_high = ratios.of_risk_ratio(7, 3, 5)
    assert (low, high) == pytest.approx((1 / back_high, 1 / back_low), rel=1e-8)


@pytest.mark.parametrize(("first", "second"), [(0, 8), (3, 7), (30, 40), (8, 0)])
def test_counts_of_single_events_have_the_exact_limits_of_their_odds(first, second):
    exact = stats.binomtest(first, first + second).proportion_ci(method="exact")
    low, high = ratios.of_count_ratio(Counted(first, first), Counted(second, second), NONE)
    assert low == pytest.approx(exact.low / (1 - exact.low), rel=0.01)
    assert high == pytest.approx(exact.high / (1 - exact.high) if second else math.inf, rel=0.01)


def test_events_in_both_arms_make_a_ratio_more_certain():
    few, many = (
        ratios.of_count_ratio(Counted(3, 3), Counted(5, 5), Counted(both, both)) for both in (0, 50)
    )
    assert few[0] < many[0] < 53 / 55 < many[1] < few[1]


def test_a_ratio_without_an_event_in_one_arm_has_one_side_and_without_any_none():
    for limits in (ratios.of_risk_ratio(0, 6, 0),
                   ratios.of_count_ratio(Counted(0, 0), Counted(6, 6), NONE)):  # fmt: skip
        assert limits[0] == 0
        assert 0 < limits[1] < 1
    assert ratios.of_risk_ratio(6, 0, 0)[1] == math.inf
    assert np.isnan(ratios.of_risk_ratio(0, 0, 0)).all()
    assert np.isnan(ratios.of_count_ratio(NONE, NONE, NONE)).all()


@pytest.mark.parametrize(
    ("reduction", "number"),
    [
        (Effect(5, 2, 10, 30), Effect(20, 10, 50, 30)),
        (Effect(-5, -10, -2, 30), Effect(-20, -50, -10, 30)),
        (Effect(2, -1, 5, 30), Effect(50, -100, 20, 30, TWO_PIECES)),
        (Effect(0, -4, 4, 0), Effect(math.inf, -25, 25, 0, TWO_PIECES)),
        (Effect(2, 0, 5, 30), Effect(50, -math.inf, 20, 30, TWO_PIECES)),
    ],
)
def test_the_number_needed_is_the_inverse_of_the_reduction_through_infinity(reduction, number):
    assert effects.number_needed(reduction, 100) == pytest.approx(number, nan_ok=True)


def ends(patients=400, rates=RATES, seed=4):
    """Days and ways in which times ended, arms x patients, and their curves."""
    people = drawn(rates, patients, np.random.default_rng(seed))
    curves = curves_of(people)
    had = np.isfinite(people.at)
    day = np.where(had, np.ceil(np.where(had, people.at, 0) * 365.25),
                   np.where(people.died, np.ceil(people.years * 365.25), END))  # fmt: skip
    return np.clip(day, 1, END), had, curves


def direct_free(day, had, until):
    """The product-limit estimate, patient by patient."""
    days = np.unique(day[had & (day <= until)])
    return math.prod(1 - np.sum(had & (day == d)) / np.sum(day >= d) for d in days)


@pytest.mark.parametrize("until", [365, 1096, END])
def test_a_curve_is_the_product_of_daily_risks(until):
    day, had, curves = ends()
    for arm in (0, 1):
        found = kaplan_meier.share(curves, arm, 0, until)
        assert found.value == pytest.approx(1 - direct_free(day[arm], had[arm], until), rel=1e-12)
        days = np.unique(day[arm][had[arm] & (day[arm] <= until)])
        died = [np.sum(had[arm] & (day[arm] == d)) for d in days]
        risk = [np.sum(day[arm] >= d) for d in days]
        greenwood = sum(d / (n * (n - d)) for d, n in zip(died, risk, strict=True))
        error = (1 - found.value) * math.sqrt(greenwood)
        assert found.mc_error == pytest.approx(error, rel=1e-9)


def test_without_deaths_a_curve_is_the_crude_share_with_its_limits():
    _, had, curves = ends(rates=Rates(0.02, 0.02, 0.05, 1e-12))
    found = kaplan_meier.share(curves, 1, 0, END)
    limits = intervals.of_share(had[1].sum(), 400)
    assert found.value == pytest.approx(had[1].mean(), rel=1e-12)
    assert (found.low, found.high) == pytest.approx(tuple(map(float, limits)), rel=1e-9)


def test_the_error_of_a_difference_of_curves_is_that_of_leaving_out_each_patient():
    day, had, curves = ends()
    left_out = []
    for patient in range(400):
        rest = np.arange(400) != patient
        first, second = (direct_free(day[arm][rest], had[arm][rest], END) for arm in (0, 1))
        left_out.append(second - first)
    jackknife = math.sqrt(399 / 400 * np.sum((left_out - np.mean(left_out)) ** 2))
    assert kaplan_meier.difference(curves, 0, 0, END).mc_error == pytest.approx(jackknife, rel=0.02)


def direct_cox(day, had):
    """Cox's hazard ratio of two arms by Newton, and the error by influences summed by patient."""
    patients = day.shape[1]
    time, event, first = day.ravel(), had.ravel(), np.repeat([1.0, 0.0], patients)
    log_ratio = 0.0
    for _ in range(30):
        weight, score, information = np.exp(log_ratio * first), 0.0, 0.0
        influence = np.zeros(2 * patients)
        for d in np.unique(time[event]):
            at_risk, now = time >= d, event & (time == d)
            whole = weight[at_risk].sum()
            mean = (weight * first)[at_risk].sum() / whole
            score += (first[now] - mean).sum()
            information += now.sum() * mean * (1 - mean)
            influence += now * (first - mean)
            influence -= at_risk * weight * (first - mean) * now.sum() / whole
        log_ratio += score / information
    by_patient = influence[:patients] + influence[patients:]
    return math.exp(log_ratio), math.sqrt(by_patient @ by_patient) / information


def test_a_hazard_ratio_is_that_of_cox_with_the_error_of_paired_patients():
    day, had, curves = ends()
    ratio, error = direct_cox(day, had)
    found = hazard_ratio.hazard_ratio(curves, 0, 0)
    assert found.value == pytest.approx(ratio, rel=1e-7)
    assert found.mc_error == pytest.approx(error, rel=0.01)
    assert found.low < ratio * math.exp(-1.9 * error) < ratio * math.exp(1.9 * error) < found.high


def of_ends(first, second, died=0):
    """Curves of 100 patients, with fractures on single days and deaths on the last."""
    how = np.full((2, 4, 100), FOLLOWED, np.int8)
    how[..., 100 - died :] = GONE if died else FOLLOWED
    day = np.full((2, 4, 100), END, np.int32)
    for arm, patients in enumerate((first, second)):
        how[arm, :, list(patients)] = FRACTURED
        day[arm, :, list(patients)] = np.array([10 + 3 * at for at in patients])[:, None]
    return survival.no_curves(2, [(0, 1)], END).plus(Firsts(day, how))


def test_a_hazard_ratio_needs_ten_patients_with_a_fracture_in_one_arm_only():
    few = hazard_ratio.hazard_ratio(of_ends(range(20), range(29)), 0, 0)
    enough = hazard_ratio.hazard_ratio(of_ends(range(20), range(30)), 0, 0)
    assert (few.carriers, enough.carriers) == (9, 10)
    assert math.isnan(few.value)
    assert 0 < enough.low < enough.value < enough.high <= 1


def test_a_hazard_ratio_without_a_fracture_in_one_arm_has_one_side():
    none = hazard_ratio.hazard_ratio(of_ends(range(0), range(12)), 0, 0)
    every = hazard_ratio.hazard_ratio(of_ends(range(12), range(0)), 0, 0)
    assert (none.value, none.low) == (0, 0)
    assert 0 < none.high < 1
    assert (every.value, every.high) == (math.inf, math.inf)
    assert every.low > 1


def test_a_difference_of_curves_without_a_discordant_patient_is_not_certain():
    found = kaplan_meier.difference(of_ends(range(20), range(20), died=30), 0, 0, END)
    low, high = intervals.of_paired_share(0, 0, 70)
    assert found.value == 0
    assert (found.low, found.high) == pytest.approx((float(low), float(high)), rel=1e-9)


def at_least(share, blocks):
    """The least share of covered blocks that is no surprise, once in a thousand, for 95 %."""
    return share >= stats.binom.ppf(0.001, blocks, 0.95) / blocks


@pytest.mark.parametrize(
    "rates", [LITTLE, pytest.param(RATES, marks=pytest.mark.validation)], ids=["few", "many"]
)
def test_ratios_cover_the_truth(rates):
    for covered in effect_coverage.coverage_of_ratios(rates, 100, 200, np.random.default_rng(1)):
        assert at_least(covered, 200)


@pytest.mark.share(3)
@pytest.mark.parametrize(("shared", "more"), [(0.01, 0.002), (0.05, 0.03), (0.03, 0.003)])
def test_life_years_cover_the_truth(shared, more):
    rng = np.random.default_rng(3)
    for covered in effect_coverage.coverage_of_life_years(shared, more, 100, 400, rng):
        assert at_least(covered, 400)


@pytest.mark.validation
def test_curves_and_hazard_ratios_cover_the_truth():
    *covered, estimated = effect_coverage.coverage_of_curves(
        RATES, 100, 200, np.random.default_rng(2)
    )
    assert estimated > 190
    assert all(at_least(share, 200) for share in covered[:2])
    assert at_least(covered[2], estimated)
