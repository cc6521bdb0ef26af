"""Breakdowns of a clinic: against closures, by closed forms, and a loop over days."""

import math

import numpy as np
import pytest

from sim.scenario import ScenarioError, load
from sim.scenario.checks.clinic import remarks_on_clinic
from sim.scenario.clinic_day import day_in_words
from sim.scenario.form.breakdowns import Breakdowns
from sim.scenario.form.nurses import all_day
from sim.simulation.clinic import (
    Calendar,
    Chairs,
    Clinic,
    Outside,
    Places,
    Visit,
    enrolled,
    outside_of,
    rules_of,
    simulate,
)
from sim.simulation.lowering.breakdowns import lost_on_days
from sim.simulation.records import FAILS, NEVER, SLOTS, STREAMS, TAKEN
from sim.simulation.simulate import inputs_of, protocol_of
from tests.day_loop import answers, followed
from tests.test_clinic_others import IN_CHAIRS, OWED, SHORT, same, small
from tests.test_clinic_staff import STILL

NINE = "scenarios/clinic-nine-places.yaml"
EVERY_DAY = Calendar(0, tuple(range(7)))
OFTEN = "clinic.breakdowns={{every: 40 days, for: 5 days, takes: {}}}"


def of_first(study, arm="pamidronate"):
    """Inputs of the first clinic of an arm, and what comes to it."""
    inputs = inputs_of(protocol_of(study), range(study.scenario.together))[arm]
    return inputs, outside_of(study.scenario, inputs)


@pytest.mark.parametrize("settings", [
    ("clinic.places=1",), ("clinic.places=1", *OWED), (SHORT,),
    ("clinic.not_coming=20 %", "clinic.overbook=50 %"),
    ("clinic.places=null", "clinic.enrolment=3 months", IN_CHAIRS.format(2, "sent home")),
    ("clinic.other_patients={always: 1}",), ("clinic.places=unlimited",),
], ids=["from plan", "owed", "short", "overbooked", "chairs", "shared", "unlimited"])  # fmt: skip
def test_a_breakdown_of_all_is_a_closure_to_the_last_bit(settings):
    study = small(*settings, OFTEN.format("all"))
    inputs, outside = of_first(study)
    begins = rules_of(study.scenario).calendar.begins
    closed = [f"{{from: {day - begins} days, for: 1 day}}"
              for day, of in outside.items() if of.lost]  # fmt: skip
    whole = {day: of._replace(lost=0) for day, of in outside.items()}
    shut = small(*settings, f"clinic.closed=[{', '.join(closed)}]")
    here, there = (
        simulate(inputs, rules_of(of.scenario), enrolled(of.scenario, inputs), days)[0]
        for of, days in ((study, outside), (shut, whole))
    )
    assert len(closed) > 20
    assert [a.tobytes() for a in here] == [b.tobytes() for b in there]


def test_places_that_are_always_lost_are_places_that_are_not_there():
    """One breakdown a day takes two of three places."""
    lost = small("clinic.breakdowns={every: 1 day, for: 400 days, takes: 2}",
                 "clinic.already_enrolled=0")  # fmt: skip
    _, outside = of_first(lost)
    late = min(day for day, of in outside.items() if of.lost)
    assert {of.lost for day, of in outside.items() if day >= late} == {2}
    one = small("clinic.places=1", "clinic.already_enrolled=0")
    inputs, _ = of_first(lost)
    found = [
        simulate(inputs, rules_of(of.scenario), enrolled(of.scenario, inputs), days)[0]
        for of, days in ((lost, {day: Outside(lost=2) for day in outside}), (one, {}))
    ]
    assert all(a.tobytes() == b.tobytes() for a, b in zip(*found, strict=True))


def test_chairs_that_are_lost_seat_nobody_and_the_others_do():
    chairs = Chairs(3, 480, 1020, {0: 180}, all_day(3), 0, False)
    for lost, served in ((0, 9), (1, 6), (2, 3), (3, 0), (NEVER, 0)):
        clinic = Clinic(EVERY_DAY, chairs, outside={0: Outside(lost=lost)})
        for i in range(12):
            clinic.ask(Visit(0, i, 0, 0, minutes=180))
        assert len(clinic.act(0).served) == served
        assert clinic.next_day(0) == (0 if lost < 3 else 1)


def test_other_patients_have_what_a_breakdown_leaves_first():
    clinic = Clinic(EVERY_DAY, Places(4), outside={0: Outside(others=1, lost=2)})
    for i in range(5):
        clinic.ask(Visit(0, i, 0, 0))
    assert [len(clinic.act(day).served) for day in (0, 1)] == [1, 4]


@pytest.mark.parametrize(("every", "days"), [("40 days", 5), ("6 months", 21), ("10 days", 1)])
def test_days_lost_have_the_mean_of_the_closed_form(every, days):
    """Day d is lost unless no breakdown began on it and the days before: 1 - exp(-k / every)."""
    study = small(f"clinic.breakdowns={{every: {every}, for: {days} days, takes: all}}",
                  "clinics.number=150", "clinics.patients_each=4",
                  "clinic.already_enrolled=0")  # fmt: skip
    of = study.scenario.clinic.breakdowns
    inputs, lost = inputs_of(protocol_of(study), range(600))["pamidronate"], []
    for first in range(0, 600, 4):
        cut = slice(first, first + 4)
        own = inputs._replace(patients=inputs.patients[cut], draws=inputs.draws[cut])
        lost.append([day.lost > 0 for day in outside_of(study.scenario, own).values()])
    number = len(lost[0])
    expected = [1 - math.exp(-min(day + 1, days) / of.every) for day in range(number)]
    totals = np.sum(lost, axis=1)
    error = totals.std(ddof=1) / math.sqrt(len(totals))
    assert abs(totals.mean() - sum(expected)) < 4 * error
    assert of.share == pytest.approx(expected[-1], rel=1e-12)


def test_times_between_begins_are_exponential():
    """Whole days between begins of one day each: geometric, so mean and SD by its formulas."""
    of = Breakdowns.model_validate({"every": "12 days", "for": "1 day", "takes": "all"})
    begins = np.flatnonzero(lost_on_days(of, np.random.default_rng(5).random(200_000)))
    gaps, chance = np.diff(begins), 1 - math.exp(-1 / 12)
    assert gaps.mean() == pytest.approx(1 / chance, rel=0.03)
    assert gaps.std() == pytest.approx(math.sqrt(1 - chance) / chance, rel=0.05)


def test_a_breakdown_during_another_prolongs_it_and_takes_no_more():
    of = Breakdowns.model_validate({"every": "10 days", "for": "3 days", "takes": "2"})
    numbers = [0.9, 0.05, 0.9, 0.05, 0.9, 0.9, 0.9, 0.9]
    assert lost_on_days(of, numbers) == [0, 2, 2, 2, 2, 2, 0, 0]


def test_no_other_random_number_moves_and_the_arms_share_their_breakdowns():
    alone, broken = small(), small(OFTEN.format("all"))
    one, other = (inputs_of(protocol_of(s), range(60))["pamidronate"] for s in (alone, broken))
    for stream in {*range(STREAMS)} - {FAILS}:
        for slot in range(SLOTS):
            assert one.numbers(stream, slot).tobytes() == other.numbers(stream, slot).tobytes()
    assert one.numbers(FAILS, 0).size == 0 < other.numbers(FAILS, 0).size
    assert not same(alone, broken)
    roomy = small(OFTEN.format("all"), "clinic.places=9")
    assert len({str(of_first(of, arm)[1]) for of in (broken, roomy)
                for arm in of.scenario.arms}) == 1  # fmt: skip
    rare = small(OFTEN.format("all").replace("40 days", "120 days"))
    few, many = ({day for day, of in of_first(s)[1].items() if of.lost} for s in (rare, broken))
    assert few < many, "with breakdowns three times as often, those of before and others"
    assert min(many) >= rules_of(broken.scenario).calendar.begins


@pytest.mark.parametrize("takes", ["all", "2"])
def test_a_loop_over_days_gives_the_same_days_patient_by_patient(takes):
    study = small(*STILL, OFTEN.format(takes), "clinic.open=[Monday, Tuesday, Friday]",
                  "clinic.places=3", "clinic.closed=[{from: 200 days, for: 21 days}]",
                  "therapies.pamidronate.schedule=[{every: 2 weeks}]")  # fmt: skip
    inputs, outside = of_first(study)
    scenario, rules = study.scenario, rules_of(study.scenario)
    days = enrolled(scenario, inputs)
    log, visits = simulate(inputs, rules, days, outside)
    chance, left, lost = 1 - math.exp(-1 / 40), 0, {}
    numbers = inputs.numbers(FAILS, 0)
    for day in range(len(outside)):
        left = 5 if numbers[day % 20, day // 20] < chance else max(0, left - 1)
        lost[day] = (3 if takes == "all" else 2) if left else 0

    def serve(day, waiting):
        is_open = day % 7 in (0, 1, 4) and day not in range(200, 221)
        return waiting[: 3 - lost[day] if is_open else 0], []

    plan = inputs.params["plan_days"][rules.serves[0]].tolist()
    assert followed(plan, int(inputs.params["horizon"]), days, serve) == answers(visits)
    served = np.bincount([v.served for v in visits if v.served is not None])
    assert all(number <= 3 - lost[day] for day, number in enumerate(served))
    ends = [next(x for x in (v.served, v.skipped, v.left) if x is not None) for v in visits]
    on_the_list = sum(
        sum(v.due <= day < end for v, end in zip(visits, ends, strict=True))
        for day in range(max(ends) + 1)
    )
    assert on_the_list == sum(end - v.due for v, end in zip(visits, ends, strict=True))
    assert (log.kind == TAKEN + rules.serves[0]).any()


@pytest.mark.parametrize(("text", "said"), [
    ("{every: 6 months, for: 3 days}", ".takes: is missing"),
    ("{every: 6 months, for: 3 days, takes: none}", ".takes: 'none' is no number of places lost"),
    ("{every: 6 months, for: 3 days, takes: 1.5}", ".takes: a whole number, or `all`"),
    ("{every: 6 months, for: 0 days, takes: all}", ".for: '0 days' is not allowed here"),
    ("{every: 0 days, for: 3 days, takes: all}", ".every: '0 days' is not allowed here"),
    ("{every: 6 months, for: 3 days, takes: 2}",
     ".takes: of `places: unlimited` some are no loss; write `all`, or a number of places"),
])  # fmt: skip
def test_a_mistake_in_breakdowns_is_told_in_one_sentence(text, said):
    places = "clinic.places=unlimited" if "unlimited" in said else "clinic.places=9"
    with pytest.raises(ScenarioError) as caught:
        load(NINE, [places, f"clinic.breakdowns={text}"])
    (mistake,) = caught.value.mistakes
    assert f"{mistake.path}: {mistake.message}".startswith(f"clinic.breakdowns{said}")


@pytest.mark.parametrize(("settings", "line"), [
    (["breakdowns={every: 6 months, for: 3 days, takes: all}"],
     "every 6 months on average all places are lost for 3 days, by chance; 1.6 % of days"),
    (["breakdowns={every: 30 days, for: 1 week, takes: 1}"],
     "every 30 days on average 1 place is lost for 7 days, by chance; 21 % of days"),
    (["places=null", IN_CHAIRS.format(3, "overtime").removeprefix("clinic."),
      "breakdowns={every: 1 year, for: 1 day, takes: 2}"],
     "every 12 months on average 2 chairs are lost for 1 day, by chance; 0.27 % of days"),
])  # fmt: skip
def test_the_protocol_tells_breakdowns(settings, line):
    clinic = load(NINE, [f"clinic.{text}" for text in settings]).scenario.clinic
    assert clinic is not None
    assert f"breakdowns: {line}" in [*day_in_words(clinic)]


def test_a_remark_counts_the_places_that_breakdowns_leave():
    settings = ["clinic.at_most_late=never", "clinic.places=6"]
    broken = [*settings, "clinic.breakdowns={every: 30 days, for: 10 days, takes: all}"]
    told = [any("plans up to" in remark for remark in remarks_on_clinic(load(NINE, of).scenario))
            for of in (settings, broken)]  # fmt: skip
    assert told == [False, True]
