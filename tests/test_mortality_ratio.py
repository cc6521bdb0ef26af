"""A direct effect of regimens on mortality: days of death against accumulated hazards, by hand."""

import math

import numpy as np
import pytest

from sim import evidence
from sim.scenario import load
from sim.simulation import lowering
from sim.simulation.biology.mortality import death_day, death_under_ratio
from sim.simulation.records import DEATH, DIES
from sim.simulation.simulate import simulate_arms
from sim.vocabulary import DAYS_PER_YEAR, SEXES
from tests.generated import BASE, settings_of

MANY = 1500
OLD = {
    "cohort.age": {"normal": {"mean": "82 years", "sd": "6 years"}},
    "horizon": "84 months",
    "fractures.base_rate": "0 per year",
    "therapies.interferon.intolerance": "",
    "therapies.interferon.on_intolerance": "",
    "arms": {"combination": ["interferon"], "pamidronate": ["pamidronate"]},
    "beyond_evidence.after": "84 months",
}
LAST = 2557


def simulated(arm, more):
    study = load(BASE, settings_of({**OLD, **more}))
    return simulate_arms(lowering.protocol(study.scenario), range(MANY), "batch", [arm])[arm]


def days_of(log):
    day = np.full(MANY, math.inf)
    dead = log.kind == DEATH
    day[log.patient[dead]] = log.day[dead]
    return day


def table_of(inputs):
    """Hazard per day in the day before each whole day, patients x days, by the shipped table."""
    q = {sex: np.array(evidence.life_table("france2019")[sex]) for sex in SEXES}
    yearly = np.array([-np.log1p(-q[sex]) for sex in SEXES])
    reached = np.cumsum(
        np.concatenate([np.zeros((2, 1)), yearly, yearly[:, -1:].repeat(60, 1)], 1), 1
    )
    days = np.arange(LAST + 1) / DAYS_PER_YEAR
    total = np.array(
        [
            np.interp(person["age"] + days, np.arange(reached.shape[1]), reached[person["sex"]])
            for person in inputs.patients
        ]
    )
    return np.diff(total, axis=1)


def first_day(inputs, ratio):
    """First whole day by which the hazard of the table times a ratio by day is used up."""
    reached = np.cumsum(table_of(inputs) * ratio, axis=1)
    left = inputs.numbers(DIES, 0)
    return np.where(reached[:, -1:] >= left, 1 + np.sum(reached < left, 1, keepdims=True), math.inf)


def test_a_course_multiplies_mortality_while_it_lasts():
    more = {"effects.interferon.mortality_ratio": "0.4", "therapies.interferon.for": "731 days"}
    inputs, log = simulated("combination", more)
    ratio = np.where(np.arange(LAST) < 731, 0.4, 1.0)
    expected = first_day(inputs, ratio)[:, 0]
    assert np.mean(days_of(log) == expected) > 0.999
    assert np.array_equal(np.isinf(days_of(log)), np.isinf(expected))
    without = first_day(inputs, np.ones(LAST))[:, 0]
    assert np.mean(without != expected) > 0.05


def test_infusions_multiply_mortality_as_their_action_rises_and_falls():
    more = {
        "effects.pamidronate.mortality_ratio": "0.5",
        "fractures.review_every": "1 day",
        "therapies.pamidronate.schedule": [{"every": "12 months"}],
    }
    inputs, log = simulated("pamidronate", more)
    planned = inputs.params["plan_days"][0]
    planned = planned[planned <= LAST]
    day = np.arange(LAST) + 0.5
    since = day - planned[:, None]
    decay = inputs.params["decay"][0]
    exposure = np.where(since > 0, np.exp(-decay * np.maximum(since, 0)), 0).sum(axis=0)
    action = exposure * inputs.patients["dose_action"][:, [0]]
    expected = first_day(inputs, 0.5**action)[:, 0]
    found = days_of(log)
    assert np.array_equal(np.isinf(found), np.isinf(expected))
    alike = np.isfinite(found)
    assert np.abs(found[alike] - expected[alike]).max() <= 1
    assert np.mean(found[alike] == expected[alike]) > 0.98


@pytest.mark.parametrize("arm", ["combination", "pamidronate"])
def test_a_ratio_near_1_gives_the_deaths_of_no_ratio(arm):
    """The days of death that are planned at reviews, and those of fatal fractures among them."""
    often = {
        "fractures.base_rate": "60 per 100 person-years",
        "fractures.sites.vertebral.case_fatality": "20 %",
        "arms": {"combination": ["interferon", "pamidronate"], "pamidronate": ["pamidronate"]},
    }
    nearly = {"effects.pamidronate.mortality_ratio": "1.000000001"}
    _, without = simulated(arm, often)
    _, near = simulated(arm, {**often, **nearly})
    one, other = (
        [column[log.kind == DEATH] for column in (log.patient, log.day, log.value)]
        for log in (without, near)
    )
    assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))
    assert {0.0, 1.0} <= set(one[2])


def test_a_ratio_in_steps_equals_the_whole():
    """The hazard left after some years is what the rest of the way needs."""
    hazards = [0.01 * (1 + year / 10) for year in range(128)]
    for left, age in ((0.3, 60.25), (1.2, 71.9), (0.05, 99.5)):
        exact, _ = death_under_ratio(left, age, 0, 40_000, hazards, 0.7, 0.0)
        assert math.ceil(exact) == death_day(left, age, hazards, 0.7, 40_000)
        middle = int(exact / 2)
        none, rest = death_under_ratio(left, age, 0, middle, hazards, 0.7, 0.0)
        assert math.isinf(none)
        again, end = death_under_ratio(rest, age, middle, 40_000, hazards, 0.7, 0.0)
        assert again == pytest.approx(exact, rel=1e-12)
        assert end == 0.0


def test_a_ratio_that_changes_is_an_integral():
    """Within a year of age: hazard x ratio x (exp(b s) - 1) / b."""
    slope, days = -0.002, 200.0
    reached = 0.1 / DAYS_PER_YEAR * 0.8 * math.expm1(slope * days) / slope
    day, _ = death_under_ratio(reached, 50.0, 0, 300, [0.1], 0.8, slope)
    assert day == pytest.approx(days, rel=1e-9)
    endless, left = death_under_ratio(1.0, 50.0, 0, 100_000, [0.1], 0.8, slope)
    assert math.isinf(endless)
    assert left == pytest.approx(1.0 - 0.1 / DAYS_PER_YEAR * 0.8 / -slope, rel=1e-9)


def test_the_protocol_tells_the_ratio():
    html = load(BASE, ["effects.pamidronate.mortality_ratio=0.72"])._repr_html_()
    assert "Direct effect on deaths from other causes: times 0.72 under pamidronate" in html
