"""A drug that runs short: half doses, the most severe first; and days behind the plan."""

import itertools

import numpy as np
import pytest

from sim.experiments import runs
from sim.outcomes import arm_records
from sim.outcomes.actions import mean_actions
from sim.scenario import ScenarioError, load
from sim.scenario.clinic_day import day_in_words
from sim.scenario.form.nurses import all_day
from sim.simulation.clinic import Calendar, Chairs, Clinic, Places, Supply, Visit
from sim.simulation.clinic.rules import VERTEBRAL, severity
from sim.simulation.plain import plain
from sim.simulation.records import INFUSION, NO_DRUG, STATE, WASTED
from sim.simulation.simulate import names_of, protocol_of, simulate_arms
from sim.vocabulary import Event

NINE = "clinic-nine-places"
EVERY_DAY = Calendar(0, tuple(range(7)))
SMALL = ("clinics.number=3", "clinics.patients_each=20", "clinic.closed=[]", "horizon=24 months",
         "clinic.enrolment=6 months")  # fmt: skip
OF_A_WEEK = "clinic.open=[Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday]"


def stock(text):
    return f"clinic.supply={{pamidronate: {{vials: [30 mg, 60 mg, 90 mg], {text}}}}}"


ALWAYS_HALF = stock("stock: 1000000 mg, when_short: half doses, half_below: 900000000 mg")


def asked(clinic, visits):
    for visit in visits:
        clinic.ask(visit)
    return clinic


def noted(visit, kind):
    return sum(value for of, value in visit.notes if of == kind)


def logs_of(study):
    everyone = range(study.scenario.cohort.patients)
    return simulate_arms(protocol_of(study), everyone, "simpy")


def test_half_of_every_dose_is_half_the_dose_to_the_last_bit():
    """A clinic that halves every dose, beside a study whose plan has half the dose."""
    places = (*SMALL, "clinic.places=unlimited", OF_A_WEEK)
    halved = logs_of(load(NINE, [*places, ALWAYS_HALF]))
    planned = logs_of(load(NINE, [*places, "therapies.pamidronate.infusion=0.5 mg/kg"]))
    whole = logs_of(load(NINE, [*places]))
    for arm, (inputs, log) in halved.items():
        kept = log.kind < WASTED
        kept |= log.kind >= WASTED + 4
        for one, other in zip(log, planned[arm][1], strict=True):
            assert one[kept].tobytes() == other.tobytes()
        doses = log.value[log.kind == INFUSION + 0]
        patients = log.patient[log.kind == INFUSION + 0]
        assert doses.tolist() == (inputs.patients["dose"][patients, 0] / 2).tolist()
        assert whole[arm][1].value.sum() != log.value[kept].sum(), "bone is lost"


def test_a_stock_that_is_halved_in_time_lasts_as_long_as_division_says():
    """Two visits of 60 mg a day: 120 mg a day from 600 mg to below 300, then 60 mg a day."""
    supply = {0: Supply((30.0,), 600.0, half_below=300.0)}
    clinic, served = Clinic(EVERY_DAY, Places(2), supply), []
    for day in range(8):
        asked(clinic, [Visit(day, i, 0, day, last=day, milligrams=60.0) for i in range(2)])
        served.append(clinic.act(day).served)
    assert [len(of_day) for of_day in served] == [2] * 7 + [0]
    parts = [{visit.part for visit in of_day} for of_day in served[:7]]
    assert parts == [{1.0}] * 3 + [{0.5}] * 4
    store = clinic.stores.by_therapy[0]
    assert (store.on_hand, store.given, store.wasted) == (0.0, 600.0, 0.0)


def test_a_day_has_the_dose_of_its_morning():
    """A day that begins with enough gives whole doses, and who lacks one waits for tomorrow."""
    supply = {0: Supply((30.0,), 90.0, half_below=90.0)}
    clinic = asked(Clinic(EVERY_DAY, Places(2), supply),
                   [Visit(0, i, 0, 0, milligrams=60.0) for i in range(2)])  # fmt: skip
    (first,) = clinic.act(0).served
    (second,) = clinic.act(1).served
    assert (first.part, second.part) == (1.0, 0.5)
    assert noted(second, NO_DRUG) == 1
    assert noted(second, WASTED) == 0


@pytest.mark.parametrize("seed", range(3))
def test_every_milligram_is_accounted_for_under_half_doses(seed):
    rng = np.random.default_rng(seed)
    supply = {0: Supply((30.0, 90.0), 2000.0, 0, 30, 2500.0, 3, ((range(60, 120), 0.3),), 800.0)}
    clinic = Clinic(EVERY_DAY, Places(3), supply)
    for day in range(300):
        visits = [Visit(day, i, 0, day, last=day + 9, milligrams=float(rng.uniform(40, 110)),
                        comes=rng.random() > 0.1) for i in range(rng.poisson(2.5))]  # fmt: skip
        asked(clinic, visits).act(day)
        store = clinic.stores.by_therapy[0]
        left = 2000 + store.delivered - store.given - store.wasted
        assert store.on_hand == pytest.approx(left)
        assert store.on_hand >= 0
    given = [v for v in clinic.visits if v.served is not None and v.comes]
    assert {v.part for v in given} == {0.5, 1.0}
    assert store.given == pytest.approx(sum(v.milligrams * v.part for v in given))


def test_the_most_severe_are_first_on_a_short_day_and_on_no_other():
    """Doses for two of four: those with most fractures; a tie stays in the order of booking."""
    severities = ((0.0, -1.0), (-2.0, -1.0), (-1.0, -3.0), (-2.0, -1.0))
    for on_hand, first in ((120.0, [1, 3]), (240.0, [0, 1, 2, 3])):
        clinic = Clinic(EVERY_DAY, Places(4), {0: Supply((60.0,), on_hand, severe_first=True)})
        visits = [Visit(0, i, 0, 0, severity=of, milligrams=60.0)
                  for i, of in enumerate(severities)]  # fmt: skip
        assert [v.patient for v in asked(clinic, visits).act(0).served] == first
        assert [noted(v, NO_DRUG) for v in visits] == [0, 0, int(on_hand < 240), 0]


def test_full_places_are_no_short_day():
    clinic = Clinic(EVERY_DAY, Places(2), {0: Supply((60.0,), 180.0, severe_first=True)})
    visits = [Visit(0, i, 0, 0, severity=(-i, 0.0), milligrams=60.0) for i in range(4)]
    assert [v.patient for v in asked(clinic, visits).act(0).served] == [0, 1]


def test_appointments_are_made_anew_on_a_short_day():
    """One chair for three visits of 180 minutes; the drug suffices for two."""
    chairs = Chairs(1, 480, 1020, {0: 180}, all_day(1), 0, False)
    clinic = Clinic(EVERY_DAY, chairs, {0: Supply((60.0,), 120.0, severe_first=True)})
    visits = [Visit(0, i, 0, 0, severity=(-i, 0.0), milligrams=60.0, minutes=180)
              for i in range(3)]  # fmt: skip
    assert [v.patient for v in asked(clinic, visits).act(0).served] == [2, 1]
    assert clinic.next_day(1) == 1, "patient 0 waits"


@pytest.mark.parametrize("seed", range(4))
def test_a_short_day_is_that_of_a_sorted_list(seed):
    """A second way without heaps: lists that are sorted anew on each day."""
    rng = np.random.default_rng(seed)
    supply = Supply((30.0,), 600.0, 0, 20, 900.0, 0, ((range(40, 90), 0.2),), severe_first=True)
    clinic, waiting, on_hand, short_days = Clinic(EVERY_DAY, Places(4), {0: supply}), [], 600.0, 0
    numbers = itertools.count()
    for day in range(150):
        new = [Visit(day, next(numbers), 0, 0, milligrams=float(30 * rng.integers(1, 4)),
                     severity=(-float(rng.integers(0, 3)), 0.0))
               for _ in range(rng.poisson(1.2))]  # fmt: skip
        waiting += new
        if day % 20 == 0:
            on_hand += max(0.0, 900 - on_hand) * (0.2 if 40 <= day < 90 else 1.0)
        booked, is_short = _in_order(waiting, on_hand, 4)
        if is_short:
            by_severity = sorted(waiting, key=lambda v: v.severity)
            booked, _ = _in_order(by_severity, on_hand, 4)
        on_hand -= sum(v.milligrams for v in booked)
        short_days += is_short
        waiting = [v for v in waiting if v not in booked]
        found = asked(clinic, new).act(day).served
        assert [v.patient for v in found] == [v.patient for v in booked]
    assert short_days > 5


def _in_order(visits, on_hand, places):
    booked: list[Visit] = []
    for visit in visits:
        if visit.milligrams > on_hand:
            return booked, True
        if len(booked) == places:
            return booked, False
        on_hand -= visit.milligrams
        booked.append(visit)
    return booked, False


def test_severity_counts_fractures_until_today_then_the_score_at_entry():
    (inputs, _), *_ = logs_of(load(NINE, SMALL)).values()
    state = plain(np.zeros((), STATE))
    found = []
    for record in inputs.patients:
        patient = plain(record)
        score = (patient.bmd[0] - patient.reference_mean[0]) / patient.reference_sd[0]
        assert severity(state, patient) == (-patient.vertebral_fractures, score)
        found.append(patient.vertebral_fractures)
    assert max(found) > min(found)
    state.fractures[VERTEBRAL] = 2
    assert severity(state, patient)[0] == -(patient.vertebral_fractures + 2)


SHORT = "deliveries: {every: 1 month, up_to: 2500 mg}, shortages: [{from: 4 months, for: 8 months, "
RATIONED = stock(f"stock: 2500 mg, {SHORT}delivered: 40 %}}], when_short: half doses, "
                 "half_below: 1500 mg")  # fmt: skip


def test_half_doses_are_in_outcomes_and_in_the_action():
    study = load(NINE, [*SMALL, "clinic.places=4", RATIONED])
    result = runs.run(study, engine="simpy")
    inputs, log = logs_of(study)["pamidronate"]
    doses = log.kind == INFUSION
    whole = inputs.patients["dose"][log.patient, 0]
    halved = doses & (log.value > 0) & (log.value < whole)
    assert 0 < halved.sum() < (doses & (log.value > 0)).sum()
    assert set((log.value[halved] / whole[halved]).tolist()) == {0.5}
    table = result.summary[(result.summary["arm"] == "pamidronate")
                           & (result.summary["against_arm"] == "")]  # fmt: skip
    row = table.set_index("outcome")["estimate"]
    assert row["pamidronate half doses"] == pytest.approx(halved.sum() / 60)
    records = arm_records(inputs, log, names_of(study))
    assert len(records.events[Event.HALF_DOSE, "pamidronate"].patient) == halved.sum()


def test_the_action_as_taken_is_that_of_half_doses():
    places = (*SMALL, "clinic.places=unlimited", OF_A_WEEK)
    taken = []
    for settings in ([ALWAYS_HALF], []):
        result = runs.run(load(NINE, [*places, *settings]), engine="simpy")
        taken.append(mean_actions(result.tables, result.study)["taken"].to_numpy())
    interferon = taken[0] == taken[1]
    np.testing.assert_allclose(taken[0][~interferon], taken[1][~interferon] / 2, rtol=1e-9)
    assert (~interferon).sum() > 1000


def test_a_drug_without_half_doses_has_no_outcome_of_them():
    plainly = RATIONED.replace("half doses, half_below: 1500 mg", "full doses until gone")
    for settings, has in (([RATIONED], True), ([plainly], False)):
        names = {*runs.run(load(NINE, [*SMALL, *settings]), engine="simpy").summary["outcome"]}
        assert ("pamidronate half doses" in names) is has


OWED = ("clinic.next=owed", "clinic.at_least_apart=1 day", "clinic.at_most_late=never",
        "clinic.open=[Monday]", "clinic.enrolment=0 days", "clinic.closed=[]", "clinic.places=1",
        "therapies.pamidronate.schedule=[{every: 1 week}]", "clinics.number=2",
        "clinics.patients_each=2", "mortality.standardised_mortality_ratio=0",
        "fractures.sites.vertebral.case_fatality=0 %", "fractures.sites.hip.case_fatality=0 %",
        "fractures.sites.other.case_fatality=0 %")  # fmt: skip


def test_two_patients_who_share_a_weekly_place_fall_a_week_behind_with_each_dose():
    """One place a week for two weekly plans: dose k on day 14 k, or 14 k + 7, and planned on 7 k.

    Of 26 Mondays in half a year each patient has 13: behind by 7 k, or 7 k + 7, for k of 0 to 12.
    """
    study = load(NINE, [*OWED, "horizon=181 days"])
    table = runs.run(study, engine="simpy").summary
    own = table[(table["arm"] == "pamidronate") & (table["against_arm"] == "")]
    row = own.set_index("outcome")["estimate"]
    assert row["pamidronate doses received"] == 13
    assert row["pamidronate behind the plan"] == pytest.approx((7 * 6 + 7 * 7) / 2)


def test_days_behind_count_the_patients_own_delay_and_missed_doses():
    settings = [*SMALL, "clinic.places=3", "clinic.open=[Monday]", "clinic.next=owed",
                "clinic.at_least_apart=14 days", "clinic.at_most_late=never",
                "therapies.pamidronate.given=80 %"]  # fmt: skip
    study = load(NINE, settings)
    inputs, log = logs_of(study)["pamidronate"]
    expected = []
    for patient in range(60):
        rows = np.flatnonzero((log.kind == INFUSION) & (log.patient == patient))
        days = log.day[rows] - inputs.params["plan_days"][0][: len(rows)]
        expected += days[log.value[rows] > 0].tolist()
    found = arm_records(inputs, log, names_of(study)).events[Event.BEHIND, "pamidronate"]
    assert found.value.tolist() == expected
    assert (log.value[log.kind == INFUSION] == 0).any()
    assert max(expected) > 30


def test_only_owed_doses_are_behind_the_plan():
    names = {*runs.run(load(NINE, SMALL), engine="simpy").summary["outcome"]}
    assert "pamidronate behind the plan" not in names


@pytest.mark.parametrize(("text", "said"), [
    ("when_short: half doses",
     "clinic.supply.pamidronate: `half_below` stands with `when_short: half doses`, and with no "
     "other"),
    ("when_short: most severe first, half_below: 90 mg",
     "clinic.supply.pamidronate: `half_below` stands with `when_short: half doses`, and with no "
     "other"),
    ("when_short: half dose, half_below: 90 mg",
     "clinic.supply.pamidronate.when_short: 'half dose' is not known here; did you mean 'half "
     "doses'? Allowed: full doses until gone, half doses, most severe first"),
    ("when_short: half doses, half_below: 90",
     "clinic.supply.pamidronate.half_below: '90' has no unit; units of amount of a drug: mg, g"),
])  # fmt: skip
def test_a_mistake_in_a_short_drug_is_told_in_one_sentence(text, said):
    with pytest.raises(ScenarioError) as caught:
        load(NINE, [stock(f"stock: 6000 mg, {text}")])
    assert [f"{one.path}: {one.message}" for one in caught.value.mistakes] == [said]


@pytest.mark.parametrize(("text", "line"), [
    ("half doses, half_below: 3000 mg",
     "on a day that begins with less than 3000 mg of pamidronate, everyone gets half a dose"),
    ("most severe first",
     "on a day on which the pamidronate does not suffice, the patient with most vertebral "
     "fractures is first, then the one with the lowest T-score of the spine at entry"),
])  # fmt: skip
def test_the_protocol_tells_what_happens_when_a_drug_is_short(text, line):
    clinic = load(NINE, [stock(f"stock: 6000 mg, when_short: {text}")]).scenario.clinic
    assert clinic is not None
    assert [*day_in_words(clinic)][1] == line
