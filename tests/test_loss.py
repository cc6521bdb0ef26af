"""Loss to follow-up of a scenario: its law, what is known until then, and what it censors."""

import math

import numpy as np
import pytest

import sim
from sim.errors import RequestError
from sim.experiments.emulation import power
from sim.experiments.sweeps.addresses import of
from sim.outcomes import records_by_arm
from sim.scenario import ScenarioError, load
from sim.simulation import draws
from sim.vocabulary import DAYS_PER_YEAR, Event
from tests.generated import BASE

NOBODY_DIES = [
    "mortality.standardised_mortality_ratio=0",
    "fractures.sites.vertebral.case_fatality=0 %",
    "fractures.sites.hip.case_fatality=0 %",
]
MANY = 4000
LAST = 1826


def followed(*settings, patients=MANY):
    return records_by_arm(load(BASE, settings, patients=patients), range(patients), "batch")


@pytest.mark.share(3)
@pytest.mark.parametrize(
    ("loss", "per_year"),
    [
        ("0.1 per year", 0.1),
        ("{rate: 10 per 100 person-years}", 0.1),
        ("{probability: 20 %, by: 24 months}", -math.log(0.8) / 2),
    ],
)
def test_a_patient_is_lost_when_an_exponential_number_is_used_up(loss, per_year):
    """On the first whole day; the mean follow-up is (1 - exp(-rate x years)) / rate."""
    records = followed(*NOBODY_DIES, f"loss={loss}")["pamidronate"]
    number = draws.column(1, "loss to follow-up", 0, "exponential", 0, MANY)
    day = np.minimum(np.ceil(number / per_year * DAYS_PER_YEAR), LAST)
    assert np.array_equal(np.round(records.years * DAYS_PER_YEAR), day)
    years = LAST / DAYS_PER_YEAR
    mean = -math.expm1(-per_year * years) / per_year
    assert abs(records.years.mean() - mean) < 4 * records.years.std() / math.sqrt(MANY)
    lost = records.had(Event.LOST).mean()
    share = -math.expm1(-per_year * years)
    assert abs(lost - share) < 4 * math.sqrt(share * (1 - share) / MANY)


def test_what_happens_until_the_loss_is_what_happens_without_one():
    """A new stream moves no other: events and measured values are those of everybody followed."""
    everyone, lost = (followed(*more, patients=500) for more in ((), ("loss=0.2 per year",)))
    for arm, records in lost.items():
        last = np.round(records.years * DAYS_PER_YEAR)
        for (event, subject), rows in everyone[arm].events.items():
            if event != Event.END:
                kept = rows.day <= last[rows.patient]
                assert np.array_equal(rows.day[kept], records.events[event, subject].day)
        for quantity, values in everyone[arm].measured.items():
            known = np.array(records.visits[quantity]) <= last[:, None]
            wanted = np.where(known, values, np.nan)
            assert np.array_equal(wanted, records.measured[quantity], equal_nan=True)


def test_a_lost_patient_is_neither_dead_nor_followed_to_the_end():
    for records in followed("loss=0.2 per year", patients=500).values():
        ways = [records.had(event) for event in (Event.LOST, Event.DEATH, Event.END)]
        assert np.array_equal(sum(ways), np.ones(500))
        assert all(way.any() for way in ways)


def test_the_loss_can_differ_between_arms():
    loss = "loss={rate: 0 per year, arms: {combination: {probability: 30 %, by: 60 months}}}"
    combination, pamidronate = followed(*NOBODY_DIES, loss).values()
    assert pamidronate.years.min() == LAST / DAYS_PER_YEAR
    assert not pamidronate.subjects(Event.LOST)
    assert abs(combination.had(Event.LOST).mean() - 0.3) < 4 * math.sqrt(0.3 * 0.7 / MANY)


@pytest.mark.validation
def test_kaplan_meier_and_rates_do_not_feel_a_loss_that_crude_shares_feel():
    settings = [
        "cohort.patients=8000",
        "fractures.base_rate=10 per 100 person-years",
        "fractures.frailty_variance=0",
    ]
    tables = [
        sim.run(load(BASE, [*settings, *more]), engine="batch", keep="outcomes").effects
        for more in ([], ["loss=0.2 per year"])
    ]
    shares = []
    for table in tables:
        rows = table[(table.arm == "pamidronate") & (table.against_arm == "") & (table.time == 60)]
        rows = rows[(rows.effect == "share") & (rows.outcome == "any fracture")]
        shares.append(rows.set_index("estimand")["estimate"])
    everyone, lost = shares
    assert abs(lost["death censors"] - everyone["death censors"]) < 2.5
    assert lost["death competes"] < everyone["death competes"] - 8
    rate = [
        table[(table.effect == "rate ratio") & (table.outcome == "all fractures")].iloc[0]
        for table in tables
    ]
    assert rate[1].low < rate[0].estimate < rate[1].high


def test_a_lost_patient_is_told_in_words():
    study = load(BASE, ["loss=2 per year"], patients=10)
    last = sim.explain(study, patient=3).events.iloc[-1]
    assert last["combination"] == last["pamidronate"] == "lost to follow-up: nothing more is known"


def test_the_protocol_says_how_many_are_lost():
    study = load(BASE, ["loss={probability: 20 %, by: 60 months}"])
    assert "Loss to follow-up: 20 % in combination, 20 % in pamidronate by 60 months" in (
        study._repr_html_()
    )


@pytest.mark.parametrize(
    ("loss", "message"),
    [
        ("{rate: 0.1 per year, arms: {combinatoin: {rate: 0 per year}}}", "did you mean 'combinat"),
        ("{rate: 0.1 per year, by: 12 months}", "a probability needs its time"),
        ("{probability: 10 %}", "a probability needs its time"),
        ("{by: 12 months}", "needs exactly one of rate, probability"),
        ("10 %", "'%' is not a unit"),
    ],
)
def test_mistakes_of_a_loss(loss, message):
    with pytest.raises(ScenarioError, match="loss") as caught:
        load(BASE, [f"loss={loss}"])
    assert message in str(caught.value)


def test_a_block_of_a_sweep_depends_on_the_loss_of_its_own_arm_only():
    one, other = (
        load(BASE, [f"loss={{rate: 0.1 per year, arms: {{combination: {{rate: {r} per year}}}}}}"])
        for r in (0.2, 0.3)
    )
    assert of(one.document, "pamidronate") == of(other.document, "pamidronate")
    assert of(one.document, "combination") != of(other.document, "combination")


def test_power_takes_the_loss_of_the_scenario_or_its_own_not_both():
    own, asked = (
        power.prepare(BASE, "any fracture", (20,), 40, settings=settings, loss=loss)
        for settings, loss in ((["loss=0.2 per year"], None), ([], "0.2 per year"))
    )
    assert own.loses
    assert asked.loses
    with pytest.raises(RequestError, match="a loss to follow-up of its own"):
        power.prepare(BASE, trials=2, settings=["loss=0.2 per year"], loss="0.1 per year")
