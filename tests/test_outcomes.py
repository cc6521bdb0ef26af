"""Estimates against the textbook, and outcomes of a few patients counted by hand."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import sim
from sim.experiments import runs
from sim.outcomes import estimates
from sim.outcomes.definitions import published
from sim.outcomes.definitions.named import Measure
from sim.outcomes.definitions.published import in_group as members
from sim.results import Tables
from sim.scenario import load
from tests.from_tables import found as statistic
from tests.from_tables import products, records, signed, sum_table, summarise, sums

BASE = "scenarios/laroche2011.yaml"
ANY = Measure("value", "", 365, "mean", 1.0, -math.inf, math.inf)
COUNT = ANY._replace(kind="count", least=0.0)
SHARE = COUNT._replace(kind="share", most=1.0)

# --- estimates --------------------------------------------------------------------------------


def ratio(numerator, denominator, scale=1, measure=ANY):
    """The estimate from what each patient brings to it."""
    measure = measure._replace(scale=scale)
    return estimates.ratio(measure, sums(measure, numerator, denominator))


def difference(one, other, measure=ANY):
    """The paired difference of two arms, each given as numerators and denominators."""
    of_arms = [sums(measure, *one), sums(measure, *other)]
    together, measures = {(0, 1): products(one, other)}, (measure, measure)
    return estimates.contrast(measures, (1.0, -1.0), of_arms, together, signed(one, other))


def t(freedom):
    """Standard errors on each side of a mean."""
    return stats.t.ppf(0.975, freedom)


def test_a_mean_has_the_standard_error_of_a_mean():
    values = np.random.default_rng(1).normal(3, 2, 57)
    found = ratio(values, np.ones(57))
    assert found.value == pytest.approx(values.mean(), rel=1e-13)
    assert found.mc_error == pytest.approx(stats.sem(values), rel=1e-12)
    assert found.low == pytest.approx(values.mean() - t(56) * stats.sem(values), rel=1e-12)
    assert found.high == pytest.approx(values.mean() + t(56) * stats.sem(values), rel=1e-12)


def test_a_count_has_an_interval_above_zero():
    values = np.array([0.0, 0.0, 0.0, 9.0])
    found = ratio(values, np.ones(4), measure=COUNT)
    assert 0 < found.low < 2.25
    assert ratio(values, np.ones(4)).low < 0


def test_a_change_in_percent_is_never_below_minus_100():
    values = np.array([-95.0, -60, -99, -5])
    assert ratio(values, np.ones(4)).low < -100
    assert ratio(values, np.ones(4), measure=ANY._replace(least=-100.0)).low == -100


def test_a_share_has_the_standard_error_of_a_share():
    events = np.array([1.0] * 13 + [0.0] * 27)
    found = ratio(events, np.ones(40), 100)
    p = 13 / 40
    assert found.value == pytest.approx(100 * p)
    assert found.mc_error == pytest.approx(100 * math.sqrt(p * (1 - p) / 39), rel=1e-12)


def test_a_share_has_the_limits_of_the_binomial():
    events = np.array([1.0] * 19 + [0.0])
    found, exact = ratio(events, np.ones(20), 100, SHARE), stats.binomtest(19, 20)
    within = exact.proportion_ci(method="exact")
    assert (found.low, found.high) == pytest.approx((100 * within.low, 100 * within.high))


def test_a_rate_has_the_standard_error_of_a_ratio_estimator():
    """Cochran: (s_y^2 + R^2 s_t^2 - 2 R s_yt) / (n t^2), with years that differ."""
    rng = np.random.default_rng(2)
    years = rng.uniform(0.5, 5, 80)
    number = rng.poisson(0.4 * years).astype(float)
    covariance = np.cov(number, years)
    rate = number.sum() / years.sum()
    variance = covariance[0, 0] + rate**2 * covariance[1, 1] - 2 * rate * covariance[0, 1]
    found = ratio(number, years, 100)
    assert found.value == pytest.approx(100 * rate, rel=1e-13)
    error = 100 * math.sqrt(variance / 80) / years.mean()
    assert found.mc_error == pytest.approx(error, rel=1e-12)


def test_a_rate_of_poisson_events_has_the_poisson_standard_error():
    """Square root of the events over the person-years, within the error of a variance."""
    rng, n = np.random.default_rng(3), 20_000
    years = rng.uniform(1, 5, n)
    number = rng.poisson(0.3 * years).astype(float)
    found = ratio(number, years)
    expected = math.sqrt(number.sum()) / years.sum()
    mean = 0.9
    assert abs(found.mc_error / expected - 1) < 4.5 * math.sqrt((2 + 1 / mean) / n) / 2
    assert abs(found.value - 0.3) < 4.5 * expected


def test_events_that_come_in_clusters_have_a_larger_error_than_poisson():
    number = np.array([10.0, 0, 0, 0, 0, 10, 0, 0, 0, 0] * 10)
    found = ratio(number, np.ones(100))
    assert found.mc_error == pytest.approx(stats.sem(number), rel=1e-12)
    assert found.mc_error > 2.5 * math.sqrt(number.sum()) / 100


def test_patients_without_the_measurement_do_not_count():
    values = np.array([3.0, 5.0, 0.0, 10.0, 0.0])
    known = np.array([1.0, 1.0, 0.0, 1.0, 0.0])
    found = ratio(values, known)
    assert found.value == 6
    spread = np.array([-3.0, -1, 4])
    assert found.mc_error == pytest.approx(math.sqrt(np.sum(spread**2) * 5 / 4) / 3, rel=1e-12)


@pytest.mark.parametrize("scale", [1, 100])
def test_no_events_leave_the_exact_upper_limit_of_two_events_a_patient(scale):
    """Who fractures once may fracture again: an exact limit of single events covers too seldom."""
    years = np.array([4.0, 5.0, 2.5])
    found = ratio(np.zeros(3), years, scale, COUNT)
    assert (found.value, found.mc_error, found.low) == (0, 0, 0)
    exact = stats.chi2.ppf(0.975, 2) / 2 / years.sum()
    assert found.high == pytest.approx(2 * scale * exact, rel=1e-12)


def test_where_everyone_has_the_event_some_may_still_not():
    found = ratio(np.ones(50), np.ones(50), 100, SHARE)
    assert (found.value, found.mc_error, found.high) == (100, 0, 100)
    assert found.low == pytest.approx(100 * 0.025 ** (1 / 50), rel=1e-12)


def test_doses_as_planned_may_still_be_missed():
    """36 planned: no dose missed by 50 patients, or all by one who died at once."""
    doses = COUNT._replace(most=36.0)
    found = ratio(np.full(50, 36.0), np.ones(50), measure=doses)
    assert (found.value, found.high) == (36, 36)
    assert found.low == pytest.approx(36 - 36 * -math.log(0.025) / 50, rel=1e-12)


def test_doses_that_were_not_missed_may_still_be_missed():
    """Nobody missed one of 20 patients, and somebody could: an upper limit, as of any event."""
    settings = ["therapies.pamidronate.given=99.99 %"]
    result = sim.run(load(BASE, settings, 20, 1), engine="batch", keep="outcomes")
    rows = result.summary[result.summary["outcome"] == "pamidronate doses missed"]
    alone = rows[rows["against_arm"] == ""]
    assert (rows["estimate"] == 0).all()
    assert (alone["carriers"] == 0).all()
    assert alone["high"].to_numpy() == pytest.approx(2 * -math.log(0.025) / 20)
    assert ((rows["low"] < rows["high"]) & (rows["low"] <= 0)).all()


def test_an_outcome_that_cannot_occur_is_exactly_0():
    never = SHARE._replace(most=0.0)
    assert ratio(np.zeros(9), np.ones(9), 100, never) == (0, 0, 0, 0, 0)
    nothing = (np.zeros(9), np.ones(9))
    assert difference(nothing, nothing, never) == (0, 0, 0, 0, 0)


def test_where_nobody_was_measured_nothing_is_known():
    found = ratio(np.zeros(3), np.zeros(3))
    assert np.isnan(found[:4]).all()


def test_one_patient_has_no_standard_error():
    found = ratio(np.array([2.0]), np.ones(1))
    assert found.value == 2
    assert math.isnan(found.mc_error)


def test_a_paired_difference_has_the_standard_error_of_the_differences():
    rng = np.random.default_rng(4)
    shared = rng.normal(0, 5, 40)
    one, other = shared + rng.normal(1, 1, 40), shared + rng.normal(0, 1, 40)
    found = difference((one, np.ones(40)), (other, np.ones(40)))
    apart = one - other
    assert found.value == pytest.approx(apart.mean(), rel=1e-12)
    assert found.mc_error == pytest.approx(apart.std(ddof=1) / math.sqrt(40), rel=1e-12)
    assert found.low == pytest.approx(apart.mean() - t(39) * stats.sem(apart), rel=1e-11)
    assert found.high == pytest.approx(apart.mean() + t(39) * stats.sem(apart), rel=1e-11)
    unpaired = math.hypot(stats.sem(one), stats.sem(other))
    assert found.mc_error < 0.5 * unpaired


def test_shares_without_a_discordant_patient_may_still_differ():
    """Events that the same patients have in both arms say as little as no events."""
    events = np.array([1.0] * 20 + [0.0] * 80)
    alike, none = (events, np.ones(100)), (np.zeros(100), np.ones(100))
    for arm in (alike, none):
        found = difference(arm, arm, SHARE)
        assert (found.value, found.mc_error) == (0, 0)
        assert (found.low, found.high) == pytest.approx((-0.037, 0.037), abs=5e-4)


def test_rates_without_a_discordant_patient_may_still_differ():
    number, years = np.array([3.0] * 20 + [0.0] * 80), np.full(100, 5.0)
    found = difference((number, years), (number, years), COUNT)
    limit = stats.chi2.ppf(0.975, 2) / 2 / 500
    assert (found.value, found.mc_error) == (0, 0)
    assert (found.low, found.high) == pytest.approx((-limit, limit), rel=1e-12)


def test_what_only_one_arm_can_have_is_bounded_by_that_arm():
    """Doses can be missed in one arm alone, so the difference has one sign."""
    some, none = (np.array([0.0, 2.0, 5.0]), np.ones(3)), (np.zeros(3), np.ones(3))
    can, cannot = COUNT._replace(most=36.0), COUNT._replace(most=0.0)
    first, second = ((some, none), (can, cannot), 1), ((none, some), (cannot, can), -1)
    for arms, measures, sign in (first, second):
        of_arms = [sums(measure, *arm) for arm, measure in zip(arms, measures, strict=True)]
        found = estimates.contrast(
            measures, (1.0, -1.0), of_arms, {(0, 1): products(*arms)}, signed(*arms)
        )
        ends = sorted(sign * end for end in (found.low, found.high))
        assert 0 <= ends[0] < 7 / 3 < ends[1] <= 36


def test_means_that_few_patients_change_may_be_changed_by_more():
    """A patient who died in one arm is not measured there; nobody else differs."""
    values = np.random.default_rng(8).normal(0, 10, 200)
    found = difference((values, np.ones(200)), (values, np.ones(200)))
    unseen = -math.log(0.025) / 200
    assert found.high == -found.low == pytest.approx(unseen * values.std(ddof=1), rel=1e-9)


def test_the_interval_covers_the_truth_as_often_as_it_says():
    rng, studies, covered = np.random.default_rng(5), 1500, 0
    for _ in range(studies):
        years = rng.uniform(1, 5, 150)
        found = ratio(rng.poisson(0.5 * years).astype(float), years, measure=COUNT)
        covered += found.low <= 0.5 <= found.high
    # 95 % but for the error of a variance from 150 patients, which costs below 1 %
    error = math.sqrt(0.95 * 0.05 / studies)
    assert 0.94 - 4.5 * error < covered / studies < 0.95 + 4.5 * error


# --- a hand-made run --------------------------------------------------------------------------

LAST = 731  # days; patient 3 dies on day 400
MONTHS = [0.0, 12.0, 24.0]


def run():
    """Four patients, numbered from 5; arms a (interferon and infusions) and b (nothing).

    Of arm a: 5 stops interferon on day 50, 6 halves it, 7 keeps it, 8 keeps it and dies.
    """
    events = [
        # arm, patient, day, event, what, value
        ("a", 5, 0, "course", "ifn", 1.0),
        ("a", 5, 0, "infusion", "pam", 60.0),
        ("a", 5, 0, "reaction", "fever", 0.0),
        ("a", 5, 30, "missed infusion", "pam", 0.0),
        ("a", 5, 50, "intolerance", "ifn", 0.0),
        ("a", 5, 60, "fracture", "vertebral", 1.0),
        ("a", 5, 70, "fracture", "vertebral", 2.0),
        ("a", 5, 70, "fracture", "hip", 1.0),
        ("a", 5, LAST, "end", "", 0.0),
        ("a", 6, 0, "course", "ifn", 1.0),
        ("a", 6, 0, "infusion", "pam", 60.0),
        ("a", 6, 30, "infusion", "pam", 60.0),
        ("a", 6, 99, "intolerance", "ifn", 0.5),
        ("a", 6, LAST, "end", "", 0.0),
        ("a", 7, 0, "course", "ifn", 1.0),
        ("a", 7, 0, "infusion", "pam", 60.0),
        ("a", 7, 0, "reaction", "fever", 1.0),
        ("a", 7, 200, "course", "ifn", 0.0),
        ("a", 7, LAST, "end", "", 0.0),
        ("a", 8, 0, "course", "ifn", 1.0),
        ("a", 8, 0, "missed infusion", "pam", 0.0),
        ("a", 8, 30, "missed infusion", "pam", 0.0),
        ("a", 8, 390, "fracture", "other", 1.0),
        ("a", 8, 400, "death", "background", math.nan),
        *(("b", patient, LAST, "end", "", 0.0) for patient in (5, 6, 7, 8)),
    ]
    spine: Any = {  # by arm and patient at days 0, 365 and 731
        "a": {5: (0.80, 0.84, 0.88), 6: (0.50, 0.55, 0.60), 7: (1.00, 1.00, 1.10), 8: (0.60, 0.66)},
        "b": {5: (0.80, 0.80, 0.79), 6: (0.50, 0.51, 0.51), 7: (1.00, 0.99, 0.98), 8: (0.6,) * 3},
    }  # fmt: skip
    rows = []
    for arm, patients in spine.items():
        for patient, values in patients.items():
            for day, value in zip((0, 365, LAST), values, strict=False):
                rows.append((arm, patient, day, "spine_g_cm2", value))
                rows.append((arm, patient, day, "spine_t", (value - 1.0) / 0.1))
                rows.append((arm, patient, day, "hip_g_cm2", 0.9))
                rows.append((arm, patient, day, "hip_t", -0.5))
                rows.append((arm, patient, day, "ctx_pg_ml", 400 - day / 2))
                rows.append((arm, patient, day, "balp_iu", 20.0))
                rows.append((arm, patient, day, "tryptase_ug_l", 50.0))
    patients = pd.DataFrame({
        "patient": [5, 6, 7, 8],
        "sex": ["female", "male", "male", "female"],
        "age_years": [50.0, 52.0, 54.0, 60.0],
        "weight_kg": [60.0, 70.0, 80.0, 70.0],
        "vertebral_fractures": [1, 2, 4, 9],
    })  # fmt: skip
    columns = ["arm", "patient", "day", "event", "what", "value"]
    measured = pd.DataFrame(rows, columns=["arm", "patient", "day", "quantity", "value"])
    return Tables(patients, pd.DataFrame(events, columns=columns), measured, pd.DataFrame())


@pytest.fixture(scope="module")
def tables():
    return run()


@pytest.fixture(scope="module")
def summary(tables):
    return summarise("hand", tables, ["a", "b"], "b")


def row(summary, arm, outcome, months=None):
    rows = summary[(summary["arm"] == arm) & (summary["outcome"] == outcome)]
    if months is not None:
        rows = rows[rows["time"] == months]
    assert len(rows) == 1, (arm, outcome, months)
    return rows.iloc[0]


def test_persons_are_in_the_order_of_their_numbers_whatever_the_rows(tables):
    shuffled = Tables(
        tables.patients.sample(frac=1, random_state=1),
        tables.events,
        tables.measurements.sample(frac=1, random_state=2),
        tables.latent,
    )
    for mixed in (tables, shuffled):
        people = records(mixed, "a")
        assert people.known["patient"].tolist() == [5, 6, 7, 8]
        assert people.years == pytest.approx(np.array([731, 731, 731, 400]) / 365.25)
        assert people.died.tolist() == [0, 0, 0, 1]
        assert people.counts("fracture").tolist() == [3, 0, 0, 1]
        assert people.counts("fracture", "vertebral").tolist() == [2, 0, 0, 0]
        assert people.counts("infusion", "pam").tolist() == [1, 2, 1, 0]
        assert people.entry("spine_g_cm2").tolist() == [0.8, 0.5, 1.0, 0.6]
        assert people.last("spine_g_cm2").tolist() == [0.88, 0.6, 1.1, 0.66]


def test_an_arm_that_was_not_simulated_is_refused(tables):
    with pytest.raises(KeyError):
        records(tables, "c")


def test_annual_increase_is_the_published_formula_over_each_patients_own_years(tables):
    found = records(tables, "a").annual_increase("spine")
    years = np.array([731, 731, 731, 365]) / 365.25
    assert found == pytest.approx(np.array([10, 20, 10, 10]) / years)


def test_the_last_known_value_counts_and_entry_is_no_follow_up():
    rows = [("a", 1, 0, 2.0), ("a", 2, 0, 2.0), ("a", 2, 100, 3.0),
            ("a", 3, 0, 2.0), ("a", 3, 100, 5.0), ("a", 3, 200, 4.0),
            ("a", 4, 0, 2.0), ("a", 4, 200, 7.0)]  # fmt: skip
    measured = pd.DataFrame(rows, columns=["arm", "patient", "day", "value"])
    measured["quantity"] = "hip_g_cm2"
    events = pd.DataFrame({"arm": "a", "patient": [1, 2, 3, 4], "day": 200, "event": "end",
                           "what": "", "value": 0.0})  # fmt: skip
    people = records(
        Tables(pd.DataFrame({"patient": [1, 2, 3, 4]}), events, measured, pd.DataFrame()), "a"
    )
    assert people.last("hip_g_cm2") == pytest.approx([math.nan, 3, 4, 7], nan_ok=True)
    assert people.percent_change("hip_g_cm2") == pytest.approx(
        [math.nan, 50, 100, 250], nan_ok=True
    )
    assert people.years_between("hip_g_cm2") * 365.25 == pytest.approx(
        [math.nan, 100, 200, 200], nan_ok=True
    )


def test_who_stopped_and_who_is_off_at_the_end(tables):
    people = records(tables, "a")
    assert people.stopped("ifn").tolist() == [True, False, False, False]
    assert people.off("ifn").tolist() == [1, 0, 1, 0]  # 6 is on half the dose, 7 ended by plan
    assert members(people, {"arm": "a"}).tolist() == [True] * 4
    assert members(people, {"arm": "a", "ifn": "kept"}).tolist() == [False, True, True, True]
    assert members(people, {"arm": "a", "ifn": "stopped"}).tolist() == [True, False, False, False]


def test_outcomes_are_those_counted_by_hand(summary):
    change = row(summary, "a", "spine change", 24.0)
    assert change["estimate"] == pytest.approx(np.mean([10, 20, 10]))
    spread = np.array([10, 20, 10, 40 / 3]) - 40 / 3
    assert change["mc_error"] == pytest.approx(math.sqrt(np.sum(spread**2) * 4 / 3) / 3)
    early = row(summary, "a", "spine change", 12.0)
    assert early["estimate"] == pytest.approx(np.mean([5, 10, 0, 10]))
    assert early["mc_error"] == pytest.approx(stats.sem([5, 10, 0, 10]))
    assert change["unit"] == "%"
    assert row(summary, "a", "ctx change", 24.0)["estimate"] == pytest.approx(-100 * 731 / 800)
    yearly = np.array([10, 20, 10, 10]) / (np.array([731, 731, 731, 365]) / 365.25)
    increase = row(summary, "a", "spine annual increase")
    assert increase["estimate"] == pytest.approx(yearly.mean())
    assert increase["mc_error"] == pytest.approx(stats.sem(yearly))
    above = row(summary, "a", "spine above T -2.5", 0.0)
    assert above["estimate"] == 50  # T -2, -5, 0, -4
    assert row(summary, "a", "spine above T -2.5", 24.0)["estimate"] == pytest.approx(200 / 3)
    assert row(summary, "a", "off ifn")["estimate"] == 50
    assert row(summary, "a", "pam doses received")["estimate"] == 1
    assert row(summary, "a", "pam doses missed")["estimate"] == 0.75
    assert row(summary, "a", "fever at least once")["estimate"] == 50
    assert row(summary, "a", "any fracture")["estimate"] == 50
    assert row(summary, "a", "deaths")["estimate"] == 25
    years = (3 * 731 + 400) / 365.25
    for name, number in (("vertebral", 2), ("hip", 1), ("other", 1), ("all", 4)):
        rate = row(summary, "a", f"{name} fractures")
        assert rate["estimate"] == pytest.approx(100 * number / years)
        assert rate["unit"] == "per 100 person-years"


def test_every_outcome_stands_at_its_time(summary):
    rows = summary[summary["arm"] == "a"]
    assert set(rows[rows["outcome"] == "spine change"]["time"]) == {12.0, 24.0}
    assert set(rows[rows["outcome"] == "spine above T -2.5"]["time"]) == set(MONTHS)
    assert row(summary, "a", "deaths")["time"] == 24.0
    assert not rows.duplicated(["outcome", "time"]).any()
    assert set(summary["scenario"]) == {"hand"}


def test_differences_are_paired_and_have_their_own_unit(summary):
    apart = row(summary, "a - b", "spine change", 12.0)
    pairs = np.array([5, 10, 0, 10]) - np.array([0, 2, -1, 0])
    assert apart["estimate"] == pytest.approx(pairs.mean())
    assert apart["mc_error"] == pytest.approx(stats.sem(pairs))
    assert apart["unit"] == "percentage points"
    rate = row(summary, "a - b", "all fractures")
    assert rate["estimate"] == pytest.approx(400 / ((3 * 731 + 400) / 365.25))
    assert rate["unit"] == "per 100 person-years"
    arms = set(summary["arm"])
    assert arms == {"a", "b", "a - b"}
    only_a = summary[summary["outcome"] == "off ifn"]
    assert set(only_a["arm"]) == {"a"}  # nobody of b took the course
    assert set(summary[summary["outcome"] == "any fracture"]["arm"]) == {"a", "b", "a - b"}


def test_visits_a_day_apart_keep_their_own_rows(tables):
    measurements = tables.measurements.copy()
    later = measurements[measurements["day"] == 365].assign(day=366)
    closer = tables._replace(measurements=pd.concat([measurements, later]))
    found = summarise("hand", closer, ["a"], "a")
    assert (found["outcome"] == "spine change").sum() == 3
    assert (found["outcome"] == "spine above T -2.5").sum() == 4


def test_arms_are_compared_even_where_everyone_of_one_died_early(tables):
    events = tables.events.copy()
    ends = (events["arm"] == "b") & (events["event"] == "end")
    events.loc[ends, ["day", "event", "what"]] = [600, "death", "background"]
    found = summarise("hand", tables._replace(events=events), ["a", "b"], "b")
    apart = found[(found["arm"] == "a - b") & (found["outcome"] == "deaths")]
    assert apart["estimate"].tolist() == [-75]


def test_no_fractures_in_an_arm_leave_an_upper_limit(summary):
    rate = row(summary, "b", "hip fractures")
    years = 4 * 731 / 365.25
    assert (rate["estimate"], rate["low"]) == (0, 0)
    assert rate["high"] == pytest.approx(2 * 100 * -math.log(0.025) / years)


GROUPS = {
    "all": {"arm": "a"},
    "kept": {"arm": "a", "ifn": "kept"},
    "stopped": {"arm": "a", "ifn": "stopped"},
}
YEARS = np.array([731, 731, 731, 400]) / 365.25


def moments(values):
    """Mean, standard deviation and standard error."""
    return np.mean(values), np.std(values, ddof=1), stats.sem(values)


# statistic, of, group -> value, spread between patients, Monte Carlo error
STATISTICS = [
    ("patients", None, "all", 4, math.nan, math.nan),
    ("patients", None, "kept", 3, math.nan, math.nan),
    ("follow_up", None, "all", *moments(12 * YEARS)),
    ("share_stopped", "ifn", "all", 25, math.nan, 100 * math.sqrt(0.25 * 0.75 / 3)),
    ("share_with_reaction", "fever", "all", 50, math.nan, 100 * math.sqrt(0.25 / 3)),
    ("share_with_reaction", "fever", "kept", 100 / 3, math.nan, 100 * math.sqrt(2 / 9 / 2)),
    ("entry", "age", "all", *moments([50, 52, 54, 60])),
    ("entry", "age", "kept", *moments([52, 54, 60])),
    ("entry", "weight", "all", *moments([60, 70, 80, 70])),
    ("entry", "vertebral_fractures", "all", *moments([1, 2, 4, 9])),
    ("entry", "spine_t", "all", *moments([-2, -5, 0, -4])),
    ("entry", "ctx", "all", 400, 0, 0),
    ("total_increase", "spine", "kept", *moments([20, 10, 10])),
    ("t_change", "spine", "kept", *moments([1, 1, 0.6])),
    ("annual_increase", "spine", "stopped", 10 / (731 / 365.25), math.nan, math.nan),
    ("percent_change", "ctx", "stopped", -100 * 731 / 800, math.nan, math.nan),
    ("t_final", "spine", "stopped", -1.2, math.nan, math.nan),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "of", "group", "value", "spread", "error"),
    STATISTICS,
    ids=[f"{name} {of} {group}" for name, of, group, *_ in STATISTICS],
)
def test_a_published_statistic_is_computed_on_its_group(
    tables, name, of, group, value, spread, error
):
    people = records(tables, "a")
    wanted = {"statistic": name} | ({"of": of} if of else {})
    found = statistic(people, members(people, GROUPS[group]), wanted)
    assert found == pytest.approx((value, spread, error), rel=1e-12, abs=1e-12, nan_ok=True)


def test_a_published_rate_and_a_number_of_fractures_of_a_group(tables):
    people = records(tables, "a")
    inside = members(people, GROUPS["kept"])
    rate = statistic(people, inside, {"statistic": "fracture_rate"})
    years = (2 * 731 + 400) / 365.25
    assert rate[0] == pytest.approx(100 / years)
    assert math.isnan(rate[1])
    residual = np.array([0, 0, 1]) - np.array([731, 731, 400]) / 365.25 / years
    assert rate[2] == pytest.approx(100 * math.sqrt(np.sum(residual**2) * 3 / 2) / years)
    wanted = {"statistic": "fractures", "of": "vertebral", "per_patients": 10}
    number = statistic(people, members(people, GROUPS["all"]), wanted)
    sd = np.std([2, 0, 0, 0], ddof=1)
    assert number == pytest.approx((5, sd * math.sqrt(10), 10 * sd / 2))


def test_an_unknown_statistic_is_refused(tables):
    people = records(tables, "a")
    with pytest.raises(KeyError, match="median"):
        statistic(people, members(people, GROUPS["all"]), {"statistic": "median"})


def test_reported_and_simulated_stand_side_by_side(tables):
    facts: list[Any] = [
        {"fact": "gain", "unit": "%/year", "value": 12.6, "spread": 5.6, "spread_is": "sd",
         "simulated": {"statistic": "annual_increase", "of": "spine", "group": "kept"}},
        {"fact": "interval", "unit": "%", "value": 20, "spread": [5, 50], "spread_is": "ci95",
         "simulated": {"statistic": "share_stopped", "of": "ifn", "group": "all"}},
        {"fact": "silent", "unit": "%", "value": 1},
    ]  # fmt: skip
    whole = sum_table(tables, ["a"], "a", facts=facts[:2], groups=GROUPS)
    of_facts = {
        label.name: (label.measure, whole.sums(i))
        for i, label in enumerate(whole.labels)
        if label.subgroup is None
    }
    rows = published.against_reported(of_facts, "paper", facts[:2])
    table = pd.DataFrame(rows, columns=list(published.COLUMNS))
    assert table["fact"].tolist() == ["gain", "interval"]
    gain = table.iloc[0]
    yearly = np.array([20, 10, 10]) / (np.array([731, 731, 365]) / 365.25)
    assert gain["simulated"] == pytest.approx(yearly.mean())
    assert gain["simulated_spread"] == pytest.approx(yearly.std(ddof=1))
    assert gain["mc_error"] == pytest.approx(stats.sem(yearly))
    assert (gain["reported"], gain["reported_spread"], gain["source"]) == (12.6, 5.6, "paper")
    interval = table.iloc[1]
    assert math.isnan(interval["reported_spread"])
    assert interval["simulated"] == 25


def test_a_group_without_patients_has_no_value(tables):
    events = tables.events[tables.events["event"] != "intolerance"]
    people = records(tables._replace(events=events), "a")
    inside = members(people, GROUPS["stopped"])
    assert not inside.any()
    for name, of in (("annual_increase", "spine"), ("fracture_rate", None), ("entry", "age")):
        found = statistic(people, inside, {"statistic": name, "of": of})
        assert np.isnan(found).all()
    assert statistic(people, inside, {"statistic": "patients"})[0] == 0


def test_every_value_has_its_own_time_and_entry_is_no_outcome():
    for weeks, months in ((156, {24.0}), (52, {11.96})):  # yearly visits: day 730, none after entry
        summary = runs.run(load(BASE, [f"horizon={weeks} weeks"], patients=5)).summary
        assert not ((summary["time"] == 0) & (weeks == 52)).any()
        increase = summary[summary["outcome"] == "spine annual increase"]
        assert {*increase["time"]} == months
        has_change = summary["outcome"].isin(["spine change", "spine above T -2.5"]).any()
        assert has_change == (weeks == 156)
