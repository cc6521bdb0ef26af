"""Clinics in words: the protocol, the lines under tables, captions, the report and its forms."""

import pytest

from sim.display.figures.caption import OVER_CLINICS, caption_of
from sim.experiments.kinds.readings import said
from sim.experiments.readings import Four
from sim.scenario import load
from sim.scenario.clinic import clinics_in_words, everyone, over_clinics, per_arm
from sim.scenario.protocol import protocol

SHIPPED = "scenarios/clinic-nine-places.yaml"
BASE = "scenarios/laroche2011.yaml"


def in_words(*settings):
    return [*clinics_in_words(load(SHIPPED, settings).scenario)]


def test_the_protocol_tells_the_clinic_line_by_line():
    study = load(SHIPPED)
    lines = [*protocol(study.scenario, study.document)]
    first = lines.index(
        "Clinic: the 200 patients of one clinic wait for each other; each arm has clinics of "
        "its own"
    )
    assert lines[first + 1 : first + 8] == [
        "  9 places a day for pamidronate, Monday to Friday",
        "  closed for 3 months, on days 730 to 821 of the clinic (rebuilding)",
        "  enrolment: 200 patients, each on a random day of 12 months from day 0 of the clinic, a "
        "Monday",
        "  next dose: as planned; a dose not given by the day before the next planned one is "
        "skipped",
        "  order: the patient who was due first, then the lower number of patient",
        "  limit: a dose that has waited for 14 days is skipped",
        "",
    ]
    assert lines[2].startswith(
        "10 clinics of 200 patients per arm, the same patients in every arm, followed for"
    )


@pytest.mark.parametrize(("setting", "line"), [
    ("places=1", "  1 place a day for pamidronate, Monday to Friday"),
    ("places=unlimited", "  places for all a day for pamidronate, Monday to Friday"),
    ("open=[Monday, Thursday]", "  9 places a day for pamidronate, Monday and Thursday"),
    ("open=[Thursday]", "  9 places a day for pamidronate, Thursday"),
    ("closed=[{from: 10 days, for: 1 day}]", "  closed on day 10 of the clinic"),
    ("enrolment=0 days", "  enrolment: 200 patients, on day 0 of the clinic, a Monday"),
    ("already_enrolled=150",
     "  enrolment: 50 patients, each on a random day of 12 months from day 0 of the clinic, a "
     "Monday; 150 patients, each on a random day of the 60 months before it, without a wait until "
     "then"),
    ("already_enrolled=200",
     "  enrolment: 200 patients, each on a random day of the 60 months before day 0 of the clinic, "
     "a Monday, without a wait until then"),
    ("next=from last",
     "  next dose: the interval after the last dose; the rest of the plan moves by each wait"),
    ("at_most_late=never", "  limit: never, a dose waits as long as it has to"),
    ("at_most_late=0 days", "  limit: a dose that is not given on its day is skipped"),
    ("not_coming=5 %", "  not coming: 5 % of visits; dose and place are lost"),
])  # fmt: skip
def test_each_word_of_a_clinic_has_its_line(setting, line):
    assert line in in_words(f"clinic.{setting}")


def test_owed_doses_have_their_distance_in_the_protocol():
    lines = in_words("clinic.next=owed", "clinic.at_least_apart=14 days")
    assert (
        "  next dose: as planned; none is dropped, and two doses are at least 14 days apart"
        in lines
    )


def test_without_a_clinic_nothing_is_said_of_one():
    scenario = load(BASE).scenario
    assert [*clinics_in_words(scenario)] == []
    assert everyone(scenario) == "1000 virtual patients"
    assert per_arm(scenario) == "1000 patients per arm, the same in every arm"
    assert "clinic" not in " ".join(caption_of(load(BASE)).paragraphs())


def test_captions_count_clinics_and_say_what_an_interval_is_over():
    caption = caption_of(load(SHIPPED))
    first = "2000 virtual patients in 10 clinics, the same in every arm; seed 1; 60 months. "
    (plain,), (over,) = (
        caption.paragraphs(text)
        for text in ("Dots: patients.", "Bars: 95 % Monte Carlo intervals.")
    )
    assert plain.startswith(f"{first}Dots: patients. Annual")
    assert over.startswith(f"{first}Bars: 95 % Monte Carlo intervals. {OVER_CLINICS} Annual")


def test_the_lines_under_a_table_name_the_unit_of_its_intervals():
    assert everyone(load(SHIPPED).scenario) == "2000 virtual patients in 10 clinics"
    sentence = (
        "Each interval is a 95 % interval over 10 clinics: patients of one clinic wait for each "
        "other, so the clinic is the unit."
    )
    with_clinics, without = load(SHIPPED).scenario, load(BASE).scenario
    assert over_clinics([without, with_clinics]) == [sentence]
    assert over_clinics([without]) == []
    reading = said(Four({"linear": load(SHIPPED)}, {"linear": ""}, "linear"))
    assert reading[:2] == [
        "2000 virtual patients in 10 clinics, the same under every reading and in every arm; seed "
        "1.",
        sentence,
    ]
