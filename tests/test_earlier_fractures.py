"""Fractures before enrolment: the distributions that trials print, and a recent fracture."""

import math

import numpy as np
import pytest
from scipy import stats

from sim.experiments import runs
from sim.scenario import ScenarioError, load
from sim.simulation import draws, lowering
from sim.simulation.lowering.enrolment import log_mean_power
from sim.simulation.records import BREAKS, FRACTURE
from sim.simulation.simulate import simulate_arms
from tests.generated import BASE, settings_of

MANY = 6000
COUNTS = "cohort.vertebral_fractures"
SHARES = {0: 0.6, 1: 0.25, 2: 0.0, 3: 0.15}
SHARES_TEXT = "{shares: {0: 60 %, 1: 25 %, 2: 0 %, 3: 15 %}, at_least: }"
LAWS = [
    ("none", {0: 1.0}),
    (SHARES_TEXT, SHARES),
    ("{shares: {2: 100 %}, at_least: }", {2: 1.0}),
    ("{poisson: {mean: 1.7}, at_least: }", {k: stats.poisson(1.7).pmf(k) for k in range(60)}),
    ("{poisson: {mean: 1.7}}", {k + 1: stats.poisson(0.7).pmf(k) for k in range(60)}),
    (
        "{negative_binomial: {mean: 3.5, sd: 3.6}}",
        {k + 1: stats.nbinom(2.5**2 / 10.46, 2.5 / 12.96).pmf(k) for k in range(400)},
    ),
]
"""Distributions as typed over one that has `at_least: 1`, and the share of each number."""


def cohort(text):
    return load(BASE, [f"{COUNTS}={text}"]).scenario.cohort


@pytest.mark.parametrize(("text", "shares"), LAWS, ids=[text for text, _ in LAWS])
def test_numbers_have_their_shares(text, shares):
    counts = lowering.enrol(cohort(text), 1, range(MANY)).vertebral_fractures
    for number, share in shares.items():
        error = math.sqrt(max(share * (1 - share), 1e-12) / MANY)
        assert abs(np.mean(counts == number) - share) <= 4 * error + 1e-9, number
    assert set(counts.tolist()) <= {number for number, share in shares.items() if share > 0}


@pytest.mark.parametrize(("text", "shares"), LAWS, ids=[text for text, _ in LAWS])
def test_moments_follow_from_the_shares(text, shares):
    form = cohort(text).vertebral_fractures
    mean = sum(number * share for number, share in shares.items())
    variance = sum((number - mean) ** 2 * share for number, share in shares.items())
    assert form.mean == pytest.approx(mean, abs=1e-9)
    assert form.sd == pytest.approx(math.sqrt(variance), rel=1e-6, abs=1e-9)
    assert form.share_without == pytest.approx(shares.get(0, 0.0), abs=1e-12)
    for factor in (0.8, 1.15):
        power = sum(factor**number * share for number, share in shares.items())
        assert log_mean_power(form, factor) == pytest.approx(math.log(power), abs=1e-9)


def test_numbers_follow_their_score():
    """The number of a patient is the quantile of the distribution at the patient's score."""
    score = draws.column(1, "score vertebral_fractures", 0, "normal", 0, 500)
    poisson = lowering.enrol(cohort("{poisson: {mean: 1.7}}"), 1, range(500)).vertebral_fractures
    assert np.array_equal(poisson, 1 + stats.poisson(0.7).ppf(stats.norm.cdf(score)))
    of_shares = lowering.enrol(cohort(SHARES_TEXT), 1, range(500)).vertebral_fractures
    assert np.array_equal(of_shares, np.select([score <= 0.2533471, score <= 1.0364334], [0, 1], 3))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("some", "'some' is not known here; Allowed: none"),
        ("{shares: {0: 60 %, 1: 30 %}, at_least: }", "add up to 90 %, not 100 %"),
        ("{shares: {0: 60 %, many: 40 %}, at_least: }", "'many' does not start with a number"),
        ("{shares: {0: 60 %, 51: 40 %}, at_least: }", "'51' fractures; allowed"),
        ("{shares: {1: 100 %}}", "`at_least` does not stand beside `shares`"),
        ("{poisson: {mean: 0.5}}", "the mean is `at_least` or more"),
        ("{negative_binomial: {mean: 3, sd: 1}}", "of less spread, `poisson` or `shares`"),
        ("{negative_binomial: {mean: 3, sd: 4}, poisson: {mean: 3}}", "exactly one of"),
    ],
)
def test_mistakes_of_numbers(text, message):
    with pytest.raises(ScenarioError) as caught:
        load(BASE, [f"{COUNTS}={text}"])
    assert message in str(caught.value)


# --- a recent fracture ------------------------------------------------------------------------

RATE, FACTOR, UNTIL = 0.2 / 365.25, 2.9, 275
CONSTANT = {
    "fractures.base_rate": "0.2 per year",
    "fractures.frailty_variance": "0",
    "fractures.sites.vertebral.share": "100 %",
    "fractures.sites.hip.share": "0 %",
    "fractures.sites.other.share": "0 %",
    "fractures.sites.vertebral.gradient": "1",
    "fractures.sites.vertebral.case_fatality": "0 %",
    "mortality.standardised_mortality_ratio": "0",
    "cohort.recent_fracture": {"share": "100 %", "site": "vertebral", "ago": "90 days"},
}


def followed(changes):
    study = load(BASE, settings_of({**CONSTANT, **changes}))
    people = range(MANY)
    return simulate_arms(lowering.protocol(study.scenario), people, "batch")["pamidronate"]


def test_the_risk_after_a_recent_fracture_lasts_for_its_remaining_time():
    """Until day 365 - 90 the hazard is 2.9 times as high, then it is the base rate."""
    inputs, log = followed({})
    left = inputs.numbers(BREAKS, 0)[:, 0]
    early = FACTOR * RATE * UNTIL
    days = np.where(left <= early, left / (FACTOR * RATE), UNTIL + (left - early) / RATE)
    first = np.full(MANY, math.inf)
    rows = log.kind == FRACTURE
    np.minimum.at(first, log.patient[rows], log.day[rows])
    expected = np.ceil(days - 1e-7)
    assert np.array_equal(first, np.where(expected <= 1826, expected, math.inf))
    share = np.mean(first <= UNTIL)
    assert abs(share + math.expm1(-early)) < 4 * math.sqrt(share * (1 - share) / MANY)


def test_a_recent_vertebral_fracture_is_one_of_the_earlier_ones():
    recent = {"share": "30 %", "site": "vertebral", "ago": "90 days"}
    inputs, _ = followed({"cohort.recent_fracture": recent, COUNTS: SHARES_TEXT})
    had = inputs.patients["imminent_until"][:, 0] == UNTIL
    assert abs(had.mean() - 0.3) < 4 * math.sqrt(0.3 * 0.7 / MANY)
    assert (inputs.patients["vertebral_fractures"][had] > 0).all()
    assert not inputs.patients["imminent_until"][~had].any()


def test_without_imminent_risk_left_nothing_changes():
    """A share of 0 gives the log of a cohort without recent fractures."""
    none = {"share": "0 %", "site": "vertebral", "ago": "90 days"}
    logs = [followed({"cohort.recent_fracture": text})[1] for text in (none, "")]
    assert all(np.array_equal(a, b) for a, b in zip(*logs, strict=True))


@pytest.mark.parametrize(
    ("recent", "message"),
    [
        ("{share: 50 %, site: hip, ago: 90 days}", "a hip fracture has no `imminent` risk"),
        ("{share: 50 %, site: vertebral, ago: 365 days}", "the imminent risk lasts 365 days"),
        ("{share: 50 %, site: spine, ago: 9 days}", "cohort.recent_fracture.site: 'spine' is not"),
    ],
)
def test_mistakes_of_a_recent_fracture(recent, message):
    with pytest.raises(ScenarioError) as caught:
        load(BASE, [f"cohort.recent_fracture={recent}"])
    assert message in str(caught.value)


def test_no_more_patients_had_a_recent_fracture_than_any():
    recent = "cohort.recent_fracture={share: 50 %, site: vertebral, ago: 90 days}"
    with pytest.raises(ScenarioError, match="50 % had a recent vertebral fracture, and 40 % any"):
        load(BASE, [recent, f"{COUNTS}={SHARES_TEXT}"])


def test_the_protocol_tells_a_recent_fracture():
    recent = "cohort.recent_fracture={share: 50 %, site: vertebral, ago: 90 days}"
    html = load(BASE, [recent])._repr_html_()
    assert "50 % had a vertebral one 90 days before; their rate there is 2.9 times as" in html
    assert "high until day 275" in html


def test_a_run_without_earlier_fractures_has_all_its_outcomes():
    summary = runs.run(load(BASE, [f"{COUNTS}=none"], patients=40), engine="batch").summary
    assert (summary["outcome"] == "vertebral fractures").any()
