"""Six published trials: derived facts computed again, and what the scenarios took from them."""

import math
from pathlib import Path

import pytest

from sim import evidence
from sim.scenario import load
from sim.simulation import lowering

SCENARIOS = Path(__file__).parent.parent / "scenarios"


def _facts(key):
    return {fact["fact"]: float(fact["value"]) for fact in evidence.publication(key)["facts"]}


def _rate(percent, years):
    """Constant hazard per 100 person-years that leaves this percentage with a first event."""
    return -100 * math.log(1 - percent / 100) / years


def _other_rate(nonvertebral, hip, years):
    """Hazard of fractures that are neither vertebral nor of the hip: the two hazards add up."""
    return _rate(nonvertebral, years) - _rate(hip, years)


# publication -> fact -> what it is computed from
COMPUTED = {
    "black2007": {
        "vertebral_rate_placebo": lambda of: _rate(of["vertebral_fracture_placebo"], 3),
        "hip_rate_placebo": lambda of: _rate(of["hip_fracture_placebo"], 3),
        "other_rate_placebo": lambda of: _other_rate(
            of["nonvertebral_fracture_placebo"], of["hip_fracture_placebo"], 3
        ),
    },
    "reid2018": {
        "fracture_zoledronate": lambda of: 100 * of["fracture_women_zoledronate"] / 1000,
        "fracture_placebo": lambda of: 100 * of["fracture_women_placebo"] / 1000,
        "vertebral_fracture_zoledronate": lambda of: 100 * of["vertebral_women_zoledronate"] / 1000,
        "vertebral_fracture_placebo": lambda of: 100 * of["vertebral_women_placebo"] / 1000,
        "hip_fracture_zoledronate": lambda of: 100 * of["hip_women_zoledronate"] / 1000,
        "hip_fracture_placebo": lambda of: 100 * of["hip_women_placebo"] / 1000,
        "vertebral_rate_placebo": lambda of: _rate(of["vertebral_fracture_placebo"], 6),
        "hip_rate_placebo": lambda of: _rate(of["hip_fracture_placebo"], 6),
        "other_rate_placebo": lambda of: _other_rate(
            of["nonvertebral_women_placebo"] / 10, of["hip_fracture_placebo"], 6
        ),
    },
    "saag2017": {
        "spine_annual_increase_alendronate": lambda of: of["spine_alendronate_24_months"] / 2,
        "hip_annual_increase_alendronate": lambda of: of["hip_alendronate_24_months"] / 2,
        "spine_second_year": lambda of: (
            of["spine_romosozumab_24_months"] - of["spine_romosozumab_12_months"]
        ),
        "hip_second_year": lambda of: (
            of["hip_romosozumab_24_months"] - of["hip_romosozumab_12_months"]
        ),
        "vertebral_rate_alendronate": lambda of: _rate(of["vertebral_fracture_alendronate"], 2),
        "hip_rate_alendronate": lambda of: _rate(of["hip_fracture_alendronate"], 2.75),
        "other_rate_alendronate": lambda of: _other_rate(
            of["nonvertebral_fracture_alendronate"], of["hip_fracture_alendronate"], 2.75
        ),
    },
    "grey2017": {
        "spine_annual_difference": lambda of: of["spine_difference_5_years"] / 6,
        "hip_annual_difference": lambda of: of["hip_difference_5_years"] / 6,
    },
}
COMPUTED["black1996"] = {
    **COMPUTED["black2007"],
    "clinical_share_of_vertebral": lambda of: (
        100
        * _rate(of["clinical_vertebral_fracture_placebo"], 3)
        / _rate(of["vertebral_fracture_placebo"], 3)
    ),
}
COMPUTED["cummings2009"] = {
    **COMPUTED["black2007"],
    "vertebral_fracture_denosumab_12_months": lambda of: (
        100 * of["vertebral_women_denosumab_12_months"] / 3702
    ),
    "vertebral_fracture_placebo_12_months": lambda of: (
        100 * of["vertebral_women_placebo_12_months"] / 3691
    ),
    "vertebral_fracture_denosumab_24_months": lambda of: (
        100 * of["vertebral_women_denosumab_24_months"] / 3702
    ),
    "vertebral_fracture_placebo_24_months": lambda of: (
        100 * of["vertebral_women_placebo_24_months"] / 3691
    ),
    "hip_annual_increase_denosumab": lambda of: of["hip_denosumab_36_months"] / 3,
    "hip_annual_increase_placebo": lambda of: of["hip_placebo_36_months"] / 3,
    "spine_annual_difference": lambda of: of["spine_difference"] / 3,
}
COMPUTED["neer2001"] = {
    "vertebral_rate_placebo": lambda of: _rate(of["vertebral_fracture_placebo"], 1.75),
    "nonvertebral_rate_placebo": lambda of: _rate(of["nonvertebral_fracture_placebo"], 1.75),
    "spine_annual_increase_20": lambda of: of["spine_20"] / (of["treated"] / 12),
    "spine_annual_increase_40": lambda of: of["spine_40"] / (of["treated"] / 12),
    "spine_annual_increase_placebo": lambda of: of["spine_placebo"] / (of["treated"] / 12),
    "hip_annual_increase_20": lambda of: of["hip_20"] / (of["treated"] / 12),
    "hip_annual_increase_40": lambda of: of["hip_40"] / (of["treated"] / 12),
    "hip_annual_increase_placebo": lambda of: of["hip_placebo"] / (of["treated"] / 12),
}
DERIVED = [(key, fact) for key, facts in COMPUTED.items() for fact in facts]


def _half_a_digit(key, name):
    """Half a unit of the last digit that the file prints."""
    (text,) = (fact["value"] for fact in evidence.publication(key)["facts"] if fact["fact"] == name)
    return 0.5 * 10.0 ** -len(str(text).partition(".")[2])


@pytest.mark.parametrize(("key", "name"), DERIVED)
def test_a_derived_fact_is_what_it_says_it_is(key, name):
    facts = _facts(key)
    near = pytest.approx(facts[name], abs=max(0.005, _half_a_digit(key, name)) + 1e-9)
    assert COMPUTED[key][name](facts) == near


def test_every_derived_fact_of_the_trials_is_computed_again():
    keys = {*COMPUTED, "cummings2018"}
    held = {
        (key, fact["fact"])
        for key in keys
        for fact in evidence.publication(key)["facts"]
        if fact["status"] == "derived"
    }
    assert held == set(DERIVED)


# scenario -> the facts that are its rates at entry: vertebral, hip, other
RATES = {
    "black2007": ("vertebral_rate_placebo", "hip_rate_placebo", "other_rate_placebo"),
    "cummings2009": ("vertebral_rate_placebo", "hip_rate_placebo", "other_rate_placebo"),
    "saag2017": ("vertebral_rate_alendronate", "hip_rate_alendronate", "other_rate_alendronate"),
    "neer2001": ("vertebral_rate_placebo", None, "nonvertebral_rate_placebo"),
    "black1996": ("vertebral_rate_placebo", "hip_rate_placebo", "other_rate_placebo"),
    "reid2018": ("vertebral_rate_placebo", "hip_rate_placebo", "other_rate_placebo"),
}


@pytest.mark.parametrize("name", RATES)
def test_the_rates_at_entry_are_those_of_the_trial(name):
    fractures, facts = load(SCENARIOS / f"{name}.yaml").scenario.fractures, _facts(name)
    rates = [facts[fact] if fact else 0.0 for fact in RATES[name]]
    sites = (fractures.sites.vertebral, fractures.sites.hip, fractures.sites.other)
    assert lowering.base_rate(load(SCENARIOS / f"{name}.yaml").scenario) * 100 == pytest.approx(
        sum(rates), abs=0.006
    )
    for site, rate in zip(sites, rates, strict=True):
        assert site.share == pytest.approx(rate / sum(rates), abs=0.0011)


@pytest.mark.parametrize("name", ["black1996", "black2007"])
def test_the_share_of_clinical_fractures_is_that_of_one_trial(name):
    vertebral = load(SCENARIOS / f"{name}.yaml").scenario.fractures.sites.vertebral
    share = _facts("black1996")["clinical_share_of_vertebral"]
    assert vertebral.clinical == pytest.approx(share / 100)


# scenario, regimen -> annual gain of spine and hip, from the facts
GAINS = {
    ("black2007", "zoledronate"): lambda of: (of["spine_difference"] / 3, of["hip_difference"] / 3),
    ("black1996", "alendronate-5"): lambda of: (
        of["spine_difference"] / 3,
        of["hip_difference"] / 3,
    ),
    ("black1996", "alendronate-10"): lambda of: (
        of["spine_difference"] / 3,
        of["hip_difference"] / 3,
    ),
    ("cummings2009", "denosumab"): lambda of: (
        of["spine_annual_difference"],
        of["hip_annual_increase_denosumab"] - of["hip_annual_increase_placebo"],
    ),
    ("saag2017", "alendronate"): lambda of: (
        of["spine_annual_increase_alendronate"],
        of["hip_annual_increase_alendronate"] + 0.47,
    ),
    ("saag2017", "alendronate-after"): lambda of: (
        of["spine_second_year"],
        of["hip_second_year"] + 0.47,
    ),
    ("saag2017", "romosozumab"): lambda of: (
        of["spine_romosozumab_12_months"],
        of["hip_romosozumab_12_months"] + 0.47,
    ),
    ("neer2001", "teriparatide-20"): lambda of: (
        of["spine_annual_increase_20"] - of["spine_annual_increase_placebo"],
        of["hip_annual_increase_20"] - of["hip_annual_increase_placebo"],
    ),
    ("neer2001", "teriparatide-40"): lambda of: (
        of["spine_annual_increase_40"] - of["spine_annual_increase_placebo"],
        of["hip_annual_increase_40"] - of["hip_annual_increase_placebo"],
    ),
}


@pytest.mark.parametrize(("name", "regimen"), GAINS)
def test_the_gains_above_no_therapy_are_those_of_the_trial(name, regimen):
    effects = load(SCENARIOS / f"{name}.yaml").scenario.effects
    rows = effects[regimen], effects["none"]
    above = [rows[0].spine.mean - rows[1].spine.mean, rows[0].hip.mean - rows[1].hip.mean]
    assert above == pytest.approx(GAINS[name, regimen](_facts(name)), abs=0.006)


def test_the_gain_in_osteopenia_is_that_of_one_infusion_in_other_women():
    effects, facts = load(SCENARIOS / "reid2018.yaml").scenario.effects, _facts("grey2017")
    treated, untreated = effects["zoledronate"], effects["none"]
    assert treated.spine.mean - untreated.spine.mean == pytest.approx(
        facts["spine_annual_difference"]
    )
    assert treated.hip.mean - untreated.hip.mean == pytest.approx(facts["hip_annual_difference"])


def test_no_trial_has_a_direct_ratio_put_in():
    for name in RATES:
        for effect in load(SCENARIOS / f"{name}.yaml").scenario.effects.values():
            assert set(effect.fracture_ratio.model_dump().values()) == {1.0}


def test_after_the_stop_nothing_is_put_in():
    before, after = (
        load(SCENARIOS / f"{name}.yaml").scenario
        for name in ("cummings2009", "cummings2009-stopped")
    )
    assert after.effects == before.effects
    assert after.fractures == before.fractures
    (phase,) = after.therapies["denosumab"].schedule.phases
    assert phase.duration == pytest.approx(3 * 365.25)
