"""Time to intolerance: its distributions, frailty, the ladder, and the shares that stop."""

import copy
import functools
import itertools
import math
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad

from sim.scenario import from_document, load
from sim.simulation.batch_engine import simulate
from sim.simulation.biology.tolerance import (
    gompertz_hazard,
    loglogistic_hazard,
    lognormal_hazard,
    steps_hazard,
    weibull_hazard,
)
from sim.simulation.lowering import protocol
from sim.simulation.lowering.courses import hazard_for_survival, survival_under
from sim.simulation.model.tolerance import course_hazard
from sim.simulation.records import INTOLERANCE, MEASURE, PLAN
from sim.simulation.simulate import inputs_of
from sim.vocabulary import BONES

SCENARIO = Path(__file__).parents[1] / "scenarios" / "laroche2011.yaml"
YEAR = 365.25
MONTH = YEAR / 12
INTERFERON = 0  # its slot in the scenarios below


# --- accumulated hazards ----------------------------------------------------------------------

DAYS = np.array([1e-6, 0.5, 1, 30, 91.3125, 365.25, 1826, 36525])
FAMILIES = {
    "weibull": (weibull_hazard, (1.7, 400.0), stats.weibull_min(1.7, scale=400)),
    "weibull, falling": (weibull_hazard, (0.4, 9000.0), stats.weibull_min(0.4, scale=9000)),
    "exponential": (weibull_hazard, (1.0, 1200.0), stats.expon(scale=1200)),
    "gompertz": (gompertz_hazard, (2e-4, 1e-3), stats.gompertz(2e-4 / 1e-3, scale=1 / 1e-3)),
    "gompertz, flat": (gompertz_hazard, (2e-4, 0.0), stats.expon(scale=1 / 2e-4)),
    "gompertz, almost flat": (gompertz_hazard, (2e-4, 1e-15), stats.expon(scale=1 / 2e-4)),
    "lognormal": (lognormal_hazard, (700.0, 1.3), stats.lognorm(1.3, scale=700)),
    "loglogistic": (loglogistic_hazard, (500.0, 1.8), stats.fisk(1.8, scale=500)),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_accumulated_hazard_is_minus_the_log_of_survival(family):
    hazard, parameters, wanted = FAMILIES[family]
    found = [hazard(*parameters, day) for day in DAYS]
    expected = np.minimum(-wanted.logsf(DAYS), 700)
    assert found == pytest.approx(expected, rel=1e-10, abs=1e-15)
    assert hazard(*parameters, 0.0) == 0


@pytest.mark.parametrize("family", FAMILIES)
def test_accumulated_hazard_never_falls_and_never_overflows(family):
    hazard, parameters, _ = FAMILIES[family]
    found = [hazard(*parameters, float(day)) for day in np.geomspace(1e-9, 1e15, 200)]
    assert np.diff(found).min() >= 0
    assert math.isfinite(found[-1])
    assert found[-1] > 30


def test_hazard_in_steps_is_the_integral_of_a_step_function():
    ends, accumulated = [30.0, 91.3125, 400.0, 400.0], [0.1, 0.1, 0.7, 0.7]
    rates = [0.1 / 30, 0.0, 0.6 / (400 - 91.3125)]
    edges = [0.0, *ends[:3]]
    for day in [0.0, 1.0, 29.999, 30.0, 60.0, 91.0, 91.3125, 92.0, 399.0, 400.0, 401.0, 1e6]:
        within = [max(0.0, min(day, b) - a) for a, b in zip(edges, ends, strict=False)]
        expected = sum(rate * length for rate, length in zip(rates, within, strict=False))
        assert steps_hazard(ends, accumulated, day) == pytest.approx(expected, abs=1e-15)


# --- frailty ----------------------------------------------------------------------------------


def survival_with_frailty(hazard, sd):
    """Mean of exp(-frailty x hazard) over a log-normal frailty of mean 1, by quadrature."""
    if sd == 0:
        return math.exp(-hazard)
    sigma = math.sqrt(math.log(1 + sd**2))
    frailty = stats.lognorm(sigma, scale=math.exp(-(sigma**2) / 2))
    assert frailty.mean() == pytest.approx(1)
    assert frailty.std() == pytest.approx(sd)

    def at(z):
        return math.exp(-hazard * math.exp(sigma * z - sigma**2 / 2) - z * z / 2)

    knee = (sigma**2 / 2 - math.log(hazard)) / sigma if hazard > 0 else 0.0
    points = sorted({-9.0, min(max(knee, -9.0), 9.0), 9.0})
    pieces = [quad(at, a, b, epsabs=1e-14)[0] for a, b in itertools.pairwise(points)]
    return sum(pieces) / math.sqrt(2 * math.pi)


@pytest.mark.parametrize("sd", [0.0, 0.1, 0.5, 1.0, 2.0])
@pytest.mark.parametrize("hazard", [0.0, 0.01, 0.223, 1.0, 3.0])
def test_the_survival_of_a_population_is_the_mean_over_its_frailty(hazard, sd):
    assert survival_under(hazard, sd) == pytest.approx(survival_with_frailty(hazard, sd), abs=1e-6)


@pytest.mark.parametrize("sd", [0.0, 0.1, 0.5, 1.0, 2.0])
@pytest.mark.parametrize("probability", [0.0, 0.001, 0.2, 0.5, 0.9, 0.99])
def test_the_hazard_behind_a_probability_gives_that_probability_to_the_population(probability, sd):
    hazard = hazard_for_survival(1 - probability, sd)
    assert 1 - survival_with_frailty(hazard, sd) == pytest.approx(probability, abs=1e-6)


# --- patients ---------------------------------------------------------------------------------


@functools.cache
def base():
    return load(SCENARIO).document


def quick(horizon, intolerance, **interferon):
    """Inputs of an arm on interferon alone that measures and reviews as little as it can.

    Interferon does nothing but +10 % a year on the spine, so that bone tells the dose.
    """
    document = copy.deepcopy(base())
    nothing = {"spine": {"mean": "0 %/year", "sd": "0 %/year"},
               "hip": {"mean": "0 %/year", "sd": "0 %/year"},
               "ctx": "0 %", "balp": "0 %", "tryptase": "0 %"}  # fmt: skip
    course = {**document["therapies"]["interferon"], "on_intolerance": ["stop"], **interferon}
    course.pop("intolerance")
    if intolerance is not None:
        course["intolerance"] = intolerance
    document |= {
        "horizon": horizon,
        "therapies": {"interferon": course},
        "arms": {"interferon": ["interferon"]},
        "effects": {
            "none": nothing,
            "interferon": {**nothing, "spine": {"mean": "10 %/year", "sd": "0 %/year"}},
        },
        "visits": {"dxa": [horizon], "markers": ["every 100 years"]},
        "accrual": "linear",
    }
    document["beyond_evidence"]["after"] = "100 years"
    document["fractures"] |= {"base_rate": "0 per year", "review_every": "36500 days"}
    document["mortality"]["standardised_mortality_ratio"] = "0"
    document["measurement"] = dict.fromkeys(document["measurement"], "0 %")
    return from_document(document, ()).scenario


def follow(scenario, patients, seed=1):
    """Inputs and log of the only arm."""
    scenario = scenario.model_copy(update={"seed": seed})
    (inputs,) = inputs_of(protocol(scenario), range(patients)).values()
    return inputs, simulate(inputs)


def event_days(log, patients, which=1):
    """Day of each patient's first (second, ...) intolerance, infinite where there is none."""
    rows = log.kind == INTOLERANCE + INTERFERON
    days = np.full(patients, np.inf)
    seen = np.zeros(patients, dtype=int)
    for who, day in zip(log.patient[rows], log.day[rows], strict=True):
        seen[who] += 1
        if seen[who] == which:
            days[who] = day
    return days


def assert_share(found, expected, of):
    """A share of `of` patients lies within 4.5 binomial standard errors of its expectation."""
    error = math.sqrt(expected * (1 - expected) / of)
    assert abs(found - expected) <= 4.5 * error, f"{found} for {expected} (SE {error:.2g})"


def test_a_fifth_of_the_patients_stops_within_three_months_at_a_constant_hazard():
    n = 20_000
    steps = [{"probability": "20 %", "until": "3 months"}]
    _, log = follow(quick("4 months", steps), n)
    days = event_days(log, n)
    for day in (1, 10, 30, 60, 91):
        assert_share(np.mean(days <= day), 1 - 0.8 ** (day / 91.3125), n)
    assert_share(np.mean(days <= 92), 0.2, n)  # the step ends during day 92
    assert not ((days > 92) & np.isfinite(days)).any()
    assert days.min() >= 1


def test_later_steps_speak_of_those_still_on_the_course():
    n = 3000
    steps = [
        {"probability": "30 %", "until": "2 months"},
        {"rate": "0 per year", "until": "4 months"},
        {"rate": "1.2 per year", "until": "6 months"},
        {"probability": "40 %", "until": "9 months"},
    ]
    _, log = follow(quick("12 months", steps), n)
    days = event_days(log, n)
    assert_share(np.mean(days <= 61), 0.3, n)
    assert not ((days > 61) & (days <= 121)).any()
    halfway = 0.7 * math.exp(-1.2 * (152 - 4 * MONTH) / YEAR)
    assert_share(np.mean(days <= 152), 1 - halfway, n)
    at_six = 0.7 * math.exp(-0.2)
    assert_share(np.mean(days <= 183), 1 - at_six * 0.6 ** ((183 - 6 * MONTH) / (3 * MONTH)), n)
    assert_share(np.mean(days <= 274), 1 - at_six * 0.6, n)
    assert not ((days > 274) & np.isfinite(days)).any()


def at_probability(family, shape):
    """scipy's distribution of a family with 30 % by month 6."""
    at, survival = 6 * MONTH, 0.7
    hazard = -math.log(survival)
    if family == "weibull":
        return stats.weibull_min(shape, scale=at / hazard ** (1 / shape))
    if family == "gompertz":
        growth = shape / YEAR
        return stats.gompertz(hazard / (math.exp(growth * at) - 1), scale=1 / growth)
    if family == "lognormal_time":
        return stats.lognorm(shape, scale=at / math.exp(shape * stats.norm.ppf(1 - survival)))
    if family == "loglogistic":
        return stats.fisk(shape, scale=at / (1 / survival - 1) ** (1 / shape))
    return stats.expon(scale=at / hazard)


BY = {"probability": "30 %", "by": "6 months"}
TIMES = {
    "exponential": ({"rate": "0.8 per year"}, stats.expon(scale=YEAR / 0.8)),
    "exponential by": (BY, at_probability("exponential", None)),
    "weibull": ({"shape": "1.6", "scale": "300 days"}, stats.weibull_min(1.6, scale=300)),
    "weibull by": ({"shape": "0.6", **BY}, at_probability("weibull", 0.6)),
    "gompertz": (
        {"rate": "0.3 per year", "growth": "2 per year"},
        stats.gompertz(0.3 / 2, scale=YEAR / 2),
    ),
    "gompertz by": ({"growth": "3 per year", **BY}, at_probability("gompertz", 3)),
    "lognormal_time": ({"median": "8 months", "sigma": "0.9"}, stats.lognorm(0.9, scale=8 * MONTH)),
    "lognormal_time by": ({"sigma": "1.2", **BY}, at_probability("lognormal_time", 1.2)),
    "loglogistic": ({"median": "200 days", "shape": "2.5"}, stats.fisk(2.5, scale=200)),
    "loglogistic by": ({"shape": "1.4", **BY}, at_probability("loglogistic", 1.4)),
}


@pytest.mark.parametrize("name", TIMES)
def test_stopping_times_follow_the_named_distribution(name):
    n = 1200
    parameters, wanted = TIMES[name]
    if name.endswith(" by"):
        assert wanted.cdf(6 * MONTH) == pytest.approx(0.3)
    _, log = follow(quick("12 months", {name.split()[0]: parameters}), n)
    days = event_days(log, n)
    for day in (5, 30, 91, 183, 270, 365):
        assert_share(np.mean(days <= day), wanted.cdf(day), n)
    assert np.isfinite(days).any()


@pytest.mark.parametrize("name", TIMES)
def test_the_hazard_that_reaches_the_engine_is_that_of_the_named_distribution(name):
    parameters, wanted = TIMES[name]
    scenario = quick("12 months", {name.split()[0]: parameters})
    (inputs,) = inputs_of(protocol(scenario), range(1)).values()
    for day in (1, 10, 91, 182.625, 365, 3000):
        hazard = course_hazard(INTERFERON, day, inputs.params.view(np.recarray))
        assert hazard == pytest.approx(min(-wanted.logsf(day), 700), rel=1e-9)


@pytest.mark.parametrize("intolerance", [
    {"exponential": {"rate": "0 per year"}},
    {"gompertz": {"rate": "0 per year", "growth": "1 per year"}},
    [{"rate": "0 per year", "until": "6 months"}],
    [{"probability": "0 %", "until": "6 months"}],
    None,
])  # fmt: skip
def test_nobody_stops_at_a_hazard_of_zero(intolerance):
    _, log = follow(quick("12 months", intolerance), 200)
    assert not (log.kind == INTOLERANCE + INTERFERON).any()


@pytest.mark.parametrize("intolerance", [
    [{"probability": "20 %", "until": "3 months"}],
    {"exponential": {"probability": "20 %", "by": "3 months"}},
    {"weibull": {"shape": "1.5", "probability": "20 %", "by": "3 months"}},
    {"lognormal_time": {"sigma": "1", "probability": "20 %", "by": "3 months"}},
])  # fmt: skip
def test_frailty_keeps_the_probability_that_the_population_shows(intolerance):
    n = 2000
    _, log = follow(quick("92 days", intolerance, frailty_sd="1.5"), n)
    days = event_days(log, n)
    assert_share(np.mean(days <= 91), 0.2, n)


def test_frailty_lets_the_frail_stop_early_and_spares_the_robust():
    n = 4000
    steps = [{"probability": "50 %", "until": "3 months"}]
    inputs, log = follow(quick("92 days", steps, frailty_sd="1"), n)
    days = event_days(log, n)
    frailty = inputs.patients["frailty"][:, INTERFERON]
    assert stats.kstest(
        frailty, stats.lognorm(math.sqrt(math.log(2)), scale=math.sqrt(1 / 2)).cdf
    ).pvalue > 2 * stats.norm.sf(4.5)
    # the hazard of frailty 1, from the population's survival by another root finder
    low, high = 0.0, 50.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if survival_with_frailty(middle, 1) > 0.5 else (low, middle)
    for day in (15, 45, 91):
        share = 1 - survival_with_frailty(low * day / 91.3125, 1)
        assert_share(np.mean(days <= day), share, n)
    for group in (frailty < 0.5, (frailty > 0.5) & (frailty < 1.5), frailty > 1.5):
        expected = 1 - np.exp(-frailty[group] * low * 91 / 91.3125)
        error = math.sqrt(np.sum(expected * (1 - expected)))
        assert abs(np.sum(days[group] <= 91) - expected.sum()) < 4.5 * error


def test_steps_with_frailty_keep_each_probability_of_the_population():
    """30 % by month 2, none by month 4, then 40 % of those still on the course by month 9."""
    n = 3000
    steps = [
        {"probability": "30 %", "until": "2 months"},
        {"rate": "0 per year", "until": "4 months"},
        {"probability": "40 %", "until": "9 months"},
    ]
    _, log = follow(quick("12 months", steps, frailty_sd="1"), n)
    days = event_days(log, n)
    for day, expected in ((61, 0.3), (121, 0.3), (274, 1 - 0.7 * 0.6), (365, 1 - 0.7 * 0.6)):
        assert_share(np.mean(days <= day), expected, n)


def test_a_rate_is_that_of_a_patient_of_frailty_one():
    n = 2500
    exponential = {"exponential": {"rate": "2 per year"}}
    _, log = follow(quick("6 months", exponential, frailty_sd="1"), n)
    share = 1 - survival_with_frailty(2 * 182 / YEAR, 1)
    assert_share(np.mean(event_days(log, n) <= 182), share, n)


@pytest.mark.parametrize(
    ("dose", "exponent", "factor"),
    [
        ("1.5 MU", "3", 1),
        ("3 MU", "1", 2),
        ("3 MU", "2", 4),
        ("0.75 MU", "1", 1 / 2),
        ("3 MU", "0", 1),
    ],
)
def test_the_hazard_rises_with_a_power_of_the_dose(dose, exponent, factor):
    n = 1200
    exponential = {"exponential": {"rate": "1 per year"}}
    scenario = quick("6 months", exponential, course=dose, hazard_by_dose=exponent)
    _, log = follow(scenario, n)
    days = event_days(log, n)
    for day in (40, 182):
        assert_share(np.mean(days <= day), 1 - math.exp(-factor * day / YEAR), n)


@pytest.mark.parametrize(("exponent", "slowing"), [("1", 1 / 2), ("2", 1 / 4), ("0", 1)])
def test_the_ladder_halves_the_dose_and_then_stops(exponent, slowing):
    n, end = 2000, 365
    first = {"exponential": {"rate": "3 per year"}}
    scenario = quick("12 months", first, hazard_by_dose=exponent, on_intolerance=["halve", "stop"])
    inputs, log = follow(scenario, n)
    halved, stopped = event_days(log, n), event_days(log, n, which=2)
    assert not np.isfinite(event_days(log, n, which=3)).any()
    # A second event counts from the day of the first, so both waits are whole days.
    before, after = math.exp(-3 / YEAR), math.exp(-3 * slowing / YEAR)
    on_day = [before ** (day - 1) * (1 - before) for day in range(1, end + 1)]
    for day in (60, 180, 365):
        assert_share(np.mean(halved <= day), 1 - before**day, n)
        share = sum(p * (1 - after ** (day - d)) for d, p in enumerate(on_day, 1) if d < day)
        assert_share(np.mean(stopped <= day), share, n)
    steps = log.value[log.kind == INTOLERANCE + INTERFERON]
    assert set(steps) == {0.5, 0.0}
    # Bone tells the dose: full until the first event, half until the second, none after.
    last = (log.kind == MEASURE) & (log.day == end)
    dose_days = np.minimum(halved, end) + (np.minimum(stopped, end) - np.minimum(halved, end)) / 2
    expected = inputs.patients["bmd"][:, 0] * (1 + 0.1 * dose_days / YEAR)
    assert log.value[last] == pytest.approx(expected, rel=1e-12)


def test_where_the_ladder_ends_with_a_half_the_half_goes_on():
    n = 300
    scenario = quick(
        "12 months", {"exponential": {"rate": "20 per year"}}, on_intolerance=["halve"]
    )
    inputs, log = follow(scenario, n)
    halved = event_days(log, n)
    assert np.isfinite(halved).all()
    assert np.isinf(event_days(log, n, which=2)).all()
    last = (log.kind == MEASURE) & (log.day == 365)
    expected = inputs.patients["bmd"][:, 0] * (1 + 0.1 * (halved + (365 - halved) / 2) / YEAR)
    assert log.value[last] == pytest.approx(expected, rel=1e-12)


def test_three_halvings_leave_an_eighth():
    ladder = ["halve", "halve", "halve", "stop"]
    scenario = quick("12 months", {"exponential": {"rate": "30 per year"}}, on_intolerance=ladder)
    _, log = follow(scenario, 100)
    steps = [list(log.value[(log.patient == i) & (log.kind == INTOLERANCE)]) for i in range(100)]
    assert [0.5, 0.25, 0.125, 0.0] in steps
    assert all(found == [0.5, 0.25, 0.125, 0.0][: len(found)] for found in steps)


def test_the_time_to_intolerance_counts_from_the_start_of_the_course():
    n = 1000
    steps = [{"probability": "40 %", "until": "2 months"}]
    inputs, log = follow(quick("12 months", steps, start="5 months"), n)
    days = event_days(log, n)
    begins = log.kind == PLAN + INTERFERON
    assert set(log.day[begins]) == {152}
    assert set(log.value[begins]) == {1.0}
    assert days.min() > 152
    assert_share(np.mean(days <= 152 + 30), 1 - 0.6 ** (30 / (2 * MONTH)), n)
    assert_share(np.mean(days <= 152 + 61), 0.4, n)
    last = (log.kind == MEASURE) & (log.day == 365)
    on = np.minimum(days, 365) - 152
    expected = inputs.patients["bmd"][:, 0] * (1 + 0.1 * on / YEAR)
    assert log.value[last] == pytest.approx(expected, rel=1e-12)


def test_a_course_that_ended_by_plan_is_tolerated():
    n = 500
    exponential = {"exponential": {"rate": "2 per year"}}
    inputs, log = follow(quick("12 months", exponential, **{"for": "100 days"}), n)
    days = event_days(log, n)
    assert days[np.isfinite(days)].max() < 100
    ends = (log.kind == PLAN + INTERFERON) & (log.day == 100)
    assert ends.sum() == np.isinf(days).sum()
    assert set(log.value[ends]) == {0.0}
    last = (log.kind == MEASURE) & (log.day == 365)
    expected = inputs.patients["bmd"][:, 0] * (1 + 0.1 * np.minimum(days, 100) / YEAR)
    assert log.value[last] == pytest.approx(expected, rel=1e-12)


def test_bone_of_the_hip_is_untouched_by_a_therapy_without_effect_on_it():
    inputs, log = follow(quick("12 months", None), 20)
    for bone, gained in enumerate((0.1 * 365 / YEAR, 0.0)):
        last = log.value[(log.kind == MEASURE + bone) & (log.day == 365)]
        expected = inputs.patients["bmd"][:, bone] * (1 + gained)
        assert last == pytest.approx(expected, rel=1e-12)
    assert len(BONES) == 2
