"""One life in a clinic told in words: the waits, and where the clinics of the arms part."""

import json

import pandas as pd
import pytest
from click.testing import CliRunner

from sim.cli.explain import explain as command
from sim.cli.explain import to_json
from sim.experiments.patient_history import explain
from sim.experiments.patient_history.lines import OWN_LISTS, Entry, Key, first_divergence
from sim.experiments.patient_history.waits import attendance
from sim.results import Tables
from sim.scenario import load
from sim.simulation import lowering
from sim.simulation.clinic import simulate
from sim.simulation.clinic.lowered import enrolled, rules_of
from sim.simulation.simulate import inputs_of

SHIPPED = "scenarios/clinic-nine-places.yaml"
STOPS = "therapies.pamidronate.stop=spine T above -1"
SMALL = [
    "clinics.number=2", "clinics.patients_each=20", "clinic.places=1", "clinic.closed=[]",
    "horizon=24 months", "clinic.enrolment=6 months", "clinic.open=[Monday, Thursday, Friday]",
]  # fmt: skip
"""Twenty patients for three places a week: about as many as they need, with waits."""


def visits(study, arm, patient):
    """The visits of one patient of the first clinic, straight from the clinic."""
    inputs = inputs_of(lowering.protocol(study.scenario), range(20))[arm]
    log = simulate(inputs, rules_of(study.scenario), enrolled(study.scenario, inputs))[1]
    return [visit for visit in log if visit.patient == patient]


@pytest.fixture(scope="module")
def life():
    return explain(SHIPPED, 5, [*SMALL, STOPS])


def test_each_wait_is_that_of_the_clinic(life):
    for arm in life.arms:
        doses = life.attendance.doses["pamidronate"][arm]
        known = {dose.number: dose for dose in doses}
        of_clinic = visits(life.study, arm, 5)
        assert len(doses) == len(of_clinic) > 5
        for visit in of_clinic:
            day = visit.skipped if visit.served is None else visit.served
            dose = known[visit.dose + 1]
            assert dose.day == day - life.attendance.enrolled
            assert dose.waited == (0 if visit.served is None else day - visit.due)
            assert (dose.value == -2) == (visit.skipped is not None)


def test_the_waits_stand_in_the_head_and_beside_each_dose(life):
    assert life.head[3] == "Clinic 0, with patients 0 to 19; enrolled on day 14 of the clinic"
    assert life.head[4] == (
        "Waits for pamidronate, combination: 20 of 21 doses waited, 186 days in all, the longest "
        "14 days (dose 8, day 227); 3 skipped by the clinic"
    )
    own = life.events[life.events["day"] == 227]
    assert [*own["combination"]] == ["pamidronate 69 mg after 14 days of waiting"]
    waited = life.events["combination"].str.contains("of waiting")
    assert waited.sum() == 20
    assert (life.events["combination"] == "pamidronate skipped by the clinic").sum() == 3


def test_where_the_clinics_of_the_arms_part_is_told(life):
    said = life.comparison[1]
    assert said == (
        "The clinics of the arms part on day 469. combination: dose 16 on day 469: pamidronate 69 "
        "mg after 12 days of waiting; pamidronate: dose 16 on day 471: pamidronate skipped by the "
        f"clinic. Reason: {OWN_LISTS}."
    )
    same = explain(SHIPPED, 5, [*SMALL, "arms.combination=[pamidronate]"])
    assert same.attendance.parting is None
    assert "do not diverge" in same.comparison[0]


def test_a_first_difference_at_the_clinic_has_its_reason():
    """The patient has the same therapies in both arms; the list of one clinic is shorter."""
    given = Entry("infusion", (69.0, 12.0), "pamidronate 69 mg after 12 days of waiting")
    lines = {Key(469, 4, "pamidronate", 0): {"combination": given}}
    parted = first_divergence(lines, load(SHIPPED, SMALL).scenario, {})
    assert (parted.day, parted.reason) == (469, OWN_LISTS)
    assert parted.events == {"combination": given.text, "pamidronate": ""}
    without = load("scenarios/laroche2011.yaml").scenario
    assert first_divergence(lines, without, {}).reason != OWN_LISTS


def test_a_patient_without_a_wait_is_told_in_words():
    life = explain(SHIPPED, 5, [*SMALL, "clinic.places=20", "horizon=6 months",
                                "clinic.open=[Monday, Tuesday, Wednesday, Thursday, Friday, "
                                "Saturday, Sunday]"])  # fmt: skip
    assert life.head[4] == "Waits for pamidronate, combination: none of 6 doses waited"
    assert life.comparison[1] == "Each dose waits equally long in every arm that has it."
    lost = explain(SHIPPED, 5, [*SMALL, "clinic.not_coming=50 %"])
    assert "lost by not coming" in lost.head[4]
    assert (lost.events["combination"] == "pamidronate missed: not coming").any()


def test_without_a_clinic_nothing_is_said_of_one():
    life = explain("scenarios/laroche2011.yaml", 5, ["cohort.patients=6", "horizon=12 months"])
    assert life.attendance is None
    assert "clinic" not in " ".join([*life.head, *life.comparison, to_json(life)])


def test_the_command_the_json_and_the_picture_have_the_clinic(life, tmp_path):
    words = [SHIPPED, "--patient", "5", *(w for s in [*SMALL, STOPS] for w in ("--set", s))]
    told = CliRunner().invoke(command, words, env={"COLUMNS": "300"})
    assert told.exit_code == 0, told.output
    assert "Clinic 0, with patients 0 to 19" in told.output
    facts = json.loads(to_json(life))["clinic"]
    assert facts["patients"] == [0, 19]
    assert facts["doses"]["pamidronate"]["combination"][7] == {
        "number": 8, "day": 227, "waited": 14, "value": facts["doses"]["pamidronate"]
        ["combination"][7]["value"],
    }  # fmt: skip
    assert facts["parting"]["day"] == 469
    life.plot().savefig(tmp_path / "life.png")


def test_a_dose_that_one_clinic_skips_and_the_other_gives_in_time_parts_them():
    rows = [
        ("combination", 5, 0, "infusion", "pamidronate", 69.0),
        ("combination", 5, 30, "infusion", "pamidronate", 69.0),
        ("pamidronate", 5, 0, "infusion", "pamidronate", 69.0),
        ("pamidronate", 5, 44, "missed infusion", "pamidronate", -2.0),
    ]
    columns = ["arm", "patient", "day", "event", "what", "value"]
    events = pd.DataFrame(rows, columns=columns)
    tables = Tables(pd.DataFrame(), events, pd.DataFrame(), pd.DataFrame())
    parting = attendance(load(SHIPPED, SMALL), 5, tables).parting
    assert parting.day == 30
    assert parting.events == {
        "combination": "dose 2 on day 30: pamidronate 69 mg",
        "pamidronate": "dose 2 on day 44: pamidronate skipped by the clinic",
    }


def test_a_patient_of_the_second_clinic_has_its_number():
    assert explain(SHIPPED, 25, SMALL).head[3].startswith("Clinic 1, with patients 20 to 39")
