"""Therapies that begin after a fracture, and therapies that end at a visit."""

import math
from pathlib import Path

import numpy as np
import pytest

from sim.experiments import runs
from sim.experiments.patient_history import explain, timeline
from sim.experiments.remarks import remarks
from sim.experiments.verification.subject import Subject
from sim.scenario import ScenarioError, load
from sim.scenario.form.rules import Condition, read_condition
from sim.scenario.protocol import protocol
from sim.simulation import lowering
from sim.vocabulary import SITES

BASE = Path(__file__).parents[1] / "scenarios" / "laroche2011.yaml"
FEW = ("cohort={patients: 12, ctx: , balp: , tryptase: }", "arms.pamidronate=")
NO_DEATHS = ("mortality.standardised_mortality_ratio=0",)
NO_FRACTURES = ("fractures.base_rate=0 per 100 person-years",)
TOLERATED = ("therapies.interferon.intolerance=",)
EXACT = (
    "measurement.spine=0 %",
    "measurement.hip=0 %",
    "visits.dxa=[every 6 months]",
    *(
        f"effects.{row}.{bone}={{mean: {mean} %/year, sd: 0 %/year}}"
        for row, mean in {
            "none": 0, "pamidronate": 0, "interferon": 6, "interferon + pamidronate": 6,
        }.items()
        for bone in ("spine", "hip")
    ),
)  # fmt: skip
"""A patient gains 6 % of the entry value per year under interferon, whatever else is given."""


def followed(*settings, engine="batch"):
    return runs.follow(load(BASE, [*FEW, *settings]), engine=engine)


def days(table, event, what):
    """Days of such events by patient; patients without any are left out."""
    rows = table[(table["event"] == event) & (table["what"] == what)]
    return {who: list(of["day"]) for who, of in rows.groupby("patient")}


# A start on a fracture

FRACTURES = (*NO_DEATHS, *TOLERATED, "fractures.base_rate=40 per 100 person-years",
             *(f"fractures.sites.{site}.case_fatality=0 %" for site in SITES))  # fmt: skip


@pytest.mark.parametrize("site", [None, *SITES])
@pytest.mark.parametrize(("wait", "later"), [("0 days", 1), ("30 days", 30), ("1 month", 30)])
def test_a_course_begins_so_long_after_the_first_fracture_at_the_site(site, wait, later):
    at = "" if site is None else f"site: {site}, "
    tables = followed(*FRACTURES, f"therapies.interferon.start={{on: fracture, {at}wait: {wait}}}",
                      "cohort.patients=60")  # fmt: skip
    events = tables.events
    sites = SITES if site is None else [site]
    broke = events[(events["event"] == "fracture") & events["what"].isin(sites)]
    first = broke.groupby("patient")["day"].min() + later
    expected = {who: day for who, day in first.items() if day <= 1826}
    assert {who: of[0] for who, of in days(events, "course", "interferon").items()} == expected
    assert 0 < len(expected) < 60


def test_doses_count_from_the_fracture_and_a_later_fracture_does_not_begin_them_again():
    tables = followed(*FRACTURES, "therapies.pamidronate.start=fracture", "cohort.patients=60")
    doses = days(tables.events, "infusion", "pamidronate")
    plan = [*(round(k * 30.4375) for k in range(24)), *(730.5 + 91.3125 * k for k in range(40))]
    broken = tables.events[tables.events["event"] == "fracture"].groupby("patient")["day"]
    assert (broken.count() > 1).any()
    for patient, first in broken.min().items():
        own = [first + 1 + round(day) for day in plan]
        assert doses.get(patient, []) == [day for day in own if day < 1826][: 24 + 12]
    assert doses.keys() <= set(broken.groups)


def test_the_share_that_begins_is_that_with_a_fracture_by_a_constant_hazard():
    """With a hazard of 0.2 per year for all, 1 - exp(-0.2 x 4.997) of the patients begin."""
    constant = [f"fractures.sites.{site}.gradient=1" for site in SITES]
    study = load(BASE, [
        *NO_DEATHS, *TOLERATED, *constant, "fractures.base_rate=20 per 100 person-years",
        "fractures.frailty_variance=0", "fractures.per_further_vertebral_fracture=1",
        "fractures.sites.vertebral.imminent=", "cohort.patients=4000", "arms.pamidronate=",
        "therapies.interferon.start=fracture",
        *(f"fractures.sites.{site}.case_fatality=0 %" for site in SITES),
    ])  # fmt: skip
    table = runs.follow(study, engine="batch").events
    begun = len(days(table, "course", "interferon")) / 4000
    expected = 1 - math.exp(-0.2 * 1825 / 365.25)
    assert abs(begun - expected) < 4 * math.sqrt(expected * (1 - expected) / 4000)


# A stop at a visit


def first_visit_above(entry_t, limit, mean, sd):
    """First visit by which 6 % of entry per year has raised the T-score above a limit."""
    bmd = mean + sd * entry_t
    for day in (round(k * 182.625) for k in range(1, 11)):
        if (bmd * (1 + 0.06 * day / 365.25) - mean) / sd > limit:
            return day
    return None


@pytest.mark.parametrize("bone", ["spine", "hip"])
def test_a_course_ends_at_the_first_visit_above_the_limit(bone):
    settings = (*EXACT, *NO_FRACTURES, *NO_DEATHS, *TOLERATED,
                f"therapies.interferon.stop={bone} T above -2", "cohort.patients=40")  # fmt: skip
    study = load(BASE, [*FEW, *settings])
    tables = runs.follow(study, engine="batch")
    ended = days(tables.events, "course", "interferon")
    person = lowering.patients(study.scenario, range(40))
    expected = {}
    for patient, who in enumerate(person):
        at = 0 if bone == "spine" else 1
        mean, sd = who["reference_mean"][at], who["reference_sd"][at]
        day = first_visit_above((who["bmd"][at] - mean) / sd, -2.0, mean, sd)
        expected[patient] = [0] if day is None else [0, day]
    assert ended == expected
    assert len({tuple(of) for of in expected.values()}) > 3


def test_a_switch_is_a_stop_and_a_start_after_it():
    settings = (*NO_FRACTURES, *NO_DEATHS, *TOLERATED,
                "therapies.pamidronate.stop={when: spine T above -2.5, at: visit}",
                "therapies.interferon.start={after: pamidronate}",
                "cohort.patients=40")  # fmt: skip
    tables = followed(*settings)
    ends = days(tables.events, "schedule ended", "pamidronate")
    begins = days(tables.events, "course", "interferon")
    assert {who: [day + 1 for day in of] for who, of in ends.items()} == begins
    spine = tables.measurements[tables.measurements["quantity"] == "spine_g_cm2"]
    assert 5 < len(ends) < 40
    assert {day for of in ends.values() for day in of} <= set(spine["day"]) - {0}
    doses = days(tables.events, "infusion", "pamidronate")
    assert all(max(doses[who]) < of[0] for who, of in ends.items())


@pytest.mark.validation
def test_the_measured_and_not_the_true_t_score_ends_a_therapy():
    settings = (*EXACT, *NO_FRACTURES, *NO_DEATHS, *TOLERATED, "measurement.spine=10 %",
                "therapies.interferon.stop=spine T above -2", "cohort.patients=200")  # fmt: skip
    study = load(BASE, [*FEW, *settings])
    tables = runs.follow(study, engine="batch")
    people = lowering.patients(study.scenario, range(200))
    spine = tables.measurements[tables.measurements["quantity"] == "spine_g_cm2"]
    for patient in range(200):
        of = spine[(spine["day"] > 0) & (spine["patient"] == patient)]
        mean, sd = (people[name][patient, 0] for name in ("reference_mean", "reference_sd"))
        above = of["day"][(of["value"] - mean) / sd > -2.0]
        expected = [0, *above[:1]]
        assert days(tables.events, "course", "interferon")[patient] == expected


def test_a_plan_that_is_over_is_not_ended_again():
    settings = (*NO_FRACTURES, *NO_DEATHS, *TOLERATED,
                "therapies.pamidronate.schedule=[{every: 1 month, for: 3 months}]",
                "therapies.pamidronate.stop=spine T below 5", "visits.dxa=[every 6 months]",
                )  # fmt: skip
    assert days(followed(*settings).events, "schedule ended", "pamidronate") == {}


def test_the_first_visit_after_the_begin_counts_and_not_the_one_before():
    settings = (*NO_FRACTURES, *NO_DEATHS, *TOLERATED, "visits.dxa=[every 6 months]",
                "therapies.interferon.start=250 days", "therapies.interferon.stop=hip T below 5",
                )  # fmt: skip
    ended = days(followed(*settings).events, "course", "interferon")
    assert ended == {patient: [250, 365] for patient in range(12)}


def test_bone_stays_where_it_is_after_a_stop():
    settings = (*EXACT, *NO_FRACTURES, *NO_DEATHS, *TOLERATED,
                "therapies.interferon.stop=hip T below 5")  # fmt: skip
    tables = followed(*settings)
    spine = tables.measurements[tables.measurements["quantity"] == "spine_g_cm2"]
    for _, of in spine.groupby("patient"):
        value = of.set_index("day")["value"]
        assert np.allclose(value[value.index > 0] / value[0], 1 + 0.06 * 183 / 365.25, atol=1e-9)


# The same patients in both engines, and what is said of rules


def test_engines_agree_on_both_rules():
    settings = (
        "fractures.base_rate=40 per 100 person-years",
        "therapies.interferon.start={on: fracture, wait: 10 days}",
        "therapies.interferon.stop=hip T above -2", "therapies.pamidronate.stop=spine T above -3",
    )  # fmt: skip
    one, other = followed(*settings), followed(*settings, engine="simpy")
    assert one.events.equals(other.events)
    assert one.measurements.equals(other.measurements)


def test_the_protocol_describes_rules():
    study = load(BASE, [
        "therapies.interferon.start={on: fracture, site: hip, wait: 30 days}",
        "therapies.pamidronate.stop=spine T above -2.5",
    ])  # fmt: skip
    text = "\n".join(protocol(study.scenario, study.document))
    assert "from when the patient has had a new hip fracture and 30 days have passed" in text
    assert "ended at the first DXA visit with a measured spine T-score above -2.5" in text


@pytest.mark.parametrize(
    ("setting", "message"),
    [("start={on: fractur}", "did you mean 'fracture'?"),
     ("start={on: 3 months, site: hip}", "`site` belongs to `on: fracture`"),
     ("start={on: fracture, after: pamidronate}", "begins on a fracture, or `after` another"),
     ("stop=spine above 3", "is no condition"),
     ("stop=hip T above -25", "'-25' is not allowed here; allowed: -10 to 10"),
     ("stop={when: spine T above -2.5, at: month}", "'month' is not known here; Allowed: visit")],
)  # fmt: skip
def test_a_wrong_rule_is_refused(setting, message):
    with pytest.raises(ScenarioError) as caught:
        load(BASE, [f"therapies.interferon.{setting}"])
    assert any(message in str(mistake) for mistake in caught.value.mistakes)


def test_a_condition_is_read():
    assert read_condition("spine T above -2.5") == Condition("spine", "above", -2.5)
    assert read_condition("hip T below 0") == Condition("hip", "below", 0.0)


def test_the_base_rate_is_that_of_the_therapies_as_planned():
    plain = lowering.protocol(load(BASE).scenario)
    rules = load(BASE, ["therapies.pamidronate.stop=hip T below 5",
                        "therapies.interferon.start=fracture"])  # fmt: skip
    for arm, params in lowering.protocol(rules.scenario).arms.items():
        assert params["log_base"].tolist() == plain.arms[arm]["log_base"].tolist()


def test_verify_leaves_rules_out():
    study = load(BASE, ["therapies.pamidronate.stop=hip T below 5",
                        "therapies.interferon.start={after: pamidronate}"])  # fmt: skip
    without = Subject(study, 12).changed().scenario.therapies
    assert without["pamidronate"].stop is None
    assert without["interferon"].start.after is None


def test_the_shipped_scenario_with_rules_follows_them():
    study = load(BASE.with_name("rescue-on-fracture.yaml"), ["cohort.patients=100"])
    text = "\n".join(protocol(study.scenario, study.document))
    assert "has had a new fracture and 30 days have passed" in text
    assert "a measured spine T-score above -2.5" in text
    events = runs.follow(study, engine="batch").events
    events = events[events["arm"] == "rescue"]
    first = events[events["event"] == "fracture"].groupby("patient")["day"].min() + 30
    courses = days(events, "course", "interferon-later")
    assert {who: of[0] for who, of in courses.items()} == dict(first[first <= 1826])
    assert any(len(of) == 2 for of in courses.values())


def told_of(tables_settings, patient):
    """What `explain` says of the end of interferon, with its day."""
    life = explain(load(BASE, [*FEW, *tables_settings]), patient)
    rows = life.events[life.events["combination"].str.startswith("interferon ends")]
    return [*zip(rows["day"], rows["combination"], strict=True)]


def note_of(tables_settings, patient):
    """What the figure of `explain` notes beside the lane of interferon."""
    life = explain(load(BASE, [*FEW, *tables_settings]), patient)
    return timeline.notes_of(life.tables, life.study.scenario)["combination", "interferon"]


def test_explain_tells_an_end_by_the_rule_from_an_end_by_the_plan():
    settings = (*NO_FRACTURES, *NO_DEATHS, *TOLERATED, "therapies.interferon.for=30 months",
                "therapies.interferon.stop=spine T above -2.5", "cohort.patients=12")  # fmt: skip
    tables = followed(*settings)
    spine = tables.measurements[tables.measurements["quantity"] == "spine_t"]
    measured = spine.set_index(["patient", "day"])["value"]
    words = set()
    for patient, (_, end) in days(tables.events, "course", "interferon").items():
        score = measured.get((patient, end))
        if score is not None and score > -2.5:
            expected = f"by its rule (spine T above -2.5; measured: {score:.2f})"
        else:
            assert end == round(30 * 365.25 / 12), "day of the plan"
            expected = "as planned"
        assert told_of(settings, patient) == [(end, f"interferon ends {expected}")]
        in_figure = "ends as planned" if expected == "as planned" else "ends at spine T above -2.5"
        assert note_of(settings, patient) == in_figure
        words.add(expected.partition("(")[0])
    assert words == {"by its rule ", "as planned"}


@pytest.mark.parametrize(
    ("settings", "is_idle"),
    [(("visits.dxa=[]",), True), (("visits.dxa=[12 months]",), False),
     (("visits.dxa=[12 months]", "therapies.interferon.start=12 months"), True),
     (("visits.dxa=[80 months]",), True)],
)  # fmt: skip
def test_check_says_where_no_visit_looks_at_a_rule(settings, is_idle):
    study = load(BASE, ["therapies.interferon.stop=spine T above -2.5", *settings])
    told = [remark for remark in remarks(study) if remark.startswith("therapies.interferon.stop: ")]
    assert len(told) == is_idle
    if is_idle:
        assert "`spine T above -2.5` is never looked at and ends nothing" in told[0]
        ends = runs.follow(study.with_(patients=6), engine="batch").events
        values = ends[(ends["event"] == "course") & (ends["what"] == "interferon")]["value"]
        assert values.isin([0.0]).sum() == 0
