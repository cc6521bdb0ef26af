"""The day of a clinic in minutes, its drugs and orders, against closed forms and second ways."""

import contextlib
import itertools
import math
from heapq import heappop, heappush

import numpy as np
import pytest

from sim.scenario.form.nurses import all_day
from sim.simulation.clinic import (
    Calendar,
    Chairs,
    Clinic,
    Minutes,
    Places,
    Room,
    Store,
    Supply,
    Visit,
    whole_vials,
)
from sim.simulation.clinic.visits import Waiting
from sim.simulation.records import HOME, NEVER, NO_DRUG, OVERTIME, ROOM, TAKEN, WASTED

EVERY_DAY = Calendar(0, tuple(range(7)))
TICKS = 10_000
"""Mean service in ticks of the clock, so that whole ticks do not show."""


def z_of(found, expected):
    """Distance of the mean of independent runs from a closed form, in standard errors."""
    return (np.mean(found) - expected) / (np.std(found, ddof=1) / math.sqrt(len(found)))


def waits(room, arrivals, services):
    return np.array(
        [room.seat(int(a), int(s)) - a for a, s in zip(arrivals, services, strict=True)]
    )


@pytest.mark.parametrize(("rate", "chairs", "wait"), [
    (0.5, 1, 1.0), (1.6, 2, 1.7777777778), (2.4, 3, 1.0786516854), (4.0, 5, 0.5541125541),
])  # fmt: skip
def test_exponential_visits_wait_as_in_the_queue_of_erlang(rate, chairs, wait):
    """M/M/c: the mean wait in units of the mean service, over independent runs."""
    rng, means = np.random.default_rng(19), []
    for _ in range(60):
        gaps, services = rng.exponential(1 / rate, 3000), rng.exponential(1.0, 3000)
        arrivals = np.rint(TICKS * np.cumsum(gaps)).astype(int)
        waited = waits(Room(chairs, all_day(chairs), 0), arrivals, np.rint(TICKS * services))
        means.append(waited[1000:].mean() / TICKS)
    assert abs(z_of(means, wait)) < 4


@pytest.mark.parametrize(("services", "wait"), [
    (lambda rng, n: np.ones(n), 0.5),
    (lambda rng, n: rng.uniform(0.5, 1.5, n), 0.5 * (1 + 1 / 12)),
    (lambda rng, n: rng.gamma(2, 0.5, n), 0.75),
    (lambda rng, n: rng.lognormal(-math.log(1.25) / 2, math.sqrt(math.log(1.25)), n), 0.625),
])  # fmt: skip
def test_one_chair_waits_as_pollaczek_and_khinchine_say(services, wait):
    """M/G/1 at a load of 0.5: half of (1 + CV^2) times the mean service."""
    rng, means = np.random.default_rng(20), []
    for _ in range(60):
        arrivals = np.rint(TICKS * np.cumsum(rng.exponential(2.0, 3000))).astype(int)
        waited = waits(Room(1, all_day(1), 0), arrivals, np.rint(TICKS * services(rng, 3000)))
        means.append(waited[500:].mean() / TICKS)
    assert abs(z_of(means, wait)) < 4


@pytest.mark.parametrize(("number", "away", "chairs", "throughput"), [
    (5, 10, 1, 0.4360478231), (20, 10, 1, 0.9981309501), (20, 10, 2, 1.654790576),
])  # fmt: skip
def test_patients_who_return_share_the_room_as_in_the_repair_of_machines(
    number, away, chairs, throughput
):  # fmt: skip
    """M/M/c//N: visits per mean service, and N = throughput x (away + wait + service)."""
    rng, means = np.random.default_rng(21), []
    for _ in range(40):
        room, visits, end, total = Room(chairs, all_day(chairs), 0), 0, 800 * TICKS, 0
        due = sorted((int(t), i) for i, t in enumerate(rng.exponential(away * TICKS, number)))
        while due[0][0] < end:
            at, patient = heappop(due)
            service = round(rng.exponential(TICKS))
            leaves = room.seat(at, service) + service
            back = leaves + round(rng.exponential(away * TICKS))
            heappush(due, (back, patient))
            visits += 100 * TICKS <= leaves < end
            total += back - at
        means.append(visits / 700)
    assert abs(z_of(means, throughput)) < 4


def test_who_is_first_by_rule_does_not_feel_the_others():
    """Two classes in whole days: the first waits as alone, both together as all (Spitzer)."""
    alone, both = (sum(_excess(demand * n, n) / n for n in range(1, 400)) for demand in (0.3, 0.8))
    assert both == pytest.approx(1.6, abs=1e-4)
    rng, first, total = np.random.default_rng(22), [], []
    for _ in range(80):
        clinic, waiting, sums = Clinic(EVERY_DAY, Places(1)), [0, 0], [0, 0]
        for day in range(1500):
            for rank, demand in enumerate((0.3, 0.5)):
                for _ in range(rng.poisson(demand)):
                    clinic.ask(Visit(day, len(clinic.visits), 0, 0, rank=rank))
                    waiting[rank] += 1
            for visit in clinic.act(day).served:
                waiting[int(visit.rank)] -= 1
            if day >= 300:
                sums[0] += waiting[0]
                sums[1] += sum(waiting)
        first.append(sums[0] / 1200)
        total.append(sums[1] / 1200)
    assert abs(z_of(first, alone)) < 4
    assert abs(z_of(total, both)) < 4


def _excess(mean, least):
    """Expected excess of a Poisson number over a whole number."""
    terms = [math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(least + 1)]
    return mean - least + sum((least - k) * p for k, p in enumerate(terms))


def day_of(chairs, visits):
    """One day of a clinic with chairs, all visits asked for on it."""
    clinic = Clinic(EVERY_DAY, chairs)
    for visit in visits:
        clinic.ask(visit)
    return clinic, clinic.act(0)


def noted(visit, kind):
    return sum(value for of, value in visit.notes if of == kind)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("sends_home", [False, True])
def test_the_day_is_that_of_a_clock_that_looks_at_each_minute(seed, sends_home):
    """Patients on a list, chairs and nurses looked at minute by minute, without a heap."""
    rng = np.random.default_rng(seed)
    rules = Chairs(3, 480, 1020, {0: 120}, all_day(1), 12, sends_home)
    visits = [Visit(0, i, 0, 0, comes=rng.random() > 0.1, minutes=int(rng.integers(60, 240)),
                    late=int(rng.integers(-20, 40))) for i in range(16)]  # fmt: skip
    _, booked = day_of(rules, visits)
    expected, home, ends = _minute_by_minute(rules, visits)
    assert {v.patient: noted(v, ROOM) for v in booked.served if v.comes} == expected
    assert {v.patient for v in booked.sent_home} == home
    assert sum(noted(v, OVERTIME) for v in visits) == max(0, ends - 1020)
    assert sum(noted(v, TAKEN) for v in visits) <= 3 * (1020 - 480)


def _minute_by_minute(rules, visits):
    """Waits by patient, who is sent home, and the minute at which the last visit ends."""
    appointments, chairs, nurse = [], [rules.opens] * rules.number, rules.opens
    for _ in visits:
        at = max(min(chairs), nurse)
        if at + 120 > rules.closes:
            break
        chairs[chairs.index(min(chairs))], nurse = at + 120, at + rules.busy
        appointments.append(at)
    coming = [
        [max(rules.opens, at + v.late), n, v]
        for n, (at, v) in enumerate(zip(appointments, visits, strict=False))
        if v.comes
    ]
    busy: list[int] = []
    nurse, ends = rules.opens, 0
    waits: dict[int, int] = {}
    home: set[int] = set()
    for minute in range(rules.opens, 3000):
        busy = [until for until in busy if until > minute]
        for entry in sorted(c for c in coming if c[0] <= minute):
            if rules.sends_home and minute >= rules.closes:
                home.add(entry[2].patient)
                coming.remove(entry)
            elif len(busy) < rules.number and nurse <= minute:
                visit = entry[2]
                waits[visit.patient] = minute - entry[0]
                busy.append(minute + visit.minutes)
                nurse, ends = minute + rules.busy, max(ends, minute + visit.minutes)
                coming.remove(entry)
    return waits, home, ends


def test_nurses_bind_before_chairs():
    """Twenty chairs and one nurse of 30 minutes: 540 minutes hold 17 begins of an hour's visit."""
    visits = [Visit(0, i, 0, 0, minutes=60) for i in range(40)]
    _, booked = day_of(Chairs(20, 480, 1020, {0: 60}, all_day(1), 30, False), visits)
    assert len(booked.served) == 17


def test_whole_visits_of_a_chair_as_published_times_give_them():
    """172 minutes: 2 visits a chair in 8 hours, 3 in 10; 66 minutes: 7 and 9; 120: 4 and 5."""
    for minutes, hours, visits in ((172, 8, 2), (172, 10, 3), (66, 8, 7), (66, 10, 9),
                                   (120, 8, 4), (120, 10, 5)):  # fmt: skip
        asked = [Visit(0, i, 0, 0, minutes=minutes) for i in range(20)]
        _, booked = day_of(
            Chairs(1, 480, 480 + 60 * hours, {0: minutes}, all_day(1), 0, False), asked
        )
        assert len(booked.served) == visits


def test_a_patient_who_is_sent_home_is_first_on_the_next_day():
    chairs = Chairs(1, 0, 100, {0: 50}, all_day(1), 0, True)
    long, second, third = (Visit(0, i, 0, 0, minutes=minutes)
                           for i, minutes in enumerate((150, 50, 50)))  # fmt: skip
    clinic, booked = day_of(chairs, [long, second, third])
    assert (booked.served, booked.sent_home) == ([long], [second])
    assert noted(long, TAKEN) == 100, "minutes after closing time are no opening hours"
    assert noted(long, OVERTIME) == 50
    assert clinic.act(1).served == [second, third]
    assert HOME not in {kind for kind, _ in long.notes}


def test_minutes_of_a_visit_have_the_mean_and_the_sd_of_the_file():
    """Log-normal of 69 (42) minutes: 4.0765 and 0.5614 on the logarithm."""
    variance = math.log1p((42 / 69) ** 2)
    assert math.log(69) - variance / 2 == pytest.approx(4.0765, abs=5e-5)
    assert math.sqrt(variance) == pytest.approx(0.5614, abs=5e-5)
    z = np.random.default_rng(3).standard_normal(40_000)
    stay = Minutes(math.log(69) - variance / 2, math.sqrt(variance), is_log=True)
    drawn = np.array([stay.drawn(x) for x in z])
    assert abs(drawn.mean() - 69) < 4 * 42 / 200
    assert drawn.std() == pytest.approx(42, rel=0.05)


@pytest.mark.parametrize(("dose", "vials", "expected"), [
    (68, (30, 60, 90), 90), (30, (30, 60, 90), 30), (91, (30, 60, 90), 120), (60, (50,), 100),
    (7, (5, 3), 8), (0.5, (30,), 30),
])  # fmt: skip
def test_whole_vials_waste_least(dose, vials, expected):
    assert whole_vials(dose, vials) == expected
    totals = {a * vials[0] + b * vials[-1] + c * vials[len(vials) // 2]
              for a in range(30) for b in range(30) for c in range(30)}  # fmt: skip
    assert expected == min(total for total in totals if total >= dose)


def test_every_milligram_is_accounted_for_and_the_stock_is_never_below_zero():
    shortages = ((range(100, 160), 0.0), (range(250, 300), 0.4))
    store = Store(Supply((30.0, 60.0, 90.0), 500.0, 0, 30, 900.0, 7, shortages))
    rng, short = np.random.default_rng(4), 0
    for day in range(400):
        store.receive(day)
        for dose in rng.uniform(40, 90, rng.poisson(0.6)):
            short += not (kept := store.keep(float(dose)))
            if kept and rng.random() < 0.1:
                store.give_back(float(dose))
            elif kept:
                store.use(float(dose))
        assert store.on_hand >= 0
    assert short > 0
    assert 500 + store.delivered == pytest.approx(store.given + store.wasted + store.on_hand)


def test_an_order_fills_the_stock_with_what_is_on_the_way_and_shortages_cut_it():
    store = Store(Supply((10.0,), 40.0, 0, 10, 100.0, 15, ((range(10, 11), 0.5),)))
    amounts = []
    for day in range(60):
        store.receive(day)
        amounts.append(store.on_hand)
    assert amounts[14:16] == [40, 100], "60 mg ordered on day 0, there on day 15"
    assert amounts[25] == 100, "nothing was wanted on day 10"
    assert store.keep(80)
    store.receive(60)
    store.receive(75)
    assert store.on_hand == 100


def test_who_has_no_drug_is_put_off_and_others_are_not():
    supply = {0: Supply((30.0,), 100.0, 0, 5, 120.0, 0)}
    clinic = Clinic(EVERY_DAY, Places(10), supply)
    visits = [Visit(1, i, therapy, 0, milligrams=60.0)
              for i, therapy in enumerate((0, 0, 0, 1, 1))]  # fmt: skip
    for visit in visits:
        clinic.ask(visit)
    assert [v.patient for v in clinic.act(1).served] == [0, 1, 3, 4]
    assert noted(visits[2], NO_DRUG) == 1
    assert noted(visits[0], WASTED) == 0
    assert [clinic.act(day).served for day in (2, 3, 4, 5)] == [[], [], [], [visits[2]]]
    assert noted(visits[2], NO_DRUG) == 1, "one dose, however long"


def test_who_does_not_come_opens_no_vial():
    clinic = Clinic(EVERY_DAY, Places(2), {0: Supply((60.0,), 60.0)})
    clinic.ask(Visit(0, 0, 0, 0, milligrams=60.0, comes=False))
    assert len(clinic.act(0).served) == 1
    clinic.ask(Visit(1, 1, 0, 0, milligrams=60.0))
    assert len(clinic.act(1).served) == 1


def test_a_stock_that_never_comes_ends_in_skipped_doses_and_not_in_a_hang():
    clinic = Clinic(EVERY_DAY, Places(2), {0: Supply((60.0,), 60.0)})
    for i in range(3):
        clinic.ask(Visit(0, i, 0, 0, last=20, milligrams=60.0))
    answers = [clinic.act(day) for day in range(30)]
    assert sum(len(a.served) for a in answers) == 1
    assert [len(a.skipped) for a in answers].index(2) == 20
    assert clinic.next_day(30) == NEVER


def test_a_room_without_chairs_or_nurses_is_refused():
    for chairs, nurses in ((0, 1), (1, 0)):
        with pytest.raises(ValueError, match="allowed: 1 or more of each"):
            Room(chairs, all_day(nurses), 0)


def _lost_place(patch):
    """Whoever left the list is still given a place."""
    patch.setattr(Visit, "is_waiting", property(lambda v: v.served is None and v.skipped is None))


def _ties_by_asking(patch):
    """Equal ranks and days by the order of asking and not by the number of the patient."""
    numbers = itertools.count()

    def put_back(self, visit):
        heappush(self._list, (visit.rank, visit.due, next(numbers), visit.therapy, visit))

    patch.setattr(Waiting, "put_back", put_back)


def _chair_for_ever(patch):
    """A chair is never given back."""
    seat = Room.seat
    patch.setattr(Room, "seat", lambda self, arrival, minutes: seat(self, arrival, 10_000))


@pytest.mark.parametrize("fault", [None, _lost_place, _ties_by_asking, _chair_for_ever])
def test_faults_that_others_had_are_seen(fault, monkeypatch):
    if fault is not None:
        fault(monkeypatch)
    expected = pytest.raises(AssertionError) if fault else contextlib.nullcontext()
    with expected:
        _a_day_as_it_should_be()


def _a_day_as_it_should_be():
    chairs = Chairs(1, 0, 100, {0: 40}, all_day(1), 0, True)
    clinic = Clinic(EVERY_DAY, chairs)
    visits = [Visit(0, patient, 0, 0, minutes=40) for patient in (2, 0, 1)]
    for visit in visits:
        clinic.ask(visit)
    visits[1].left = 0
    assert [visit.patient for visit in clinic.act(0).served] == [1, 2]
