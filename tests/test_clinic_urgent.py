"""Urgent patients of a clinic: against clinics with less room, Poisson sums, a loop over days."""

import math

import numpy as np
import pytest
from scipy import stats

from sim.economics.quantities import keys_of, quantities
from sim.experiments import runs
from sim.outcomes.plan import records_by_arm
from sim.scenario import ScenarioError, load
from sim.scenario.clinic_day import day_in_words
from sim.scenario.form.nurses import all_day
from sim.simulation.clinic import (
    Calendar,
    Chairs,
    Clinic,
    Outside,
    Places,
    Visit,
    enrolled,
    rules_of,
    simulate,
)
from sim.simulation.lowering.urgent import taken_by_urgent
from sim.simulation.records import HOME, INFUSION, SLOTS, STREAMS, TAKEN, URGENT
from sim.simulation.simulate import inputs_of, protocol_of
from sim.vocabulary import SKIPPED
from tests.day_loop import answers, booked_by_minute, followed, minute_by_minute
from tests.test_clinic_breakdowns import of_first
from tests.test_clinic_costs import study_of
from tests.test_clinic_others import IN_CHAIRS, OWED, SHORT, logs, same, small
from tests.test_clinic_staff import STILL

NINE = "scenarios/clinic-nine-places.yaml"
EVERY_DAY = Calendar(0, tuple(range(7)))
STIFF = IN_CHAIRS.replace("sd: 60", "sd: 0").replace("sd: 12", "sd: 0")
BARE = ("clinic.places=null", "clinic.enrolment=3 months")


def urgent_of(mean, kept, visit=""):
    return f"clinic.urgent={{per_open_day: {mean}, kept_free: {kept}{visit}}}"


@pytest.mark.share(3)
@pytest.mark.parametrize("settings", [(), OWED, (SHORT,)], ids=["from plan", "owed", "short"])
def test_kept_places_that_nobody_takes_are_places_that_are_not_there(settings):
    kept = small(*settings, urgent_of(0, 2))
    assert same(kept, small(*settings, "clinic.places=1"))
    assert not same(kept, small(*settings)), "the places are felt"
    assert same(small(*settings), small(*settings, urgent_of(0, 0)))


def test_a_chair_that_is_kept_all_day_is_a_chair_that_is_not_there():
    """Everyone is on time and stays as long as booked, so that nobody waits for a chair."""
    three, one = STIFF.format(3, "sent home"), STIFF.format(1, "sent home")
    kept = small(*BARE, three, urgent_of(0, 2, ", visit: 5 hours"))
    assert same(kept, small(*BARE, one))
    assert not same(kept, small(*BARE, three))


@pytest.mark.parametrize(("places", "kept", "others"), [(5, 1, 0), (5, 0, 1), (3, 2, 0), (6, 2, 5)])
@pytest.mark.parametrize("number", range(8))
def test_a_full_day_has_whom_subtraction_says(places, kept, others, number):
    """Others have what is not kept; urgent patients the kept places, then those booked last."""
    clinic = Clinic(EVERY_DAY, Places(places, 0.0, kept), {}, {0: Outside(others, 0, number)})
    visits = [Visit(0, i, 0, 0) for i in range(9)]
    for visit in visits:
        clinic.ask(visit)
    day = clinic.act(0)
    booked = places - kept - min(others, places - kept)
    seats = max(0, booked - max(0, number - kept))
    assert day.served == visits[:seats]
    assert day.sent_home == visits[seats:booked]
    assert clinic.act(1).served[: len(day.sent_home)] == day.sent_home, "who was sent home is first"


def test_urgent_patients_take_free_places_and_those_of_who_does_not_come_first():
    visits = [Visit(0, i, 0, 0, comes=i != 1) for i in range(3)]
    clinic = Clinic(EVERY_DAY, Places(4), {}, {0: Outside(urgent=2)})
    for visit in visits:
        clinic.ask(visit)
    day = clinic.act(0)
    assert (day.served, day.sent_home) == (visits, [])
    assert [visit.notes for visit in visits] == [[(TAKEN, 1.0)], [], [(TAKEN, 1.0)]]


@pytest.mark.parametrize(("mean", "places", "kept"), [(0.5, 3, 1), (2.0, 5, 1), (1.0, 3, 0)])
def test_a_full_clinic_serves_and_sends_home_as_poisson_says(mean, places, kept):
    rng, served, home, poisson = np.random.default_rng(4), [], [], stats.poisson(mean)
    clinic = Clinic(
        EVERY_DAY,
        Places(places, 0.0, kept),
        {},
        {day: Outside(urgent=n) for day, n in enumerate(rng.poisson(mean, 1500))},
    )
    for i in range(places * 1500):
        clinic.ask(Visit(0, i, 0, 0))
    for day in range(1500):
        of_day = clinic.act(day)
        served.append(len(of_day.served))
        home.append(len(of_day.sent_home))
        assert served[-1] + max(kept, min(places, clinic.outside[day].urgent)) == places
    seats = [max(0, places - max(kept, n)) for n in range(60)]
    for found, expected in (
        (served, sum(s * poisson.pmf(n) for n, s in enumerate(seats))),
        (home, sum((places - kept - s) * poisson.pmf(n) for n, s in enumerate(seats))),
    ):
        assert abs(np.mean(found) - expected) < 4 * np.std(found) / math.sqrt(1500)


def test_places_that_urgent_patients_have_are_not_paid_by_the_study():
    """Mean of min(U, N - others) by the probabilities of scipy."""
    prices = {"per_infusion_is_for": "drug", "per_place": "90 EUR"}
    study, alone = (study_of(*more, places="4", chairs=None, prices=prices) for more in (
        (urgent_of(1.5, 1), "clinic.other_patients={per_open_day: 2}"), (),
    ))  # fmt: skip
    x, u = stats.poisson(2), stats.poisson(1.5)
    others = [*x.pmf(range(3)), x.sf(2)]
    taken = sum(chance * sum(min(n, 4 - o) * u.pmf(n) for n in range(60))
                for o, chance in enumerate(others))  # fmt: skip
    assert taken_by_urgent(study.scenario.clinic) == pytest.approx(taken, rel=1e-12)
    left = 4 - taken - sum(o * chance for o, chance in enumerate(others))
    offered, paid = [], []
    for one in (study, alone):
        own = records_by_arm(one, range(15), "simpy")["pamidronate"]
        offered.append(own.offered["room"])
        paid.append(
            quantities(own, one.scenario)[:, 0, keys_of(one.scenario).index("places")].sum()
        )
    assert offered[0] / offered[1] == pytest.approx(left / 4, rel=1e-12)
    assert paid[0] / paid[1] == pytest.approx(left / 4, rel=1e-12)


def test_minutes_of_urgent_patients_are_not_offered_to_the_study():
    study = small(*BARE, IN_CHAIRS.format(3, "overtime"), urgent_of(0.5, 1, ", visit: 60 minutes"))
    found = runs.run(study, engine="simpy").summary.set_index(["arm", "outcome"])["estimate"]
    log, days = logs(study)["pamidronate"], 3 * study.scenario.clinic.open_days(365.25)
    slot = list(study.scenario.therapies).index("pamidronate")
    minutes = log.value[log.kind == TAKEN + slot].sum()
    assert found["pamidronate", "chairs in use"] == pytest.approx(
        100 * minutes / (days * (3 * 300 - 0.5 * 60))
    )


def test_no_other_random_number_moves_and_the_arms_share_their_urgent_patients():
    alone, many = small(), small(urgent_of(2, 0))
    one, other = (inputs_of(protocol_of(s), range(60))["pamidronate"] for s in (alone, many))
    for stream in {*range(STREAMS)} - {URGENT}:
        for slot in range(SLOTS):
            assert one.numbers(stream, slot).tobytes() == other.numbers(stream, slot).tobytes()
    assert not same(alone, many)
    kept = small(urgent_of(2, 1), "clinic.places=7")
    assert len({str(of_first(of, arm)[1]) for of in (many, kept)
                for arm in of.scenario.arms}) == 1  # fmt: skip


EVERY_WEEK = "therapies.pamidronate.schedule=[{every: 1 week}]"


@pytest.mark.parametrize(("kept", "overbook", "absent"), [(1, 0, 0.0), (0, 0, 0.2), (1, 1, 0.3)])
def test_a_loop_over_days_gives_the_same_days_patient_by_patient(kept, overbook, absent):
    study = small(
        *STILL,
        urgent_of(1.2, kept),
        "clinic.places=5",
        EVERY_WEEK,
        "clinic.open=[Monday, Friday]",
        f"clinic.not_coming={100 * absent} %",
        f"clinic.overbook={25 * overbook} %",
    )
    inputs, outside = of_first(study)
    scenario, rules = study.scenario, rules_of(study.scenario)
    days = enrolled(scenario, inputs)
    _, visits = simulate(inputs, rules, days, outside)
    comes = {(v.patient, v.dose): v.comes for v in visits}
    numbers = stats.poisson(1.2).ppf(inputs.numbers(URGENT, 0))
    homes = []

    def serve(day, waiting):
        if day % 7 not in (0, 4):
            return [], []
        booked = waiting[: 5 - kept + overbook]
        seats = 5 - max(kept, min(5, int(numbers[day % 20, day // 20])))
        there = [dose for dose in booked if comes[dose[1:]]]
        homes.append(len(there[seats:]))
        return [dose for dose in booked if dose not in there[seats:]], there[seats:]

    plan = inputs.params["plan_days"][rules.serves[0]].tolist()
    assert followed(plan, int(inputs.params["horizon"]), days, serve) == answers(visits)
    assert sum(homes) > 0


@pytest.mark.parametrize("kept", [0, 2])
def test_a_loop_over_days_and_minutes_gives_the_same_days_patient_by_patient(kept):
    study = small(*STILL, *BARE, IN_CHAIRS.format(2, "sent home"), EVERY_WEEK,
                  urgent_of(2, kept, ", visit: 45 minutes"), "clinic.not_coming=10 %",
                  "clinic.open=[Monday, Friday]")  # fmt: skip
    inputs, outside = of_first(study)
    scenario, rules = study.scenario, rules_of(study.scenario)
    days = enrolled(scenario, inputs)
    log, visits = simulate(inputs, rules, days, outside)
    drawn = {(v.patient, v.dose): v for v in visits}
    given_up = []

    def serve(day, waiting):
        if day % 7 not in (0, 4):
            return [], []
        urgent = outside[day].urgent
        lengths = [45] * kept + [100] * len(waiting)
        times = booked_by_minute(lengths, 2, None, 0, 480, 780)
        booked = [*zip(times[kept:], waiting, strict=False)]
        lengths = [45] * kept + [100] * len(booked) + [45] * max(0, urgent - kept)
        free = booked_by_minute(lengths, 2, None, 0, 480, 780)[kept + len(booked) :]
        arrive = times[: min(urgent, kept)] + free
        absent = [one for one in booked if not drawn[one[1][1:]].comes]
        there = [one for one in booked if one not in absent]
        away = []
        while len(arrive) < urgent and absent + there:
            away.append((absent or there).pop())
            arrive.append(away[-1][0])
        given_up.extend(away)
        coming = [(at, n - 99, 45, None) for n, at in enumerate(arrive)]
        coming += [
            (max(480, at + drawn[dose[1:]].late), n, drawn[dose[1:]].minutes, dose)
            for n, (at, dose) in enumerate(booked)
            if (at, dose) in there
        ]
        _, home, _, most = minute_by_minute(coming, 2, None, 0, 480, 780, True)
        assert most[0] <= 2
        home = home | {dose for _, dose in away if drawn[dose[1:]].comes}
        return [dose for _, dose in booked if dose not in home], [*home]

    plan = inputs.params["plan_days"][rules.serves[0]].tolist()
    assert followed(plan, int(inputs.params["horizon"]), days, serve) == answers(visits)
    assert given_up
    assert (log.kind == HOME + rules.serves[0]).any()


def test_an_urgent_patient_has_the_time_of_the_one_who_was_booked_last():
    """One chair from 8:00 to 11:00 for visits of an hour, of which one is kept at 8:00."""
    chairs = Chairs(1, 480, 660, {0: 60}, all_day(1), 0, False, kept=1, of_urgent=90)
    clinic = Clinic(EVERY_DAY, chairs, {}, {0: Outside(urgent=2)})
    visits = [Visit(0, i, 0, 0, minutes=60) for i in range(2)]
    for visit in visits:
        clinic.ask(visit)
    day = clinic.act(0)
    assert [visit.appointment for visit in visits] == [570, None]
    assert (day.served, day.sent_home) == ([], [visits[0]])
    assert clinic.act(1).served == [visits[0]]


def test_urgent_patients_who_take_all_places_end_in_doses_that_are_not_given():
    study = small(urgent_of(500, 0), "clinic.already_enrolled=0")
    slot = list(study.scenario.therapies).index("pamidronate")
    log, summary = logs(study)["pamidronate"], runs.run(study, engine="simpy").summary
    assert (log.value[log.kind == INFUSION + slot] == SKIPPED).all()
    assert not np.isinf(summary["estimate"]).any()
    own = summary[summary["arm"] == "pamidronate"].set_index("outcome")["estimate"]
    assert own["pamidronate sent home"] > 10


CHAIRS = ("places=null", IN_CHAIRS.format(3, "overtime").removeprefix("clinic."))


@pytest.mark.parametrize(("settings", "said"), [
    (["urgent={per_open_day: 0.5}"], ".kept_free: is missing"),
    (["urgent={per_open_day: 0.5, kept_free: -1}"], ".kept_free: 0 to 10000 visits"),
    (["urgent={per_open_day: 501, kept_free: 1}"],
     ".per_open_day: '501' is not allowed here; allowed: 0 to 500"),
    (["urgent={per_open_day: 1, kept_free: 9}"],
     ".kept_free: keeps all 9 places of each open day, so no dose is ever given"),
    (["places=unlimited", "urgent={per_open_day: 1, kept_free: 1}"],
     ": with `places: unlimited` nobody takes a place from others; write a number there"),
    (["urgent={per_open_day: 1, kept_free: 1, visit: 1 hour}"],
     ".visit: stands with `chairs`; a place has no minutes"),
    ([*CHAIRS, "urgent={per_open_day: 1, kept_free: 1}"],
     ": `visit` is missing: with `chairs`, write like visit: 60 minutes"),
    ([*CHAIRS, "urgent={per_open_day: 1, kept_free: 1, visit: 6 hours}"],
     ".visit: a visit of 360 minutes does not fit into a day of 8:00 to 13:00"),
    ([*CHAIRS, "urgent={per_open_day: 1, kept_free: 3, visit: 5 hours}"],
     ".kept_free: leaves no time for a visit for pamidronate, so no dose is ever given"),
])  # fmt: skip
def test_a_mistake_in_urgent_patients_is_told_in_one_sentence(settings, said):
    with pytest.raises(ScenarioError) as caught:
        load(NINE, [f"clinic.{text}" for text in settings])
    (mistake,) = caught.value.mistakes
    assert f"{mistake.path}: {mistake.message}".startswith(f"clinic.urgent{said}")


def test_others_who_always_take_what_is_not_kept_are_refused():
    settings = ["clinic.other_patients={always: 8}", urgent_of(1, 1)]
    with pytest.raises(
        ScenarioError, match="takes all 8 places of each open day that are not kept"
    ):
        load(NINE, settings)


FIRST = "0.5 on each open day on average (Poisson), who go first; "
LAST = "on a full day whoever was booked last is sent home and waits again"


@pytest.mark.parametrize(("settings", "line"), [
    (["urgent={per_open_day: 0.5, kept_free: 1}"], f"1 place is kept free, and beyond {LAST}"),
    (["urgent={per_open_day: 0.5, kept_free: 2}"], f"2 places are kept free, and beyond {LAST}"),
    (["urgent={per_open_day: 0.5, kept_free: 0}"], f"nothing is kept free: {LAST}"),
    ([*CHAIRS, "urgent={per_open_day: 0.5, kept_free: 2, visit: 1 hour}"],
     f"time for 2 visits of 60 minutes is kept free, and beyond {LAST}"),
])  # fmt: skip
def test_the_protocol_tells_urgent_patients(settings, line):
    clinic = load(NINE, [f"clinic.{text}" for text in settings]).scenario.clinic
    assert clinic is not None
    assert f"urgent patients: {FIRST}{line}" in [*day_in_words(clinic)]
