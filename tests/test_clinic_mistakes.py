"""Mistakes in the clinic of a scenario, each with the words in which it is told."""

import pytest

from sim.scenario import ScenarioError, load

WHOLE = """\
extends: laroche2011.yaml
cohort: {patients: null}
clinics: {number: 20, patients_each: 200}
clinic:
  serves: [pamidronate]
  places: 9
  open: [Monday, Tuesday, Friday]
  closed:
    - {from: 24 months, for: 3 months, why: rebuilding}
  enrolment: 12 months
  already_enrolled: 0
  next: from plan
  order: earliest due
  at_most_late: 14 days
"""
TIMES = "day, days, week, weeks, month, months, year, years"
KEYS = (
    "serves, places, chairs, open, closed, enrolment, already_enrolled, next, order, "
    "at_most_late, at_least_apart, supply, other_patients, urgent, breakdowns, not_coming, "
    "overbook"
)
DAYS = "Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday"
BESIDE = (
    "does not stand beside `clinics`, whose number times patients_each is the number of patients "
    "(with --patients, set clinics.number instead)"
)
LAST = "at_most_late: 14 days"

# a name of the mistake: the old and the new text, and the only line of the report
ONE_MISTAKE = {
    "one clinic": (("number: 20", "number: 1"),
        "3:19: clinics.number: at least 2 clinics: between them chance is seen"),
    "half a clinic": (("number: 20", "number: 2.5"),
        "3:19: clinics.number: '2.5' should be a whole number"),
    "many clinics": (("number: 20", "number: many"),
        "3:19: clinics.number: 'many' does not start with a number"),
    "clinics without a number": (("number: 20, ", ""), "3:10: clinics.number: is missing"),
    "one patient": (("each: 200", "each: 1"),
        "3:38: clinics.patients_each: a clinic has 2 patients or more"),
    "patients with a unit": (("each: 200", "each: 200 patients"),
        "3:38: clinics.patients_each: '200 patients' should be a whole number"),
    "clinics without patients": ((", patients_each: 200", ""),
        "3:10: clinics.patients_each: is missing"),
    "patients twice": (("patients: null", "patients: 100"), f"2:20: cohort.patients: {BESIDE}"),
    "no therapies": (("  serves: [pamidronate]\n", ""), "5:3: clinic.serves: is missing"),
    "a therapy without a list": (("[pamidronate]", "pamidronate"),
        "5:11: clinic.serves: should be a list, in [brackets]"),
    "an empty list of therapies": (("[pamidronate]", "[]"),
        "5:11: clinic.serves: no arm has a therapy that the clinic serves"),
    "a course": (("[pamidronate]", "[interferon]"),
        "5:12: clinic.serves[0]: 'interferon' is a course, which patients take at home; allowed: "
        "infusion, injection"),
    "a therapy twice": (("[pamidronate]", "[pamidronate, pamidronate]"),
        "5:3: clinic: `serves` names a therapy twice"),
    "no places": (("places: 9", "places: 0"),
        "6:11: clinic.places: '0' is not allowed here; allowed: 1 to 1000000"),
    "places below none": (("places: 9", "places: -1"),
        "6:11: clinic.places: '-1' is not allowed here; allowed: 1 to 1000000"),
    "half a place": (("places: 9", "places: 2.5"), "6:11: clinic.places: a whole number of places"),
    "a misspelt word for places": (("places: 9", "places: unlimted"),
        "6:11: clinic.places: 'unlimted' is no number of places; did you mean 'unlimited'? "
        "Allowed: unlimited, 9"),
    "places with a unit": (("places: 9", "places: 9 chairs"),
        "6:11: clinic.places: '9 chairs': write a plain number, without a unit"),
    "a list of places": (("places: 9", "places: [9]"),
        "6:11: clinic.places: should be one value, not a list"),
    "places left out": (("  places: 9\n", ""),
        "5:3: clinic: a clinic needs exactly one of places, chairs; given: none"),
    "no open day": (("[Monday, Tuesday, Friday]", "[]"),
        "7:9: clinic.open: the clinic is open on one weekday or more, each named once"),
    "a day twice": (("[Monday, Tuesday, Friday]", "[Monday, Monday]"),
        "7:9: clinic.open: the clinic is open on one weekday or more, each named once"),
    "a misspelt day": (("Tuesday", "Tuseday"),
        "7:18: clinic.open[1]: 'Tuseday' is not known here; did you mean 'Tuesday'? Allowed: "
        f"{DAYS}"),
    "a day without a list": (("[Monday, Tuesday, Friday]", "Monday"),
        "7:9: clinic.open: should be a list, in [brackets]"),
    "days left out": (("  open: [Monday, Tuesday, Friday]\n", ""), "5:3: clinic.open: is missing"),
    "a closure without a beginning": (("from: 24 months, ", ""),
        "9:7: clinic.closed[0].from: is missing"),
    "a closure without an end": ((", for: 3 months", ""), "9:7: clinic.closed[0].for: is missing"),
    "a closure of no day": (("for: 3 months", "for: 0 days"),
        "9:30: clinic.closed[0].for: '0 days' is not allowed here; allowed: 1 day to 36525 days"),
    "a closure without a unit": (("for: 3 months", "for: 3"),
        f"9:30: clinic.closed[0].for: '3' has no unit; units of time: {TIMES}"),
    "a closure in milligrams": (("for: 3 months", "for: 3 mg"),
        f"9:30: clinic.closed[0].for: '3 mg': 'mg' is not a unit of time; Allowed: {TIMES}"),
    "a closure before the first day": (("from: 24 months", "from: -1 days"),
        "9:14: clinic.closed[0].from: '-1 days' is not allowed here; allowed: 0 days to 36525 "
        "days"),
    "a misspelt reason": (("why:", "whi:"),
        "9:40: clinic.closed[0].whi: 'whi' is not a key here; did you mean 'why'? Allowed: from, "
        "for, why"),
    "a closure without a list": (("\n    - {from: 24 months, for: 3 months, why: rebuilding}",
                                  " {from: 24 months, for: 3 months}"),
        "8:11: clinic.closed: should be a list, in [brackets]"),
    "enrolment without a unit": (("enrolment: 12 months", "enrolment: 12"),
        f"10:14: clinic.enrolment: '12' has no unit; units of time: {TIMES}"),
    "enrolment before the first day": (("enrolment: 12 months", "enrolment: -1 months"),
        "10:14: clinic.enrolment: '-1 months' is not allowed here; allowed: 0 months to 1200 "
        "months"),
    "enrolment left out": (("  enrolment: 12 months\n", ""), "5:3: clinic.enrolment: is missing"),
    "more enrolled than there are": (("enrolled: 0", "enrolled: 201"),
        "11:21: clinic.already_enrolled: more than the 200 patients of a clinic"),
    "fewer enrolled than none": (("enrolled: 0", "enrolled: -1"),
        "11:21: clinic.already_enrolled: 0 patients or more"),
    "enrolled in words": (("enrolled: 0", "enrolled: half"),
        "11:21: clinic.already_enrolled: 'half' does not start with a number"),
    "how full left out": (("  already_enrolled: 0\n", ""),
        "5:3: clinic.already_enrolled: is missing"),
    "a rule that is none": (("from plan", "from_last"),
        "12:9: clinic.next: 'from_last' is not known here; did you mean 'from last'? Allowed: from "
        "plan, from last, owed"),
    "the rule left out": (("  next: from plan\n", ""), "5:3: clinic.next: is missing"),
    "owed without a distance": (("from plan", "owed"),
        "5:3: clinic: `at_least_apart` stands with `next: owed`, and with no other rule"),
    "a distance without owed": ((LAST, f"{LAST}\n  at_least_apart: 14 days"),
        "5:3: clinic: `at_least_apart` stands with `next: owed`, and with no other rule"),
    "no distance": (("from plan", "owed\n  at_least_apart: 0 days"),
        "13:19: clinic.at_least_apart: '0 days' is not allowed here; allowed: 1 day to 36525 days"),
    "an order that is none": (("earliest due", "first come"),
        "13:10: clinic.order: 'first come' is not known here; Allowed: earliest due, longest "
        "since last, shortest interval, lowest T-score"),
    "the order left out": (("  order: earliest due\n", ""), "5:3: clinic.order: is missing"),
    "a misspelt limit": ((LAST, "at_most_late: nevr"),
        "14:17: clinic.at_most_late: 'nevr' is no time or never; did you mean 'never'? Allowed: "
        "never, 14 days"),
    "a limit without a unit": ((LAST, "at_most_late: 14"),
        f"14:17: clinic.at_most_late: '14' has no unit; units of time: {TIMES}"),
    "a limit before the day": ((LAST, "at_most_late: -3 days"),
        "14:17: clinic.at_most_late: '-3 days' is not allowed here; allowed: 0 days to 36525 days"),
    "the limit left out": ((f"  {LAST}\n", ""), "5:3: clinic.at_most_late: is missing"),
    "more than all stay away": ((LAST, f"{LAST}\n  not_coming: 120 %"),
        "15:15: clinic.not_coming: '120 %' is not allowed here; allowed: 0 % to 100 %"),
    "a share without %": ((LAST, f"{LAST}\n  not_coming: 0.05"),
        "15:15: clinic.not_coming: '0.05' has no unit; write a share with %, like 50 %, or as "
        "counts, like 2 of 10"),
}  # fmt: skip

# the same with several lines: what follows from a mistake is told as well
SEVERAL = {
    "a misspelt number": (("number: 20", "numbr: 20"), [
        "3:10: clinics.number: is missing",
        "3:11: clinics.numbr: 'numbr' is not a key here; did you mean 'number'? Allowed: number, "
        "patients_each"]),
    "a misspelt enrolment": (("enrolment:", "enrollment:"), [
        "5:3: clinic.enrolment: is missing",
        "10:3: clinic.enrollment: 'enrollment' is not a key here; did you mean 'enrolment'? "
        f"Allowed: {KEYS}"]),
    "the end of a closure": (("for: 3 months", "until: 27 months"), [
        "9:7: clinic.closed[0].for: is missing",
        "9:25: clinic.closed[0].until: 'until' is not a key here; Allowed: from, for, why"]),
}  # fmt: skip


def told(folder, old, new, text=WHOLE):
    """The sentences of a report, without the lines that show where."""
    assert text.count(old) == 1, old
    path = folder / "case.yaml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load(path)
    lines = str(caught.value).splitlines()[1:]
    said = [line for line in lines if not line.startswith("    ")]
    return [line.removeprefix(f"{path}:") for line in said]


def test_the_file_without_a_mistake_is_read(tmp_path):
    (tmp_path / "case.yaml").write_text(WHOLE, encoding="utf-8")
    scenario = load(tmp_path / "case.yaml").scenario
    assert scenario.cohort.patients == 4000
    assert scenario.together == 200


@pytest.mark.parametrize("name", ONE_MISTAKE)
def test_a_mistake_is_told_in_one_sentence_with_its_place(tmp_path, name):
    change, said = ONE_MISTAKE[name]
    assert told(tmp_path, *change) == [said]


@pytest.mark.parametrize("name", SEVERAL)
def test_an_unknown_key_stands_beside_what_is_then_missing(tmp_path, name):
    change, said = SEVERAL[name]
    assert told(tmp_path, *change) == said


def test_a_misspelt_therapy_is_told_with_the_likely_one(tmp_path):
    lines = told(tmp_path, "[pamidronate]", "[pamidronat]")
    assert lines == [
        "5:12: clinic.serves[0]: 'pamidronat' is not a therapy; did you mean 'pamidronate'? "
        "Allowed: pamidronate, interferon"
    ]


def test_the_patients_of_the_base_are_refused_where_they_stand(tmp_path):
    (line,) = told(tmp_path, "cohort: {patients: null}\n", "")
    assert line.endswith(f"laroche2011.yaml:17:13: cohort.patients: {BESIDE}")


def test_clinic_and_clinics_need_each_other(tmp_path):
    lines = told(tmp_path, "clinics: {number: 20, patients_each: 200}\n", "")
    missing = "clinic: `clinics` is missing beside it, like {number: 50, patients_each: 200}"
    assert any(line.endswith(missing) for line in lines)
    begin = WHOLE.index("clinic:\n")
    (line,) = told(tmp_path, WHOLE[begin:], "")
    assert line.endswith("clinic: is missing: `clinics` says how many there are of it")


def test_all_mistakes_of_a_clinic_stand_in_one_report(tmp_path):
    text = WHOLE.replace("places: 9", "places: 0").replace("Tuesday", "Tuseday")
    lines = told(tmp_path, "from plan", "never", text)
    assert [line.split(": ")[1] for line in lines] == [
        "clinic.places", "clinic.open[1]", "clinic.next",
    ]  # fmt: skip


CHAIRS = WHOLE.replace(
    "places: 9",
    """\
chairs:
    number: 3
    hours: 8:00 to 17:00
    visits: {pamidronate: {mean: 172 minutes, sd: 40 minutes}}
    nurses: {number: 1, busy: 12 minutes}
    arrival: {sd: 12 minutes}
    after_closing: overtime
  supply:
    pamidronate:
      vials: [30 mg, 60 mg, 90 mg]
      stock: 6000 mg
      deliveries: {every: 1 month, up_to: 18000 mg, after: 7 days}
      shortages: [{from: 30 months, for: 2 months, delivered: 0 %}]
      when_short: full doses until gone""",
)
HOURS = "is no time in which a clinic is open; write it like 8:00 to 17:00"

# a name of the mistake: the old and the new text, and the only line of the report
OF_THE_DAY = {
    "no chair": (("number: 3", "number: 0"), "7:13: clinic.chairs.number: 1 to 10000 chairs"),
    "closing before opening": (("8:00 to 17:00", "17:00 to 8:00"),
        f"8:12: clinic.chairs.hours: '17:00 to 8:00' {HOURS}"),
    "hours in words": (("8:00 to 17:00", "all day"),
        f"8:12: clinic.chairs.hours: 'all day' {HOURS}"),
    "a visit longer than the day": (("172 minutes", "600 minutes"),
        "9:34: clinic.chairs.visits.pamidronate.mean: a visit of 600 minutes does not fit into the "
        "540 minutes of 8:00 to 17:00"),
    "a visit without a unit": (("172 minutes", "172"),
        "9:34: clinic.chairs.visits.pamidronate.mean: '172' has no unit; units of time of a visit: "
        "minutes, minute, hours, hour"),
    "no nurse": (("number: 1, busy", "number: 0, busy"),
        "10:22: clinic.chairs.nurses.number: 1 to 1000 nurses"),
    "a misspelt end of the day": (("overtime", "overtme"),
        "12:20: clinic.chairs.after_closing: 'overtme' is not known here; did you mean "
        "'overtime'? Allowed: overtime, sent home"),
    "no vials": (("[30 mg, 60 mg, 90 mg]", "[]"),
        "15:14: clinic.supply.pamidronate.vials: one size of vial or more"),
    "vials for nobody": (("[30 mg, 60 mg, 90 mg]", "[0.1 mg]"),
        "15:14: clinic.supply.pamidronate.vials: a dose may take more than 1000 vials of 0.1 mg"),
    "no doses": (("full doses until gone", "no doses"),
        "19:19: clinic.supply.pamidronate.when_short: 'no doses' is not known here; did you mean "
        "'half doses'? Allowed: full doses until gone, half doses, most severe first"),
    "places and chairs": (("chairs:", "places: 9\n  chairs:"),
        "5:3: clinic: a clinic needs exactly one of places, chairs; given: places and chairs"),
    "never open": (("{from: 24 months, for: 3 months, why: rebuilding}",
                    "{from: 0 months, for: 90 months}"),
        "22:5: clinic.closed: the clinic is open on none of its 2192 days"),
}  # fmt: skip


@pytest.mark.parametrize("name", OF_THE_DAY)
def test_a_mistake_of_the_day_is_told_in_one_sentence_with_its_place(tmp_path, name):
    change, said = OF_THE_DAY[name]
    assert told(tmp_path, *change, text=CHAIRS) == [said]


def test_minutes_and_drugs_are_of_the_therapies_that_are_served(tmp_path):
    lines = told(tmp_path, "visits: {pamidronate:", "visits: {pamidronat:", text=CHAIRS)
    assert lines == [
        "9:13: clinic.chairs.visits: is missing for 'pamidronate', which is served",
        "9:26: clinic.chairs.visits.pamidronat: the clinic does not serve 'pamidronat'; did you "
        "mean 'pamidronate'? Allowed: pamidronate",
    ]
    lines = told(tmp_path, "    pamidronate:\n", "    pamidronat:\n", text=CHAIRS)
    assert lines == [
        "15:7: clinic.supply.pamidronat: the clinic does not serve 'pamidronat'; did you mean "
        "'pamidronate'? Allowed: pamidronate"
    ]
