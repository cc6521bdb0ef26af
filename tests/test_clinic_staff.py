"""Nurses by the hour: whole visits by division, a clock of minutes, a loop over days, prices."""

import numpy as np
import pytest

from sim.economics.quantities import keys_of, quantities
from sim.outcomes.plan import records_by_arm
from sim.scenario import ScenarioError, load
from sim.scenario.clinic_day import day_in_words
from sim.scenario.form.nurses import Nurses
from sim.simulation.clinic import (
    Calendar,
    Chairs,
    Clinic,
    Visit,
    enrolled,
    outside_of,
    rules_of,
    simulate,
)
from sim.simulation.records import HOME, ROOM
from sim.simulation.simulate import inputs_of, protocol_of
from tests.day_loop import answers, booked_by_minute, followed, minute_by_minute
from tests.test_clinic_costs import CHAIRS, study_of
from tests.test_clinic_others import logs, same, small

NINE = "scenarios/clinic-nine-places.yaml"
LUNCH = {"8:00": "2", "12:00": "1", "13:00": "2"}
STILL = ("mortality.standardised_mortality_ratio=0", "fractures.base_rate=0 per year",
         "clinic.already_enrolled=0", "clinics.number=2")  # fmt: skip


def shifts(by_hour):
    return Nurses.model_validate({"busy": "12 minutes", "by_hour": by_hour}).shifts


def chairs_of(staff, after="sent home", number=2, sd=60):
    return (
        f"clinic.chairs={{number: {number}, hours: '8:00 to 17:00', visits: {{pamidronate: {{mean: "
        f"100 minutes, sd: {sd} minutes}}}}, nurses: {{{staff}, busy: 20 minutes}}, arrival: "
        f"{{sd: 25 minutes}}, after_closing: {after}}}"
    )


@pytest.mark.parametrize(("by_hour", "visits"), [
    (LUNCH, 16 * 2 + 4 * 1 + 12 * 2 + 2),
    ({"8:00": "1", "12:00": "0", "13:00": "1"}, 16 + 12 + 1),
    ({"8:00": "0", "10:00": "3", "11:00": "0"}, 12),
    ({"8:00": "2", "8:20": "1", "9:00": "0"}, 2 + 2 + 1 + 1),
])  # fmt: skip
def test_begins_of_a_quarter_of_an_hour_are_those_of_a_division(by_hour, visits):
    """Chairs enough, visits of an hour from 8:00 to 17:00, so the last ones begin at 16:00.

    At 8:20 two begins are in progress until 8:30: both nurses finish, and one of them stays.
    """
    chairs = Chairs(20, 480, 1020, {0: 60}, shifts(by_hour), 15, False)
    clinic = Clinic(Calendar(0, tuple(range(7))), chairs)
    for i in range(90):
        clinic.ask(Visit(0, i, 0, 0, minutes=60))
    booked = clinic.act(0).served
    assert len(booked) == visits
    assert all(visit.begins == visit.appointment for visit in booked)


def test_who_is_free_first_leaves_and_the_other_one_stays():
    """Both begins are in progress at 8:10, until 8:05 + 15 and 8:09 + 15: the next is at 8:24."""
    chairs = Chairs(9, 480, 1020, {0: 60}, shifts({"8:00": "2", "8:10": "1"}), 15, False)
    clinic = Clinic(Calendar(0, tuple(range(7))), chairs)
    for i, late in enumerate((5, 9, 0, 0)):
        clinic.ask(Visit(0, i, 0, 0, minutes=60, late=late))
    clinic.act(0)
    assert [visit.begins for visit in clinic.visits] == [485, 489, 504, 519]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("sends_home", [False, True])
def test_the_day_is_that_of_a_clock_that_looks_at_each_minute(seed, sends_home):
    """Little as an equality: all waits are the waiting room added up over the minutes."""
    rng = np.random.default_rng(seed)
    hours = {"8:00": "2", "9:30": "0", "11:00": "1", "14:00": "3", "16:00": "1"}
    staff = shifts(hours)
    rules = Chairs(4, 480, 1020, {0: 110}, staff, 25, sends_home)
    visits = [Visit(0, i, 0, 0, comes=rng.random() > 0.1, minutes=int(rng.integers(60, 240)),
                    late=int(rng.integers(-20, 40))) for i in range(24)]  # fmt: skip
    clinic = Clinic(Calendar(0, tuple(range(7))), rules)
    for visit in visits:
        clinic.ask(visit)
    booked = clinic.act(0)
    appointments = booked_by_minute([110] * 24, 4, by_list(staff), 25, 480, 1020)
    assert [v.appointment for v in visits] == appointments + [None] * (24 - len(appointments))
    coming = [
        (max(480, at + v.late), n, v.minutes, v.patient)
        for n, (at, v) in enumerate(zip(appointments, visits, strict=False))
        if v.comes
    ]
    begins, home, waits, most = minute_by_minute(
        coming, 4, by_list(staff), 25, 480, 1020, sends_home
    )  # fmt: skip
    assert {v.patient: v.begins for v in booked.served if v.comes} == begins
    assert {v.patient for v in booked.sent_home} == home
    noted = [value for v in booked.served for kind, value in v.notes if kind == ROOM]
    until = sum(1020 - at for at, _, _, name in coming if name in home)
    assert sum(noted) + max(0, until) == sum(waits)
    assert most[0] <= 4
    assert most[1] <= 3


def by_list(staff):
    """Nurses at a minute, by looking at every shift."""
    return lambda minute: sum(n for since, until, n in staff if since <= minute < until)


@pytest.mark.parametrize("after", ["sent home", "overtime"])
def test_a_loop_over_days_and_minutes_gives_the_same_days_patient_by_patient(after):
    last = 0 if after == "sent home" else 1
    staff = f"by_hour: {{8:00: 1, 10:00: 0, 11:00: 2, 12:00: {last}}}"
    study = small(*STILL, "clinic.places=null", chairs_of(staff, after), "clinic.open=[Monday]",
                  "clinic.not_coming=10 %",
                  "therapies.pamidronate.schedule=[{every: 2 weeks}]")  # fmt: skip
    scenario, rules = study.scenario, rules_of(study.scenario)
    inputs = inputs_of(protocol_of(study), range(20))["pamidronate"]
    days = enrolled(scenario, inputs)
    _, visits = simulate(inputs, rules, days, outside_of(scenario, inputs))
    drawn = {(v.patient, v.dose): v for v in visits}
    nurses = by_list(scenario.clinic.chairs.nurses.shifts)

    def serve(day, waiting):
        if day % 7:
            return [], []
        appointments = booked_by_minute([100] * len(waiting), 2, nurses, 20, 480, 1020)
        booked = waiting[: len(appointments)]
        coming = [
            (max(480, at + drawn[dose[1:]].late), n, drawn[dose[1:]].minutes, dose)
            for n, (at, dose) in enumerate(zip(appointments, booked, strict=True))
            if drawn[dose[1:]].comes
        ]
        _, home, _, _ = minute_by_minute(coming, 2, nurses, 20, 480, 1020, after == "sent home")
        return [dose for dose in booked if dose not in home], [*home]

    slot = rules.serves[0]
    plan = inputs.params["plan_days"][slot].tolist()
    assert followed(plan, int(inputs.params["horizon"]), days, serve) == answers(visits)
    log = logs(study)["pamidronate"]
    assert (log.kind == HOME + slot).any() == (after == "sent home")


def test_hours_with_the_same_number_are_that_number():
    bare = ("clinic.places=null", "clinic.open=[Monday]")
    whole = small(*bare, chairs_of("number: 1"))
    assert same(whole, small(*bare, chairs_of("by_hour: {8:00: 1, 11:00: 1, 14:30: 1}")))
    assert not same(whole, small(*bare, chairs_of("by_hour: {8:00: 1, 11:00: 0, 14:30: 1}")))


def test_hours_of_nurses_are_paid_and_are_what_their_use_is_a_share_of():
    """Two nurses for nine hours less one of them for an hour: 17 hours."""
    by_hour = {"by_hour": LUNCH, "busy": "12 minutes"}
    study, whole = (study_of(chairs={**CHAIRS, "nurses": nurses}) for nurses in
                    (by_hour, {"number": "2", "busy": "12 minutes"}))  # fmt: skip
    hours = []
    for one in (study, whole):
        own = records_by_arm(one, range(15), "simpy")["pamidronate"]
        at = keys_of(one.scenario).index("nurse hours")
        hours.append((quantities(own, one.scenario)[:, 0, at].sum(), own.offered["nursing"]))
    assert hours[0] == pytest.approx([of * 17 / 18 for of in hours[1]], rel=1e-12)


BY_HOUR = "by_hour: {8:00: 1, 12:00: 0}"


@pytest.mark.parametrize(("staff", "after", "said"), [
    ("number: 1, by_hour: {8:00: 1}", "overtime",
     ": a staff of nurses needs exactly one of number, by_hour; given: number and by_hour"),
    ("by_hour: {8:00: 1, noon: 0}", "sent home",
     ": 'noon' in `by_hour` is no time; write it like 8:00"),
    ("by_hour: {8:00: 1, 08:00: 2}", "sent home", ": `by_hour` names a time twice"),
    ("by_hour: {8:00: 0, 12:00: 0}", "sent home",
     ": `by_hour` has no nurse at any time; allowed: 1 or more at one of them"),
    ("by_hour: {}", "sent home",
     ": `by_hour` has no nurse at any time; allowed: 1 or more at one of them"),
    ("by_hour: {8:00: -1}", "sent home", ".by_hour.8:00: 0 to 1000 nurses"),
    ("by_hour: {9:00: 1}", "sent home",
     ".by_hour: the first time is not 8:00, at which the clinic opens"),
    ("by_hour: {8:00: 1, 17:00: 0}", "sent home",
     ".by_hour.17:00: '17:00' is outside opening hours, 8:00 to 17:00"),
    (BY_HOUR, "overtime",
     ".by_hour: the last time has no nurse, and `after_closing: overtime` seats patients after "
     "closing time; write 1 nurse or more there, or `after_closing: sent home`"),
    ("by_hour: {8:00: 0, 15:30: 1}", "sent home",
     ".by_hour: a visit of 100 minutes for pamidronate cannot begin in time"),
])  # fmt: skip
def test_a_mistake_in_the_hours_of_nurses_is_told_in_one_sentence(staff, after, said):
    with pytest.raises(ScenarioError) as caught:
        load(NINE, ["clinic.places=null", chairs_of(staff, after)])
    (mistake,) = caught.value.mistakes
    assert f"{mistake.path}: {mistake.message}" == f"clinic.chairs.nurses{said}"


@pytest.mark.parametrize(("staff", "line"), [
    ("by_hour: {13:00: 2, 8:00: 1, 12:00: 0}",
     "1 nurse from 8:00, none from 12:00, 2 from 13:00, each busy for 20 minutes"),
    ("by_hour: {8:00: 0, 10:00: 2}", "no nurses from 8:00, 2 from 10:00, each busy for 20 minutes"),
    ("number: 3", "3 nurses, each busy for 20 minutes"),
])  # fmt: skip
def test_the_protocol_tells_the_hours(staff, line):
    clinic = load(NINE, ["clinic.places=null", chairs_of(staff)]).scenario.clinic
    assert clinic is not None
    assert f"{line} at the begin of a visit" in [*day_in_words(clinic)]


def test_a_file_changes_one_hour_of_another():
    settings = ["clinic.places=null", chairs_of(BY_HOUR), "clinic.chairs.nurses.by_hour.12:00=2"]
    clinic = load(NINE, settings).scenario.clinic
    assert [tuple(shift)[::2] for shift in clinic.chairs.nurses.shifts] == [(480, 1), (720, 2)]
