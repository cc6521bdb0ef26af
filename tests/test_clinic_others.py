"""Other patients of a clinic, who are not in the study: against clinics with less room."""

import math

import numpy as np
import pytest
from scipy import stats

from sim.experiments import runs
from sim.scenario import ScenarioError, load
from sim.scenario.clinic import clinics_in_words
from sim.simulation.clinic import (
    Calendar,
    Clinic,
    Outside,
    Places,
    Supply,
    Visit,
    outside_of,
    rules_of,
)
from sim.simulation.lowering.clinic_dates import days_of
from sim.simulation.lowering.other_patients import most_others, taken_by_others, up_to
from sim.simulation.records import (
    HOME,
    INFUSION,
    NEVER,
    NO_DRUG,
    OTHERS,
    OVERTIME,
    ROOM,
    SLOTS,
    STREAMS,
    TAKEN,
)
from sim.simulation.simulate import inputs_of, names_of, protocol_of, simulate_arms
from sim.vocabulary import SKIPPED
from tests.test_clinic_costs import study_of

NINE = "scenarios/clinic-nine-places.yaml"
SHORT = (
    "clinic.supply={pamidronate: {vials: [30 mg, 60 mg, 90 mg], stock: 2000 mg, deliveries: "
    "{every: 1 month, up_to: 2000 mg}, shortages: [{from: 5 months, for: 2 months, delivered: "
    "0 %}], when_short: most severe first}}"
)
OWED = ("clinic.next=owed", "clinic.at_least_apart=14 days", "clinic.at_most_late=never")
IN_CHAIRS = (
    "clinic.chairs={{number: {}, hours: '8:00 to 13:00', visits: {{pamidronate: {{mean: 100 "
    "minutes, sd: 60 minutes}}}}, arrival: {{sd: 12 minutes}}, after_closing: {}}}"
)


def small(*settings):
    """Clinics of 20 patients, on the plan of a month, half of them enrolled before the limits."""
    few = ["clinics.number=3", "clinics.patients_each=20", "clinic.places=3", "clinic.closed=[]",
           "horizon=12 months", "clinic.enrolment=6 months", "clinic.already_enrolled=10",
           "therapies.pamidronate.schedule=[{every: 1 month}]"]  # fmt: skip
    return load(NINE, [*few, *settings])


def logs(study):
    patients = range(study.scenario.cohort.patients)
    return {
        arm: log for arm, (_, log) in simulate_arms(protocol_of(study), patients, "simpy").items()
    }


def same(one, other):
    return all(
        a.tobytes() == b.tobytes()
        for first, second in zip(logs(one).values(), logs(other).values(), strict=True)
        for a, b in zip(first, second, strict=True)
    )


@pytest.mark.share(3)
@pytest.mark.parametrize("settings", [(), OWED, (SHORT,)], ids=["from plan", "owed", "short"])
def test_places_that_others_always_take_are_places_that_are_not_there(settings):
    shared = small(*settings, "clinic.other_patients={always: 2}")
    assert same(shared, small(*settings, "clinic.places=1"))
    assert not same(shared, small(*settings)), "the places are felt"


def test_the_summary_is_that_of_the_places_that_are_left():
    """The use of the clinic as well: it is counted against the places that others leave."""
    settings = {"chairs": None, "prices": {"per_infusion_is_for": "drug", "per_place": "90 EUR"}}
    shared = study_of("clinic.other_patients={always: 2}", places="3", **settings)
    one, other = (runs.run(s, engine="simpy") for s in (shared, study_of(places="1", **settings)))
    assert one.summary.equals(other.summary)
    assert one.quantities.means().tobytes() == other.quantities.means().tobytes()


@pytest.mark.parametrize(("after", "sd"), [("sent home", "60"), ("overtime", "0")])
def test_others_who_stay_all_day_leave_the_other_chairs(after, sd):
    """Two of three chairs for the whole day: the log of one chair.

    With overtime their chairs are free for those who wait at closing time, so nobody waits here.
    """
    bare = ("clinic.places=null", "clinic.enrolment=3 months")
    three, one = (
        IN_CHAIRS.format(chairs, after).replace("sd: 60", f"sd: {sd}").replace("sd: 12", "sd: 0")
        for chairs in (3, 1)
    )
    shared = small(*bare, three, "clinic.other_patients={always: 2, visit: 5 hours}")
    assert same(shared, small(*bare, one))
    log = logs(shared)["pamidronate"]
    assert (log.kind >= ROOM).any()
    assert after == "overtime" or np.isin(log.kind, range(HOME, NO_DRUG)).any()


def test_minutes_in_use_are_those_that_others_leave():
    study = small("clinic.places=null", "clinic.enrolment=3 months",
                  IN_CHAIRS.format(3, "overtime"),
                  "clinic.other_patients={always: 2, visit: 90 minutes}")  # fmt: skip
    found = runs.run(study, engine="simpy").summary.set_index(["arm", "outcome"])["estimate"]
    log, days = logs(study)["pamidronate"], 3 * study.scenario.clinic.open_days(365.25)
    minutes = log.value[np.isin(log.kind, range(TAKEN, OVERTIME))].sum()
    assert found["pamidronate", "chairs in use"] == pytest.approx(
        100 * minutes / (days * (3 * 300 - 2 * 90))
    )


def test_others_have_their_places_on_a_short_day_too():
    """A day that is booked anew by severity has the places that others leave."""
    supply = Supply((30.0,), 60.0, severe_first=True)
    clinic = Clinic(Calendar(0, tuple(range(7))), Places(3), {0: supply}, {0: Outside(2)})
    wants = [Visit(0, i, 0, 0, milligrams=mg, severity=(-i,)) for i, mg in enumerate((90, 30, 30))]
    for visit in wants:
        clinic.ask(visit)
    assert clinic.act(0).served == [wants[2]]
    assert clinic.act(1).served == [wants[1]]


def test_no_other_random_number_moves():
    """A number of the patients is the same with and without others, and others are their own."""
    alone, shared = small(), small("clinic.other_patients={per_open_day: 2}")
    one, other = (inputs_of(protocol_of(s), range(60))["pamidronate"] for s in (alone, shared))
    for stream in set(range(STREAMS)) - {OTHERS}:
        for slot in range(SLOTS):
            assert one.numbers(stream, slot).tobytes() == other.numbers(stream, slot).tobytes()
    assert one.numbers(OTHERS, 0).size == 0 < other.numbers(OTHERS, 0).size
    assert same(alone, small("clinic.other_patients={per_open_day: 0}"))


def test_the_same_others_come_in_every_arm_and_more_of_them_with_a_larger_load():
    days = []
    for mean in (2, 2.5, 4):
        study = small(f"clinic.other_patients={{per_open_day: {mean}}}")
        arms = inputs_of(protocol_of(study), range(20)).values()
        (first, *rest) = (outside_of(study.scenario, inputs) for inputs in arms)
        assert all(other == first for other in rest)
        days.append(first)
    assert min(days[0]) == rules_of(study.scenario).calendar.begins, "none before the limits"
    assert len(days[0]) == days_of(study.scenario.clinic, study.scenario) == 183 + 366 + 1
    assert all(few <= some <= many for few, some, many in
               zip(*([day.others for day in of.values()] for of in days), strict=True))  # fmt: skip


@pytest.mark.parametrize(("mean", "places"), [(2.0, 3), (4.0, 9), (9.0, 9), (0.3, 1)])
def test_free_places_have_the_mean_of_a_poisson_load(mean, places):
    """E max(0, N - X) by the probabilities of scipy, and the mean over 60 clinics by z."""
    study = small(f"clinic.places={places}", f"clinic.other_patients={{per_open_day: {mean}}}",
                  "clinics.number=60")  # fmt: skip
    clinic, poisson = study.scenario.clinic, stats.poisson(mean)
    free = sum((places - x) * poisson.pmf(x) for x in range(places))
    assert places - taken_by_others(clinic) == pytest.approx(free, rel=1e-12)
    inputs, left, asked = inputs_of(protocol_of(study), range(1200))["pamidronate"], [], []
    for first in range(0, 1200, 20):
        cut = slice(first, first + 20)
        own = inputs._replace(patients=inputs.patients[cut], draws=inputs.draws[cut])
        numbers = np.array([day.others for day in outside_of(study.scenario, own).values()])
        left.append(np.maximum(0, places - numbers).mean())
        asked.append(numbers)
    z = (np.mean(left) - free) / (np.std(left, ddof=1) / math.sqrt(60))
    assert abs(z) < 4
    every = np.concatenate(asked)
    z = (every.mean() - mean) / math.sqrt(mean / every.size)
    assert abs(z) < 4
    among = np.sqrt((2 * mean**2 + mean) / every.size)
    assert abs(every.var() - mean) < 4 * among, "the variance of a Poisson number is its mean"


@pytest.mark.parametrize("mean", [1e-3, 0.7, 20.0, 500.0])
def test_probabilities_are_those_of_poisson(mean):
    shares = up_to(mean)
    assert shares == pytest.approx(stats.poisson.cdf(range(len(shares)), mean), abs=1e-12)
    assert shares[-1] == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize(("nurses", "visit"), [
    ("", "60 minutes"), ("", "10 minutes"), ("", "45.5 minutes"),
    ("nurses: {number: 1, busy: 12 minutes}, ", "100 minutes"),
    ("nurses: {number: 2, busy: 40 minutes}, ", "45 minutes"),
])  # fmt: skip
def test_the_day_has_room_for_as_many_others_as_are_booked(nurses, visit):
    chairs = IN_CHAIRS.format(3, "overtime").replace("after", f"{nurses}after")
    load_ = f"clinic.other_patients={{always: 1000, visit: {visit}}}"
    scenario = small("clinic.places=null", chairs, load_).scenario
    day = rules_of(scenario).capacity.new_day(Outside(1000))
    assert len(day._others) == most_others(scenario.clinic) > 0
    assert taken_by_others(scenario.clinic) == most_others(scenario.clinic)


@pytest.mark.parametrize("settings", [
    ("clinic.places=1", "clinic.other_patients={per_open_day: 500}"),
    ("clinic.places=null", IN_CHAIRS.format(1, "sent home"),
     "clinic.other_patients={always: 1, visit: 5 hours}"),
])  # fmt: skip
@pytest.mark.parametrize("rule", [(), OWED], ids=["from plan", "owed"])
def test_a_load_that_leaves_no_place_ends_in_doses_that_are_not_given(settings, rule):
    study = small(*settings, *rule, "clinic.already_enrolled=0")
    slot = list(study.scenario.therapies).index("pamidronate")
    log, summary = logs(study)["pamidronate"], runs.run(study, engine="simpy").summary
    doses = log.value[log.kind == INFUSION + slot]
    assert (doses == SKIPPED).all()
    assert len(doses) > 0 or rule, "owed doses wait to the end"
    own = summary[summary["arm"] == "pamidronate"].set_index("outcome")["estimate"]
    assert (own["pamidronate doses received"] == 0).all()
    assert not np.isinf(summary["estimate"]).any()
    assert names_of(study).therapies[slot] == "pamidronate"
    assert NEVER not in log.day


@pytest.mark.parametrize(("settings", "said"), [
    (["places=9", "other_patients={}"],
     "clinic.other_patients: a load of other patients needs exactly one of per_open_day, always; "
     "given: none"),
    (["other_patients={per_open_day: 4, always: 4}"],
     "clinic.other_patients: a load of other patients needs exactly one of per_open_day, always; "
     "given: per_open_day and always"),
    (["other_patients={per_open_day: 501}"],
     "clinic.other_patients.per_open_day: '501' is not allowed here; allowed: 0 to 500"),
    (["other_patients={always: -1}"],
     "clinic.other_patients.always: 0 to 10000 patients on an open day"),
    (["other_patients={always: 9}"],
     "clinic.other_patients.always: takes all 9 places of each open day, so no dose is ever given"),
    (["places=unlimited", "other_patients={always: 9}"],
     "clinic.other_patients: with `places: unlimited` nobody takes a place from others; write a "
     "number there"),
    (["other_patients={always: 4, visit: 3 hours}"],
     "clinic.other_patients.visit: stands with `chairs`; a place has no minutes"),
    (["places=null", IN_CHAIRS.format(3, "overtime").removeprefix("clinic."),
      "other_patients={always: 4}"],
     "clinic.other_patients: `visit` is missing: with `chairs`, write like visit: 180 minutes"),
    (["places=null", IN_CHAIRS.format(3, "overtime").removeprefix("clinic."),
      "other_patients={always: 4, visit: 6 hours}"],
     "clinic.other_patients.visit: a visit of 360 minutes does not fit into the 300 minutes of "
     "8:00 to 13:00"),
])  # fmt: skip
def test_a_mistake_in_the_load_is_told_in_one_sentence(settings, said):
    with pytest.raises(ScenarioError) as caught:
        load(NINE, [f"clinic.{text}" for text in settings])
    (mistake,) = caught.value.mistakes
    assert f"{mistake.path}: {mistake.message}" == said


@pytest.mark.parametrize(("settings", "line"), [
    (["other_patients={per_open_day: 4.5}"],
     "4.5 on each open day on average (Poisson), each with a place"),
    (["other_patients={always: 4}"], "4 on each open day, each with a place"),
    (["places=null", IN_CHAIRS.format(3, "overtime").removeprefix("clinic."),
      "other_patients={always: 1, visit: 3 hours}"],
     "1 on each open day, each with a chair for 180 minutes"),
])  # fmt: skip
def test_the_protocol_tells_the_load(settings, line):
    told = [*clinics_in_words(load(NINE, [f"clinic.{text}" for text in settings]).scenario)]
    assert f"  other patients: {line} before the study is booked" in told
