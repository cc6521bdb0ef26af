"""Where patients meet: the clinic against closed forms, a loop over days, and no clinic at all."""

import numpy as np
import pytest

from sim.scenario import load
from sim.simulation import lowering, simpy_engine
from sim.simulation.clinic import Calendar, Clinic, Places, Rules, Visit, simulate
from sim.simulation.records import DEATH, END, INFUSION, NEVER
from sim.simulation.simulate import inputs_of
from sim.vocabulary import FROM_LAST, FROM_PLAN, OWED, SKIPPED
from tests.day_loop import answers, followed

BASE = "scenarios/laroche2011.yaml"
EVERY_DAY = Calendar(0, tuple(range(7)))
WEEKDAYS = Calendar(0, tuple(range(5)))
MONTH = 30.4375
MONTHLY = "therapies.pamidronate.schedule=[{every: 1 month}]"


def lowered(count, settings=(), arm="pamidronate"):
    study = load(BASE, [f"cohort.patients={count}", *settings])
    slot = list(study.scenario.therapies).index("pamidronate")
    return inputs_of(lowering.protocol(study.scenario), range(count))[arm], slot


def under(inputs, next_dose, least_apart=1):
    """The same inputs with another rule of the next dose."""
    params = inputs.params.copy()
    params["next_dose"], params["least_apart"] = next_dose, least_apart
    return inputs._replace(params=params)


def monthly(count, *settings):
    """Patients without deaths who get an infusion a month, as in the loop of closed forms."""
    still = ["mortality.standardised_mortality_ratio=0", "fractures.base_rate=0 per year", MONTHLY]
    return lowered(count, [*still, *settings])


def spread(count):
    return [round(i * MONTH / count) for i in range(count)]


@pytest.mark.share(3)
@pytest.mark.parametrize("rule", [FROM_PLAN, FROM_LAST, OWED])
def test_a_clinic_without_limits_gives_the_log_of_no_clinic_to_the_last_bit(rule):
    late = [
        "therapies.pamidronate.delay={probability: 30 %, mean: 10 days}",
        "therapies.pamidronate.given=80 %",
        "therapies.pamidronate.reactions.acute_phase.ends_course=5 %",
    ]
    for arm in ("combination", "pamidronate"):
        inputs, slot = lowered(60, late, arm)
        log, visits = simulate(
            under(inputs, rule), Rules(EVERY_DAY, Places(NEVER), (slot,)), range(60)
        )
        for one, other in zip(log, simpy_engine.simulate(inputs), strict=True):
            assert one.tobytes() == other.tobytes()
        assert visits
        assert all(visit.served == visit.due for visit in visits)


@pytest.mark.share(3)
@pytest.mark.parametrize(("places", "calendar"), [
    (2, WEEKDAYS), (3, WEEKDAYS), (4, Calendar(3, (0, 1, 4), (range(200, 260),))),
])  # fmt: skip
def test_a_loop_over_days_gives_the_same_days_patient_by_patient(places, calendar):
    """An independent clinic without heaps and SimPy."""
    inputs, slot = monthly(60, "horizon=24 months")
    _, visits = simulate(inputs, Rules(calendar, Places(places), (slot,)), spread(60))
    plan, horizon = inputs.params["plan_days"][slot].tolist(), round(24 * MONTH)

    def serve(day, waiting):
        return waiting[: places if calendar.is_open(day) else 0], []

    assert followed(plan, horizon, spread(60), serve) == answers(visits)


@pytest.mark.share(6)
@pytest.mark.parametrize(("rule", "places", "days"), [
    (OWED, 10, MONTH), (OWED, 9, 280 / 9), (OWED, 8, 35.0), (OWED, 6, 280 / 6),
    (FROM_LAST, 8, 35.0), (FROM_LAST, 6, 280 / 6),
])  # fmt: skip
def test_a_clinic_that_is_too_small_stretches_the_interval(rule, places, days):
    """Achieved interval: the larger of the plan and 7 N / (places x open days)."""
    inputs, slot = monthly(200, "horizon=60 months")
    _, visits = simulate(under(inputs, rule), Rules(WEEKDAYS, Places(places), (slot,)), spread(200))
    middle = range(600, 1700)
    inside = sum(v.served in middle for v in visits if v.served is not None)
    assert 200 * len(middle) / inside == pytest.approx(days, rel=0.005)


CLOSED = range(728, 728 + 91)


def closure(rule, at_most_late=NEVER, months=120):
    """Days from reopening until the last wait above five days, doses skipped, and all visits."""
    inputs, slot = monthly(200, f"horizon={months} months")
    calendar = Calendar(0, tuple(range(5)), (CLOSED,))
    rules = Rules(calendar, Places(10), (slot,), at_most_late)
    _, visits = simulate(under(inputs, rule), rules, spread(200))
    late = [v.served for v in visits if v.served is not None and v.served >= CLOSED.stop
            and v.served - v.due > 5 and v.served < 25 * months]  # fmt: skip
    skipped = sum(v.skipped is not None for v in visits)
    return max(late) - CLOSED.stop, skipped, visits


@pytest.mark.share(3)
@pytest.mark.parametrize(("rule", "at_most_late", "months", "expected"), [
    (FROM_LAST, NEVER, 60, (25, 0)), (FROM_PLAN, 14, 120, (91, 521)),
    (OWED, NEVER, 120, (1002, 0)),
])  # fmt: skip
def test_the_rule_decides_how_long_a_closure_is_felt(rule, at_most_late, months, expected):
    """With another day 0 and other days of entry it is 27, 93 with 523 skipped, and 1,008."""
    last, skipped, visits = closure(rule, at_most_late, months)
    assert (last, skipped) == expected
    assert all(v.served is None or v.served not in CLOSED for v in visits)


@pytest.mark.share(4)
@pytest.mark.parametrize(
    ("demand", "places", "left_over"),
    [(0.8, 1, 1.6), (1.5, 2, 0.9850410096), (3.6, 4, 3.5998771880), (7.2, 8, 3.2398074679)],
)
def test_the_list_after_each_day_is_that_of_spitzer(demand, places, left_over):
    """Poisson demand, equal clinics: the mean number left over, judged by its z."""
    rng, means = np.random.default_rng(19), []
    for _ in range(60):
        clinic, waiting, total, days = Clinic(EVERY_DAY, Places(places)), 0, 0, 1500
        for day, number in enumerate(rng.poisson(demand, days)):
            for patient in range(number):
                clinic.ask(Visit(day, patient, 0, 0))
            waiting += number - len(clinic.act(day).served)
            total += waiting if day >= 300 else 0
        means.append(total / (days - 300))
    z = (np.mean(means) - left_over) / (np.std(means, ddof=1) / np.sqrt(len(means)))
    assert abs(z) < 4


def test_little_as_an_equality_and_never_more_than_the_places():
    inputs, slot = lowered(80, ["horizon=36 months", "mortality.standardised_mortality_ratio=20"])
    calendar = Calendar(2, (0, 2, 3), (range(300, 360),))
    log, visits = simulate(inputs, Rules(calendar, Places(4), (slot,), 21), range(80))
    ends = [next(x for x in (v.served, v.skipped, v.left) if x is not None) for v in visits]
    on_the_list = sum(
        sum(v.due <= day < end for v, end in zip(visits, ends, strict=True))
        for day in range(max(ends) + 1)
    )
    assert on_the_list == sum(end - v.due for v, end in zip(visits, ends, strict=True))
    served = [v.served for v in visits if v.served is not None]
    assert max(np.bincount(served)) == 4
    assert all(map(calendar.is_open, served))
    doses = log.kind == INFUSION + slot
    assert len(served) == (log.value[doses] > 0).sum()
    assert sum(v.skipped is not None for v in visits) == (log.value[doses] == SKIPPED).sum() > 0
    died = {int(log.patient[at]) for at in np.flatnonzero(log.kind == DEATH)}
    assert any(v.left is not None and v.patient in died for v in visits)
    assert set(log.kind[np.append(np.flatnonzero(np.diff(log.patient)), -1)]) == {DEATH, END}


def test_who_is_due_first_is_served_first_and_leaving_frees_the_place():
    clinic = Clinic(EVERY_DAY, Places(1))
    first, second, third = Visit(0, 2, 0, 0), Visit(0, 1, 0, 0), Visit(1, 0, 0, 0)
    for visit in (third, first, second):
        clinic.ask(visit)
    assert clinic.act(1).served == [second]
    first.left = 1
    assert clinic.act(2).served == [third]
    assert clinic.next_day(3) == NEVER


def test_more_places_never_lengthen_the_list():
    inputs, slot = monthly(40, "horizon=24 months")
    total = []
    for places in (1, 2, 3, 5):
        _, visits = simulate(
            under(inputs, OWED), Rules(WEEKDAYS, Places(places), (slot,)), spread(40)
        )
        total.append(sum(
            next(x for x in (v.served, v.left) if x is not None) - v.due for v in visits
        ))  # fmt: skip
    assert total == sorted(total, reverse=True)


def test_doses_that_are_owed_keep_their_distance():
    inputs, slot = monthly(30, "horizon=24 months")
    calendar = Calendar(0, tuple(range(5)), (range(100, 200),))
    _, visits = simulate(under(inputs, OWED, 14), Rules(calendar, Places(9), (slot,)), spread(30))
    for i in range(30):
        days = [v.served for v in visits if v.patient == i and v.served is not None]
        assert min(np.diff(days)) >= 14


def test_a_clinic_without_places_or_open_days_is_refused():
    with pytest.raises(ValueError, match="0 places on a day"):
        Clinic(EVERY_DAY, Places(0))
    with pytest.raises(ValueError, match="open on one weekday"):
        Calendar(0, ())
