"""A study changed as a form, and what it remembers of the values set over its file."""

import pickle
from pathlib import Path

import pytest

from sim.display.figures.caption import changes
from sim.scenario import ScenarioError, Setting, from_document, load
from sim.scenario.text.settings import set_in_all

SCENARIO = Path(__file__).parents[1] / "scenarios" / "laroche2011.yaml"
WHAT_IF = SCENARIO.with_name("poor-attendance.yaml")


def test_a_changed_study_is_the_one_that_would_have_been_read():
    read = load(SCENARIO, patients=7, seed=3)
    changed = load(SCENARIO).with_(patients=7, seed=3)
    assert changed == read
    assert changed.digest == read.digest
    assert changed.uncertainty == read.uncertainty
    assert list(changed.document) == list(read.document)
    assert changed.scenario == from_document(changed.document, changed.numbers).scenario


def test_the_same_numbers_change_nothing():
    study = load(SCENARIO)
    scenario = study.scenario
    assert study.with_() is study
    assert study.with_(patients=scenario.cohort.patients, seed=scenario.seed) is study


@pytest.mark.parametrize(
    ("numbers", "path", "message"),
    [
        ({"patients": 0}, "cohort.patients", "'0' patients; allowed: 1 to 1,000,000,000,000"),
        ({"patients": 2.5}, "cohort.patients", "'2.5' should be a whole number"),
        ({"seed": -1}, "seed", "a seed is 0 or more"),
    ],
)
def test_numbers_that_no_scenario_has_are_refused(numbers, path, message):
    with pytest.raises(ScenarioError) as error:
        load(SCENARIO).with_(**numbers)
    assert [(m.path, m.message) for m in error.value.mistakes] == [(path, message)]


def test_settings_are_remembered_with_the_old_and_the_new_value():
    settings = [
        "therapies.pamidronate.given=80 %",
        "therapies.pamidronate.given=70 %",
        "effects.pamidronate + interferon.ctx=-50 %",
        "therapies.pamidronate.schedule[0].every=2 months",
        "accrual={plateau: {months: 24 months}}",
        "answers=",
        "cohort.female.source=assumption",
        "horizon={value: 48 months, source: assumption}",
    ]
    study = load(SCENARIO, settings, patients=12)
    assert study.settings == (
        Setting("therapies.pamidronate.given", "100 %", "70 %"),
        Setting("effects.interferon + pamidronate.ctx", "-66 %", "-50 %"),
        Setting("therapies.pamidronate.schedule[0].every", "1 month", "2 months"),
        Setting("accrual", "linear", {"plateau": {"months": "24 months"}}),
        Setting("answers", "laroche2011", None),
        Setting("cohort.female.source", "assumption", "assumption"),
        Setting("horizon", "60 months", "48 months"),
        Setting("cohort.patients", "1000", "12"),
    )


def test_an_item_of_a_list_that_has_a_source_is_found():
    study = load(SCENARIO, ["cohort.age.within[0]=20 years"])
    assert study.settings == (Setting("cohort.age.within[0]", "18 years", "20 years"),)


def test_settings_of_a_changed_study_join_those_before():
    study = load(SCENARIO, ["seed=5"], patients=12).with_(patients=30).with_(seed=6)
    assert study.settings == (Setting("seed", "1", "6"), Setting("cohort.patients", "1000", "30"))


def test_settings_are_kept_where_a_study_goes_and_are_no_part_of_what_it_is():
    study = load(WHAT_IF, ["cohort.patients=12"])
    whole = {**study.document, "cohort": {**study.document["cohort"], "patients": "12"}}
    again = from_document(whole, study.numbers, study.publications)
    assert again.settings == ()
    assert again == study
    assert again.digest == study.digest
    assert pickle.loads(pickle.dumps(study)).settings == study.settings


def test_a_caption_says_what_was_set_and_not_what_stands_in_the_file():
    study = load(SCENARIO, ["therapies.pamidronate.given=60 %", "answers=", "horizon=60 months"])
    told = "Changed from the scenario's file: therapies.pamidronate.given = 60 %; answers removed."
    assert changes(set_in_all([study.settings])) == told
    assert changes([]) == ""
    long = Setting("visits.dxa", "1", ["12 months"] * 20)
    assert changes([long]) == "Changed from the scenario's file: visits.dxa (see ABOUT.txt)."


def test_only_what_was_set_alike_in_all_studies_is_said_of_all():
    both, one = ["horizon=12 months", "seed=3"], ["horizon=12 months", "seed=4"]
    studies = [load(SCENARIO, settings) for settings in (both, one)]
    assert [s.path for s in set_in_all([study.settings for study in studies])] == ["horizon"]
