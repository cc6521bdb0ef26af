"""Costs of clinics: what a clinic has and uses, by hand; its prices; and the clinic as the unit."""

import copy
import math
from dataclasses import replace

import numpy as np
import pytest

from sim.economics.by_year import costs_by_year
from sim.economics.groups import Groups
from sim.economics.quantities import keys_of, quantities
from sim.economics.same_quantities import quantities_change
from sim.economics.valued import valued
from sim.experiments import runs
from sim.experiments.worth import valued_study
from sim.outcomes.definitions.named import Measure
from sim.outcomes.estimates import contrast
from sim.outcomes.intervals import NONE_SEEN
from sim.outcomes.plan import records_by_arm
from sim.outcomes.summed import Products, Signed, Sums
from sim.outcomes.sums import sum_table
from sim.scenario import ScenarioError, load
from sim.scenario.costs_and_quality import of_costs
from sim.vocabulary import SKIPPED, Event
from tests.economics import PRICED
from tests.generated import settings_of

EACH, NUMBER = 15, 4
CHAIRS = {
    "number": "2", "hours": "8:00 to 17:00", "after_closing": "overtime",
    "visits": {"pamidronate": {"mean": "172 minutes", "sd": "90 minutes"}},
    "nurses": {"number": "3", "busy": "12 minutes"},
}  # fmt: skip
STOCK = {
    "vials": ["30 mg", "60 mg", "90 mg"], "stock": "9000 mg", "when_short": "full doses until gone",
    "deliveries": {"every": "1 month", "up_to": "9000 mg"},
}  # fmt: skip
PRICES = {
    "per_infusion_is_for": "drug", "per_chair_hour": "6 EUR", "per_nurse_hour": "40 EUR",
    "per_overtime_hour": "120 EUR", "per_mg_thrown_away": {"pamidronate": "0.35 EUR"},
}  # fmt: skip


def study_of(*settings, chairs=CHAIRS, prices=PRICES, **clinic):
    """A small clinic with chairs, a stock and prices; places, where chairs are None."""
    economics = copy.deepcopy(PRICED)
    if prices is not None:
        economics["costs"]["clinic"] = prices
    changes = {
        "clinics": {"number": str(NUMBER), "patients_each": str(EACH)}, "horizon": "24 months",
        "economics": economics, "clinic.places": None, "clinic.chairs": chairs,
        **({"clinic.supply": {"pamidronate": STOCK}} if chairs else {}),
        "clinic.enrolment": "6 months",
        "clinic.closed": "[{from: 200 days, for: 21 days}]",
        **{f"clinic.{key}": value for key, value in clinic.items()},
    }  # fmt: skip
    given = settings_of({path: value for path, value in changes.items() if value is not None})
    empty = [f"{path}=null" for path, value in changes.items() if value is None]
    return load("clinic-nine-places", [*given, *empty, *settings])


STUDY = study_of()


@pytest.fixture(scope="module")
def result():
    return runs.run(STUDY)


@pytest.fixture(scope="module")
def records():
    return records_by_arm(STUDY, range(NUMBER * EACH), "simpy")


def of_arm(table, arm):
    """The rows of one arm alone."""
    return table[(table["arm"] == arm) & (table["against_arm"] == "")]


def of_key(study, records, key, discounted=False):
    return quantities(records, study.scenario)[
        :, int(discounted), keys_of(study.scenario).index(key)
    ]


def open_days(study, uniform, each=EACH):
    """Days since enrolment on which the clinic of each patient is open, one after another."""
    clinic, days = study.scenario.clinic, round(study.scenario.horizon)
    for number, share in enumerate(uniform):
        first = math.floor(share * round(clinic.enrolment))
        if number % each < clinic.already_enrolled:
            first = math.floor(share * math.ceil(study.scenario.horizon)) - math.ceil(
                study.scenario.horizon
            )
        yield [
            day for day in range(days)
            if first + day >= 0 and (first + day) % 7 < 5 and not 200 <= first + day < 221
        ]  # fmt: skip


def test_each_patient_has_an_equal_share_of_every_open_day(records):
    own = records["pamidronate"]
    for key, a_day in (("chair hours", 2 * 9), ("nurse hours", 3 * 9)):
        for number, days in enumerate(open_days(STUDY, own.enrols)):
            plain = of_key(STUDY, own, key)[number]
            discounted = of_key(STUDY, own, key, discounted=True)[number]
            assert plain == pytest.approx(len(days) * a_day / EACH, rel=1e-12)
            worth = math.fsum(1.04 ** (-day / 365.25) for day in days)
            assert discounted == pytest.approx(worth * a_day / EACH, rel=1e-9)


def test_patients_who_were_enrolled_before_pay_from_the_day_on_which_limits_begin():
    study = study_of(already_enrolled="7")
    own = records_by_arm(study, range(NUMBER * EACH), "simpy")["pamidronate"]
    expected = [len(days) * 18 / EACH for days in open_days(study, own.enrols)]
    assert of_key(study, own, "chair hours") == pytest.approx(expected, rel=1e-12)
    assert min(expected) < max(expected)


def test_who_dies_takes_no_chair_away(records):
    deadly = study_of("mortality.standardised_mortality_ratio=60")
    own = records_by_arm(deadly, range(NUMBER * EACH), "simpy")["pamidronate"]
    assert own.died.sum() > records["pamidronate"].died.sum()
    hours = [of_key(STUDY, one, "chair hours") for one in (own, records["pamidronate"])]
    assert hours[0].tolist() == hours[1].tolist()


def test_an_arm_without_a_served_therapy_pays_for_no_chair(records):
    own = records["pamidronate"]
    events = {key: rows for key, rows in own.events.items() if key[1] != "pamidronate"}
    without = replace(own, events=events)
    for key in ("chair hours", "nurse hours", "overtime hours", "thrown away: pamidronate"):
        assert not of_key(STUDY, without, key).any()
        assert of_key(STUDY, own, key).sum() > 0


def test_overtime_is_that_of_a_full_day_on_every_open_day(result, records):
    own = records["pamidronate"]
    table = of_arm(result.summary, "pamidronate")
    row = table[table["outcome"] == "overtime"].iloc[-1]
    days = np.mean([len(days) for days in open_days(STUDY, own.enrols)])
    hours = of_key(STUDY, own, "overtime hours")
    minutes = own.events[Event.OVERTIME, "pamidronate"].value
    assert minutes.sum() > 0
    full = STUDY.scenario.clinic.open_days(STUDY.scenario.horizon)
    for clinic in range(NUMBER):
        rows = own.events[Event.OVERTIME, "pamidronate"]
        inside = rows.value[rows.patient // EACH == clinic].sum()
        share = [len(d) for d in open_days(STUDY, own.enrols)][clinic * EACH : clinic * EACH + EACH]
        expected = inside / 60 / full * np.array(share) / EACH
        assert hours[clinic * EACH : clinic * EACH + EACH] == pytest.approx(expected, rel=1e-12)
    by_hand = row["estimate"] / 60 * days / EACH
    assert hours.mean() == pytest.approx(by_hand, rel=0.01)


def test_drug_thrown_away_is_that_of_the_log(records):
    own = records["pamidronate"]
    rows = own.events[Event.WASTED, "pamidronate"]
    by_patient = np.bincount(rows.patient, rows.value, minlength=own.count)
    assert of_key(STUDY, own, "thrown away: pamidronate").tolist() == by_patient.tolist()
    doses = own.events[Event.INFUSION, "pamidronate"]
    opened = doses.value.sum() + rows.value.sum()
    assert opened / 30 == pytest.approx(round(opened / 30)), "whole vials"


def test_places_are_paid_for_by_the_open_day_and_unlimited_ones_not():
    prices = {"per_infusion_is_for": "drug", "per_place": "90 EUR"}
    study = study_of(places="3", chairs=None, prices=prices)
    own = records_by_arm(study, range(EACH), "simpy")["pamidronate"]
    expected = [len(days) * 3 / EACH for days in open_days(study, own.enrols)]
    assert of_key(study, own, "places") == pytest.approx(expected, rel=1e-12)
    free = study_of(places="unlimited", chairs=None, prices={"per_infusion_is_for": "drug"})
    assert not {"places", "chair hours", "overtime hours"} & {*keys_of(free.scenario)}


def test_a_dose_that_the_clinic_skips_is_no_missed_visit():
    study = study_of(
        places="1", chairs=None, not_coming="20 %", open="[Monday]",
        prices={"per_infusion_is_for": "drug", "per_place": "90 EUR"},
    )  # fmt: skip
    own = records_by_arm(study, range(EACH), "simpy")["pamidronate"]
    reasons = own.events[Event.MISSED_INFUSION, "pamidronate"].value
    assert (reasons == SKIPPED).any()
    assert (reasons != SKIPPED).any()
    paid = of_key(study, own, "missed: pamidronate").sum()
    assert paid == (reasons != SKIPPED).sum()


def test_the_cost_of_the_clinic_is_its_use_times_its_prices(result):
    own, keys = result.quantities.means()[0, 0], list(result.quantities.keys)
    expected = 6 * own[keys.index("chair hours")] + 40 * own[keys.index("nurse hours")]
    expected += 120 * own[keys.index("overtime hours")]
    expected += 0.35 * own[keys.index("thrown away: pamidronate")]
    found = of_arm(result.worth, "combination").set_index("outcome")["estimate"]
    assert found["cost of the clinic, undiscounted"] == pytest.approx(expected, rel=1e-12)
    parts = [name for name in found.index if name.startswith("cost of")]
    plain = [found[name] for name in parts if name.endswith("undiscounted")]
    assert found["cost, undiscounted"] == pytest.approx(sum(plain), rel=1e-12)
    hours = own[keys.index("chair hours")]
    assert found["chair hours, undiscounted"] == pytest.approx(hours, rel=1e-12)


def test_costs_of_years_add_up_to_the_whole(result, records):
    by_year = costs_by_year(records["pamidronate"], STUDY.scenario).sum(axis=1)
    whole = of_arm(result.worth, "pamidronate").set_index("outcome")["estimate"]
    whole = whole["cost, undiscounted"]
    assert by_year.mean() == pytest.approx(whole, rel=1e-9)


def test_a_group_of_quantities_is_a_clinic(result):
    assert result.quantities.patients.tolist() == [EACH] * NUMBER
    costs = valued(result.quantities, STUDY.scenario)
    own = of_arm(costs, "pamidronate")
    row = own[own["outcome"] == "cost of pamidronate"].iloc[0]
    given = result.quantities.keys.index("given: pamidronate")
    missed = result.quantities.keys.index("missed: pamidronate")
    arm = list(result.quantities.arms).index("pamidronate")
    of_clinics = result.quantities.sums[:, arm, 1]
    means = (396 * of_clinics[:, given] + 7 * of_clinics[:, missed]) / EACH
    assert row["estimate"] == pytest.approx(means.mean(), rel=1e-12)
    assert row["mc_error"] == pytest.approx(means.std(ddof=1) / math.sqrt(NUMBER), rel=1e-9)


def test_a_group_holds_whole_clinics_and_no_part_of_one():
    rows = np.arange(24.0).reshape(6, 2, 2, 1)
    whole = Groups.none(("a", "b"), ("x",), unit=3).plus(rows)
    assert whole.count == 6
    assert whole.quantities().patients.tolist() == [3.0, 3.0]
    assert whole.quantities().sums[:, 0, 0, 0].tolist() == [0 + 4 + 8, 12 + 16 + 20]
    with pytest.raises(ValueError, match="4 patients are no whole units of 3"):
        Groups.none(("a", "b"), ("x",), unit=3).plus(rows[:4])


def test_sums_hold_whole_clinics_and_no_part_of_one(records):
    from sim.outcomes import lines_of
    from sim.outcomes.plan import analysis_plan

    lines = [*lines_of((0, "pamidronate"), records["pamidronate"], analysis_plan(STUDY))]
    assert sum_table(lines, unit=EACH, part=1).patients == EACH
    with pytest.raises(ValueError, match="60 patients are no whole units of 16"):
        sum_table(lines, unit=16)


def test_a_change_of_price_simulates_nobody_and_a_change_of_chairs_does(result):
    dearer = load(STUDY, ["economics.costs.clinic.per_chair_hour=12 EUR"])
    assert not quantities_change(STUDY, dearer)
    more = load(STUDY, ["clinic.chairs.number=3"])
    assert quantities_change(STUDY, more)
    tables = [valued_study(one, result.quantities).table for one in (STUDY, dearer)]
    costs = [
        table[(table["outcome"] == "cost, undiscounted") & (table["against_arm"] == "")]["estimate"]
        for table in tables
    ]
    hours = result.quantities.means()[0, 0, result.quantities.keys.index("chair hours")]
    assert (costs[1] - costs[0]).tolist() == pytest.approx([6 * hours] * 2, rel=1e-4)


def test_where_few_units_differ_one_more_could_be_unlike_a_unit():
    """Two arms with the same sums in each of four groups of ten: the limit by hand.

    The residuals of the groups are -1, 3, -3 and 1, so the spread of a patient is the root of 20 /
    40. One more patient could differ by all that a patient has, and by that spread.
    """
    y, x = np.array([30.0, 34.0, 28.0, 32.0]), np.full(4, 10.0)
    sums = Sums(4, y.sum(), x.sum(), (y * y).sum(), (x * y).sum(), (x * x).sum(), 4, 10)
    products = Products((y * y).sum(), (x * y).sum(), (x * y).sum(), (x * x).sum())
    cost = Measure("cost", "EUR", 365, "mean", 1.0, 0.0, math.inf, event=0.0)
    found = contrast([cost] * 2, [1.0, -1.0], [sums] * 2, {(0, 1): products}, Signed(*(0.0,) * 7))
    spread = math.sqrt(20 / 40)
    unlike = (max(NONE_SEEN * spread, 124 / 40) + spread) / 40
    assert (found.low, found.high) == pytest.approx((-unlike, unlike), rel=1e-12)


def test_the_protocol_tells_the_prices_of_a_clinic():
    lines = [*of_costs(STUDY.scenario.economics.costs)]
    assert lines[-3:] == [
        "a dose given at a visit of the clinic pays for drug",
        "each open day of the clinic costs 6 EUR per hour of a chair, 40 EUR per hour of a nurse, "
        "120 EUR per hour of overtime, in equal shares of patients",
        "each mg of pamidronate that is thrown away costs 0.35 EUR",
    ]


def told(*settings, **changes):
    with pytest.raises(ScenarioError) as caught:
        study_of(*settings, **changes)
    return [f"{mistake.path}: {mistake.message}" for mistake in caught.value.mistakes]


CLINIC = "economics.costs.clinic"
ZERO = "write its price, 0 EUR if it costs nothing"
TWICE = (
    "per_infusion of pamidronate is for `drug and visit`, so the visit would be paid for twice; "
    "write 0 EUR here, or the price of the drug alone there with `per_infusion_is_for: drug`"
)


@pytest.mark.parametrize(("prices", "said"), [
    (None, f"{CLINIC}: is missing: the patients share a clinic; write its prices, like "
     "{per_infusion_is_for: drug, per_chair_hour: 6 EUR, per_overtime_hour: 120 EUR}"),
    ({"per_nurse_hour": None},
     f"{CLINIC}.per_nurse_hour: is missing: the clinic has `nurses`; {ZERO}"),
    ({"per_overtime_hour": None},
     f"{CLINIC}.per_overtime_hour: is missing: the clinic has `chairs`; {ZERO}"),
    ({"per_place": "9 EUR"}, f"{CLINIC}.per_place: stands with `places` other than `unlimited`, "
     "which the clinic does not have"),
    ({"per_mg_thrown_away": None}, f"{CLINIC}.per_mg_thrown_away.pamidronate: is missing: the "
     f"stock of pamidronate is in whole vials; {ZERO}"),
    ({"per_infusion_is_for": None}, f"{CLINIC}.per_infusion_is_for: is missing"),
    ({"per_infusion_is_for": "the visit"}, f"{CLINIC}.per_infusion_is_for: 'the visit' is not "
     "known here; Allowed: drug, drug and visit"),
    ({"per_chair_hour": "6 USD"},
     f"{CLINIC}.per_chair_hour: '6 USD' is not in EUR, the currency of all prices; convert it"),
])  # fmt: skip
def test_a_mistake_in_the_prices_of_a_clinic_is_told_in_one_sentence(prices, said):
    given = prices and {k: v for k, v in (PRICES | prices).items() if v is not None}
    assert told(prices=given) == [said]


def test_a_tariff_for_the_visit_beside_prices_of_chairs_pays_twice():
    prices = PRICES | {"per_infusion_is_for": "drug and visit"}
    assert told(prices=prices) == [
        f"{CLINIC}.per_chair_hour: {TWICE}", f"{CLINIC}.per_nurse_hour: {TWICE}"
    ]  # fmt: skip
    free = prices | {"per_chair_hour": "0 EUR", "per_nurse_hour": "0 EUR"}
    costs = study_of(prices=free).scenario.economics.costs.clinic
    assert costs.per_overtime_hour.amount == 120
    no_tariff = "economics.costs.therapies.pamidronate.per_infusion=0 EUR"
    study_of(no_tariff, prices=prices)
    later = "economics.costs.therapies.pamidronate.later=[{from: 12 months, per_infusion: 9 EUR}]"
    assert len(told(no_tariff, later, prices=prices)) == 2


def test_a_misspelt_price_is_told_once_with_the_likely_one():
    prices = {("per_chair_hours" if k == "per_chair_hour" else k): v for k, v in PRICES.items()}
    (line,) = told(prices=prices)
    assert line.startswith(f"{CLINIC}.per_chair_hours: 'per_chair_hours' is not a key here; did")
    prices = PRICES | {"per_mg_thrown_away": {"pamidronat": "1 EUR"}}
    (line,) = told(prices=prices)
    assert line == (
        f"{CLINIC}.per_mg_thrown_away.pamidronat: 'pamidronat' is not a drug with a stock; did you "
        "mean 'pamidronate'? Allowed: pamidronate"
    )


def test_prices_of_a_clinic_without_a_clinic_are_refused():
    economics = copy.deepcopy(PRICED)
    economics["costs"]["clinic"] = PRICES
    with pytest.raises(ScenarioError) as caught:
        load("laroche2011", settings_of({"economics": economics}))
    said = [f"{mistake.path}: {mistake.message}" for mistake in caught.value.mistakes]
    assert said == [f"{CLINIC}: the scenario has no clinic to pay for"]


def test_overtime_without_a_full_day_has_no_price():
    assert told(enrolment="24 months") == [
        f"{CLINIC}.per_overtime_hour: overtime is that of the days on which everyone is enrolled "
        "and nobody has ended, and there is none: shorten clinic.enrolment"
    ]


def test_prices_of_another_year_are_brought_to_that_of_the_results():
    study = study_of(
        "economics.price_index={2015: 80, 2025: 100}", prices=PRICES | {"year": "2015"}
    )  # fmt: skip
    costs = study.scenario.economics.costs.clinic
    assert costs.per_chair_hour.amount == pytest.approx(7.5)
    assert costs.per_mg_thrown_away["pamidronate"].amount == pytest.approx(0.4375)
