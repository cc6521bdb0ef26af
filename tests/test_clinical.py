"""Vertebral fractures that come to clinical attention: their number, law, pairing and names."""

import math
import shutil
from pathlib import Path

import numpy as np
import pytest

from sim import outcomes
from sim.experiments import runs
from sim.experiments.emulation.power.log_rank import times_of
from sim.outcomes import facts_of, records_by_arm, survival
from sim.outcomes.definitions.of_arm import outcomes_of
from sim.outcomes.definitions.over_years import ENDPOINTS, over_years
from sim.outcomes.definitions.statistics import statistic
from sim.scenario import ScenarioError, load
from sim.scenario.protocol import protocol
from sim.simulation import draws
from sim.vocabulary import CLINICAL, SITES, Event
from tests.generated import BASE

SHARE = 0.3
CONSTANT = (
    "mortality.standardised_mortality_ratio=0", "fractures.frailty_variance=0",
    "fractures.base_rate=20 per 100 person-years", "fractures.sites.vertebral.imminent=",
    *(f"fractures.sites.{site}.gradient=1" for site in SITES),
    *(f"fractures.sites.{site}.case_fatality=0 %" for site in SITES),
)  # fmt: skip
"""A hazard of 0.2 per year for everybody, 62.5 % of it vertebral and 1 % at the hip."""
YEARS = 1826 / 365.25
MANY = 4000


def followed(*settings, share=f"{100 * SHARE:g} %", patients=MANY, engine="batch"):
    clinical = () if share is None else (f"fractures.sites.vertebral.clinical={share}",)
    study = load(BASE, [*settings, *clinical], patients=patients)
    return records_by_arm(study, range(patients), engine)


def estimate(records, name, definitions=outcomes_of):
    (one,) = [one for one in definitions(records) if one.name == name and one.day == records.end]
    return one.scale * one.numerator.sum() / one.denominator.sum()


@pytest.fixture(scope="module")
def constant():
    return followed(*CONSTANT)["pamidronate"]


def near(value, share, count=MANY):
    return abs(value - share) < 4 * math.sqrt(share * (1 - share) / count)


def test_the_expected_number_is_the_share_of_the_vertebral_fractures(constant):
    number = constant.counts(Event.FRACTURE, "vertebral").sum()
    clinical = constant.counts(Event.CLINICAL_FRACTURE, "vertebral").sum()
    assert near(clinical / number, SHARE, number)
    rate = estimate(constant, "clinical vertebral fractures")
    assert rate == pytest.approx(100 * clinical / constant.years.sum())
    assert abs(rate - 20 * 0.625 * SHARE) < 4 * 100 * math.sqrt(clinical) / constant.years.sum()


def test_every_fracture_has_a_number_of_its_own(constant):
    rows = constant.events[Event.FRACTURE, "vertebral"]
    uniform = np.column_stack([
        draws.column(1, "clinical fracture vertebral", use, "uniform", 0, MANY)
        for use in range(int(rows.value.max()))
    ])  # fmt: skip
    seen = uniform[rows.patient, rows.value.astype(int) - 1] < SHARE
    clinical = constant.events[Event.CLINICAL_FRACTURE, "vertebral"]
    for one, other in zip(clinical, rows, strict=True):
        assert np.array_equal(one, other[seen])


@pytest.mark.parametrize(
    ("name", "hazard"),
    [("clinical vertebral fracture", 0.2 * 0.625 * SHARE),
     ("any clinical fracture", 0.2 * (1 - 0.625 * (1 - SHARE)))],
)  # fmt: skip
def test_the_share_of_patients_is_that_of_a_thinned_poisson_process(constant, name, hazard):
    expected = -math.expm1(-hazard * YEARS)
    assert near(estimate(constant, name, over_years) / 100, expected)
    arms = {"pamidronate": constant}
    empty = outcomes.no_effects(["pamidronate"], [], constant.end, has_clinical=True)
    curves = empty.plus(survival.firsts_of(arms))
    endpoint = ENDPOINTS.index(name.removesuffix(" fracture"))
    free = survival.curve_of(curves, 0, endpoint).free[-1]
    assert 1 - free == pytest.approx(estimate(constant, name, over_years) / 100)  # nobody leaves


def test_the_summary_and_the_facts_count_alike(constant):
    assert estimate(constant, "any clinical fracture") == pytest.approx(
        estimate(constant, "any clinical fracture", over_years)
    )
    for of in CLINICAL:
        for name, of_group in (("share_with_fracture", f"{of} fracture"), ("fractures", None)):
            how = {"statistic": name, "of": of, "per_patients": 100}
            one = statistic(constant, "fact", "%", how)
            value = one.scale * one.numerator.sum() / one.denominator.sum()
            number = constant.counts(*outcomes.clinical.event_of(of)).mean()
            expected = 100 * number
            if of_group is not None:
                expected = estimate(constant, of_group, over_years)
            assert value == pytest.approx(expected)
    assert times_of(constant, "any clinical fracture").event.mean() * 100 == pytest.approx(
        estimate(constant, "any clinical fracture")
    )


def test_hip_and_other_fractures_are_all_clinical(constant):
    for site in ("hip", "other"):
        assert np.array_equal(
            constant.counts(Event.CLINICAL_FRACTURE, site), constant.counts(Event.FRACTURE, site)
        )


def test_the_same_fracture_is_clinical_in_both_arms_or_in_none():
    arms = followed("fractures.base_rate=40 per 100 person-years", patients=600)
    of_arms = []
    for records in arms.values():
        rows, clinical = (
            {*zip(of.patient.tolist(), of.value.tolist(), strict=True)}
            for of in (records.events[event, "vertebral"]
                       for event in (Event.FRACTURE, Event.CLINICAL_FRACTURE))
        )  # fmt: skip
        of_arms.append((rows, clinical))
    (one, of_one), (other, of_other) = of_arms
    both = one & other
    assert one != other
    assert 0 < len(of_one & both) < len(both)
    assert of_one & both == of_other & both


def test_engines_agree_and_more_fractures_than_were_prepared_are_drawn():
    settings = ("fractures.base_rate=400 per 100 person-years", "arms.combination=")
    batch, simpy = (
        followed(*settings, patients=30, engine=engine)["pamidronate"]
        for engine in ("batch", "simpy")
    )
    assert batch.counts(Event.FRACTURE, "vertebral").max() > 8
    for key, rows in batch.events.items():
        for one, other in zip(rows, simpy.events[key], strict=True):
            assert np.array_equal(one, other)


def test_no_other_outcome_moves_and_without_the_share_there_is_none():
    settings = ("fractures.base_rate=20 per 100 person-years", "cohort.patients=200")
    without, given = (
        runs.run(BASE, settings=[*settings, *more], engine="batch")
        for more in ((), ("fractures.sites.vertebral.clinical=30 %",))
    )
    for table in ("summary", "effects"):
        one, other = getattr(without, table), getattr(given, table)
        clinical = other["outcome"].str.contains("clinical")
        assert clinical.any()
        assert not one["outcome"].str.contains("clinical").any()
        assert one.equals(other[~clinical].reset_index(drop=True))


@pytest.mark.parametrize(("share", "times"), [("0 %", 0), ("100 %", 1)])
def test_none_and_all(share, times):
    records = followed(*CONSTANT, share=share, patients=200)["pamidronate"]
    number = records.counts(Event.FRACTURE, "vertebral")
    assert np.array_equal(records.counts(Event.CLINICAL_FRACTURE, "vertebral"), times * number)
    assert (records.most(Event.CLINICAL_FRACTURE, "vertebral") > 0) == (times > 0)
    assert records.most(Event.CLINICAL_FRACTURE) > 0


def test_the_protocol_says_which_fractures_are_clinical():
    study = load(BASE, ["fractures.sites.vertebral.clinical=30 %"])
    assert any(
        line.endswith("attention: 30 % of vertebral fractures, every hip and other fracture")
        for line in protocol(study.scenario, study.document)
    )
    without = load(BASE)
    assert "clinical" not in "\n".join(protocol(without.scenario, without.document))


@pytest.mark.parametrize("site", ["hip", "other"])
def test_the_share_belongs_to_vertebral_fractures(site):
    with pytest.raises(ScenarioError) as caught:
        load(BASE, [f"fractures.sites.{site}.clinical=30 %"])
    assert "every hip and other fracture is a clinical one" in str(caught.value.mistakes[0])


PAPER = """\
citation: {authors: [Ours A], title: One, journal: Unpublished, year: 2024}
groups: {all: {arm: pamidronate}}
facts:
  - {fact: seen, label: Clinical, value: 3, unit: "%",
     simulated: {statistic: share_with_fracture, of: clinical vertebral, group: all}}
"""


def test_a_paper_of_ones_own_cannot_ask_for_what_the_scenario_does_not_say(tmp_path):
    (tmp_path / "paper.yaml").write_text(PAPER)
    shutil.copy(BASE, tmp_path)
    patch = f"extends: {Path(BASE).name}\nname: ours\nanswers: paper.yaml\n"
    (tmp_path / "ours.yaml").write_text(patch)
    with pytest.raises(ScenarioError) as caught:
        load(tmp_path / "ours.yaml")
    assert "needs `fractures.sites.vertebral.clinical`" in str(caught.value.mistakes[0])
    study = load(tmp_path / "ours.yaml", ["fractures.sites.vertebral.clinical=30 %"])
    assert [fact["fact"] for fact in facts_of(study)] == ["seen"]
