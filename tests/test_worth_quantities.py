"""Quantities of single lives: counted by hand, day by day, and against laws that hold for all."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given

from sim import outcomes
from sim.economics.discounting import Rate, factor, integral
from sim.economics.pricing import qalys_of
from sim.economics.quantities import economics_of, keys_of, quantities
from sim.outcomes.arm import ArmRecords
from sim.outcomes.rows import Rows
from sim.scenario import load
from sim.scenario.protocol import protocol
from sim.simulation.simulate import names_of, protocol_of, simulate_arms
from sim.vocabulary import DAYS_PER_YEAR, SITES
from tests.depth import examples
from tests.economics import PRICED, economics_for
from tests.generated import BASE, scenarios, settings_of

COSTS, HEALTH = 4.0, 2.5
YEAR = DAYS_PER_YEAR
STATES = ("none", "first", "later")


def priced(**changes):
    """The base scenario with economics, as changed by dotted path."""
    paths = {f"economics.{path.replace('__', '.')}": value for path, value in changes.items()}
    return load(BASE, settings_of({"economics": PRICED} | paths)).scenario


SCENARIO = priced()


def people(lives, end=1826):
    """Records of patients who are given as dictionaries of what happened to them."""
    keys = {("fracture", site) for site in SITES} | {
        key for life in lives for key in life["events"]
    }
    events = {key: _rows([life["events"].get(key, []) for life in lives]) for key in keys}
    visits = sorted({day for life in lives for day in life.get("visits", [])})
    measured = [
        [0.9 if day in life.get("visits", []) else math.nan for day in visits] for life in lives
    ]
    known = {
        "sex": np.array([life.get("sex", "female") for life in lives]),
        "vertebral_fractures": np.array([life.get("vertebral", 0) for life in lives]),
    }
    last = np.array([life.get("last", end) for life in lives])
    return ArmRecords(
        len(lives), end, known, last / DAYS_PER_YEAR, np.zeros(len(lives)), events,
        dict.fromkeys(("spine_g_cm2", "hip_g_cm2", "ctx_pg_ml"), np.array(measured)),
        dict.fromkeys(("spine_g_cm2", "hip_g_cm2", "ctx_pg_ml"), visits),
    )  # fmt: skip


def _rows(of_patients):
    """Rows of one kind of event, from (day, value) or days of each patient."""
    flat = [(p, *(row if isinstance(row, tuple) else (row, 1.0)))
            for p, rows in enumerate(of_patients) for row in rows]  # fmt: skip
    patient, day, value = zip(*flat, strict=True) if flat else ((), (), ())
    return Rows(np.array(patient, int), np.array(day, int), np.array(value, float))


def of_one(scenario=SCENARIO, end=1826, **life):
    """The quantities of one patient, by key: undiscounted and discounted."""
    (both,) = np.moveaxis(quantities(people([{"events": {}} | life], end), scenario), 0, 0)
    return dict(zip(keys_of(scenario), both.T.tolist(), strict=True))


def years(rate, *stretches):
    """Discounted years of stretches in days."""
    return sum(float(integral(Rate(rate), a / YEAR, b / YEAR)) for a, b in stretches)


def paid(*days):
    """Discounted payments on days."""
    return float(factor(Rate(COSTS), np.array(days) / YEAR).sum())


def in_states(found):
    """Years of the states in which the patient was, undiscounted, without the baseline utility."""
    return {
        key.removeprefix("well-years: "): plain / 0.895 * YEAR
        for key, (plain, _) in found.items()
        if key.startswith("well-years") and plain
    }


# --- lives written out ------------------------------------------------------------------------


def test_a_life_without_events():
    found = of_one()
    assert found["life-years"] == pytest.approx([1826 / YEAR, years(HEALTH, (0, 1826))])
    state = found["well-years: none/none/none"]
    assert state == pytest.approx([0.895 * number for number in found["life-years"]])
    others = {key: both for key, both in found.items() if any(both)}
    assert [*others] == ["life-years", "well-years: none/none/none"]


def test_a_hip_fracture_has_a_first_year_and_then_the_time_after():
    """On day 100: none for days 0 to 99, first for 100 to 464, later from 465 to 1825."""
    found = of_one(events={("fracture", "hip"): [100]})
    assert in_states(found) == pytest.approx(
        {"none/none/none": 100, "none/first/none": 365, "none/later/none": 1361}
    )
    assert found["well-years: none/first/none"][1] == pytest.approx(
        0.895 * years(HEALTH, (100, 465))
    )
    assert found["fracture: hip"] == pytest.approx([1, paid(100)])
    assert found["years after: hip"] == pytest.approx([1361 / YEAR, years(COSTS, (465, 1826))])
    assert found["years after: vertebral"] == [0, 0]


def test_a_second_fracture_begins_the_first_year_anew():
    """Days 100 and 300: the first year lasts to day 664; costs after go on from day 465 alone."""
    found = of_one(events={("fracture", "hip"): [100, 300]})
    assert in_states(found) == pytest.approx(
        {"none/none/none": 100, "none/first/none": 565, "none/later/none": 1161}
    )
    assert found["fracture: hip"] == pytest.approx([2, paid(100, 300)])
    assert found["years after: hip"][0] == pytest.approx(1361 / YEAR)


@pytest.mark.parametrize(("second", "first_year", "later"), [
    (464, 729, 0), (465, 730, 0), (466, 730, 1), (1000, 730, 535),
])  # fmt: skip
def test_a_fracture_after_the_first_year_brings_a_new_one(second, first_year, later):
    """One a year or more after day 100; what is left of 1826 days is later again."""
    found = in_states(of_one(events={("fracture", "other"): [100, second]}))
    assert found["none/none/first"] == pytest.approx(first_year)
    assert found["none/none/later"] == pytest.approx(later + 1826 - second - 365)


def test_a_vertebral_fracture_at_entry_is_later_from_the_start():
    """A further one on day 200 is a first year, then later again; costs after run from day 0."""
    found = of_one(vertebral=2, events={("fracture", "vertebral"): [200]})
    assert in_states(found) == pytest.approx(
        {"later/none/none": 200 + 1261, "first/none/none": 365}
    )
    assert found["fracture: vertebral"][0] == 1
    assert found["years after: vertebral"] == pytest.approx([1826 / YEAR, years(COSTS, (0, 1826))])


def test_fractures_of_two_sites_overlap():
    """Hip on day 10, other on day 20: each site counts its own year."""
    found = of_one(events={("fracture", "hip"): [10], ("fracture", "other"): [20]}, last=400)
    assert in_states(found) == pytest.approx({
        "none/none/none": 10, "none/first/none": 10, "none/first/first": 355,
        "none/later/first": 10, "none/later/later": 15,
    })  # fmt: skip


@pytest.mark.parametrize(("combine", "two", "all_first"), [
    ("multiply", 0.59 * 0.8, 0.59 * 0.7 * 0.902), ("worst", 0.59, 0.59),
    ("add", 1 - 0.41 - 0.2, 1 - 0.41 - 0.3 - 0.098),
])  # fmt: skip
def test_multipliers_of_several_sites_make_one_as_the_file_says(combine, two, all_first):
    """Vertebral in its first year beside an earlier hip fracture; then all in their first year."""
    study = load("scenarios/laroche2011-worth.yaml", [f"economics.quality.combine={combine}"])
    weights = qalys_of(economics_of(study.scenario).quality)
    assert weights["well-years: first/later/none"] == pytest.approx(two)
    assert weights["well-years: first/first/first"] == pytest.approx(all_first)
    assert weights["well-years: first/none/none"] == pytest.approx(0.59)
    assert weights["well-years: none/none/none"] == 1


def test_losses_that_add_up_to_more_than_all_leave_nothing():
    sites = "economics.quality.fractures"
    harsh = [f"{sites}.vertebral.first_year=0.3", f"{sites}.hip.first_year=0.2"]
    study = load("scenarios/laroche2011-worth.yaml", [*harsh, "economics.quality.combine=add"])
    weights = qalys_of(economics_of(study.scenario).quality)
    assert weights["well-years: first/first/none"] == 0
    said = " ".join(protocol(study.scenario, study.document))
    assert "1 less the sum of their losses, 0 at least" in said


def test_death_on_the_day_of_a_fracture_costs_and_takes_no_time():
    found = of_one(events={("fracture", "hip"): [300]}, last=300)
    assert found["fracture: hip"] == pytest.approx([1, paid(300)])
    assert in_states(found) == pytest.approx({"none/none/none": 300})
    assert found["years after: hip"] == [0, 0]
    assert found["life-years"][0] == pytest.approx(300 / YEAR)


def test_death_within_the_first_year_ends_it():
    found = of_one(events={("fracture", "hip"): [300]}, last=301)
    assert in_states(found) == pytest.approx({"none/none/none": 300, "none/first/none": 1})


def test_a_course_is_paid_whole_at_half_a_dose():
    """From day 10 at step 1, from day 50 at half, stopped on day 80; 3 whole doses a week."""
    steps = {
        ("course", "interferon"): [(10, 1.0)],
        ("intolerance", "interferon"): [(50, 0.5), (80, 0)],
    }
    found = of_one(events=steps)
    assert found["loss: interferon"] == pytest.approx([70 / YEAR, years(HEALTH, (10, 80))])
    a_year = 3 * YEAR / 7
    assert found["doses: interferon"] == pytest.approx(
        [3 * 70 / 7, a_year * years(COSTS, (10, 80))]
    )
    assert found["start loss: interferon"] == pytest.approx([14 / YEAR, years(HEALTH, (10, 24))])


def test_a_course_that_is_not_ended_lasts_to_the_last_day():
    found = of_one(events={("course", "interferon"): [(10, 1.0)]}, last=15)
    assert found["loss: interferon"][0] == pytest.approx(5 / YEAR)
    assert found["start loss: interferon"][0] == pytest.approx(5 / YEAR)
    ended = of_one(events={("course", "interferon"): [(10, 1.0), (12, 0.0)]}, last=1826)
    assert ended["loss: interferon"][0] == pytest.approx(2 / YEAR)


def test_doses_at_visits_are_counted_given_and_missed():
    """Given on days 0, 60 and 90, missed on day 30; on the therapy from the first to the last."""
    happened = {("infusion", "pamidronate"): [0, 60, 90], ("missed infusion", "pamidronate"): [30]}
    found = of_one(events=happened)
    assert found["given: pamidronate"] == pytest.approx([3, paid(0, 60, 90)])
    assert found["missed: pamidronate"] == pytest.approx([1, paid(30)])
    assert found["loss: pamidronate"] == pytest.approx([90 / YEAR, years(HEALTH, (0, 90))])


def test_the_start_of_a_therapy_at_visits_is_its_first_dose_given():
    start = {"loss": "0", "at_start": {"loss": "0.1", "for": "10 days"}}
    scenario = priced(quality__therapies__pamidronate=start)
    found = of_one(scenario, events={("infusion", "pamidronate"): [40, 45]})
    assert found["start loss: pamidronate"] == pytest.approx([10 / YEAR, years(HEALTH, (40, 50))])


def test_losses_of_a_reaction_add_up_and_end_with_life():
    """3 days from days 10, 11 and 99, of which death on day 100 leaves one."""
    found = of_one(events={("reaction", "acute_phase"): [10, 11, 99]}, last=100)
    assert found["reaction: acute_phase"] == pytest.approx([3, paid(10, 11, 99)])
    lost = years(HEALTH, (10, 13), (11, 14), (99, 100))
    assert found["reaction loss: acute_phase"] == pytest.approx([7 / YEAR, lost])


def test_a_loss_may_last_half_a_day():
    loss = {"loss": "0.2", "for": "2.5 days"}
    found = of_one(priced(quality__reactions__acute_phase=loss),
                   events={("reaction", "acute_phase"): [10, 98]}, last=100)  # fmt: skip
    lost = years(HEALTH, (10, 12.5), (98, 100))
    assert found["reaction loss: acute_phase"] == pytest.approx([4.5 / YEAR, lost])


def test_a_reaction_of_two_therapies_is_one_in_the_file():
    reaction = {"first": "50 %", "later": "5 %"}
    values = {"therapies.zoledronate": {
        "infusion": "4 mg", "schedule": [{"every": "12 months"}],
        "exposure": {"half_life": "90 days", "action_1": {
            "infusion": "4 mg", "schedule": [{"every": "12 months"}], "over": "36 months"}},
        "reactions": {"acute_phase": reaction}},
        "economics": economics_for(SCENARIO)}  # fmt: skip
    values["economics"]["costs"]["therapies"]["zoledronate"] = {
        "per_infusion": "600 EUR", "per_missed_infusion": "0 EUR"}  # fmt: skip
    scenario = load(BASE, settings_of(values)).scenario
    events = {("reaction", f"{name} acute_phase"): [day] for name, day in
              (("pamidronate", 5), ("zoledronate", 9))}  # fmt: skip
    found = of_one(scenario, events=events)
    assert found["reaction: acute_phase"] == pytest.approx([2, paid(5, 9)])
    assert found["reaction loss: acute_phase"][0] == pytest.approx(60 / YEAR)


def test_one_visit_measures_both_bones():
    found = of_one(visits=[0, 365, 730], last=730)
    assert found["dxa"] == found["markers"] == pytest.approx([3, paid(0, 365, 730)])


def test_utility_at_entry_is_that_of_the_sex():
    woman, man = (of_one(sex=sex) for sex in ("female", "male"))
    of_one_state = [life["well-years: none/none/none"][0] for life in (woman, man)]
    assert of_one_state == pytest.approx([0.895 * 1826 / YEAR, 0.915 * 1826 / YEAR])


def test_without_economics_there_is_nothing_to_compute():
    with pytest.raises(ValueError, match="no economics"):
        keys_of(load(BASE).scenario)


# --- a reference that goes through each life day by day ---------------------------------------


def day_by_day(records, scenario):
    """Quantities of each patient, day after day; slow, and written without the program."""
    discount = scenario.economics.discount
    known = records.known
    for patient in range(records.count):
        last = round(records.years[patient] * 365.25)
        happened = [
            (int(day), event, subject, float(value))
            for (event, subject), rows in records.events.items()
            for who, day, value in zip(*rows, strict=True)
            if who == patient
        ]
        utility = getattr(scenario.economics.quality.baseline, str(known["sex"][patient]))
        yield one_life(
            sorted(happened, key=lambda row: row[0]), last, utility,
            known["vertebral_fractures"][patient] > 0, scenario, discount,
        )  # fmt: skip


COUNTED = {"infusion": "given", "missed infusion": "missed", "fracture": "fracture"}


def one_life(happened, last, utility, had_vertebral, scenario, discount):
    totals = dict.fromkeys(keys_of(scenario), np.zeros(2))

    def add(key, number, worth):
        totals[key] = totals[key] + np.array([number, number * worth])

    of_cost = np.array([worth_on(discount.costs, d + 0.5, discount) for d in range(last + 1)])
    of_health = np.array([worth_on(discount.health, d + 0.5, discount) for d in range(last + 1)])
    for day, event, subject, _ in happened:
        if event in COUNTED:
            add(f"{COUNTED[event]}: {subject}", 1, worth_on(discount.costs, day, discount))
        if event == "reaction":
            name = subject if f"reaction: {subject}" in totals else subject.split()[-1]
            add(f"reaction: {name}", 1, worth_on(discount.costs, day, discount))
            for d in range(day, min(day + 30, last)):
                add(f"reaction loss: {name}", 1 / YEAR, of_health[d])
    begun, on, first_dose = {}, {}, {}
    for name, therapy in scenario.therapies.items():
        given = [day for day, event, of, _ in happened if (event, of) == ("infusion", name)]
        steps = [(day, value) for day, event, of, value in happened
                 if event in ("course", "intolerance") and of == name]  # fmt: skip
        on[name] = [bool(given) and given[0] <= d < given[-1] for d in range(last)]
        first_dose[name] = given[0] if given else None
        if steps:
            first_dose[name] = steps[0][0]
            on[name] = [any(value > 0 for value in [v for at, v in steps if at <= d][-1:])
                        for d in range(last)]  # fmt: skip
        begun[name] = 3 if not hasattr(therapy, "times_per_week") else therapy.times_per_week / 7
    for d in range(last):
        add("life-years", 1 / YEAR, of_health[d])
        state = []
        for site in SITES:
            before = [day for day, event, of, _ in happened
                      if (event, of) == ("fracture", site) and day <= d]  # fmt: skip
            old = site == "vertebral" and had_vertebral
            if before and d - before[-1] < 365:
                state.append("first")
            else:
                state.append("later" if before or old else "none")
            if old or (before and d - before[0] >= 365):
                add(f"years after: {site}", 1 / YEAR, of_cost[d])
        add(f"well-years: {'/'.join(state)}", utility / YEAR, of_health[d])
        for name in scenario.therapies:
            if on[name][d]:
                add(f"loss: {name}", 1 / YEAR, of_health[d])
                if f"doses: {name}" in totals:
                    add(f"doses: {name}", begun[name], of_cost[d])
            start = first_dose[name]
            if start is not None and start <= d < start + 14:
                add(f"start loss: {name}", 1 / YEAR, of_health[d])
    return totals


def worth_on(percent, day, discount):
    """The discount factor on a day, from compound interest."""
    late = max(day / 365.25 - 30, 0)
    after = percent if discount.after_30_years is None else discount.after_30_years
    return (1 + percent / 100) ** -(day / 365.25 - late) * (1 + after / 100) ** -late


def simulated(settings):
    """A scenario with economics, and the records of its arms."""
    plain = load(BASE, settings).scenario
    study = load(BASE, [*settings, *settings_of({"economics": economics_for(plain)})])
    arms = simulate_arms(protocol_of(study), range(study.scenario.cohort.patients), "simpy")
    names = names_of(study)
    return study.scenario, {arm: outcomes.arm_records(*of, names) for arm, of in arms.items()}


@examples(6)
@given(settings=scenarios(patients=(2, 3)))
def test_quantities_are_those_of_a_walk_through_each_day(settings):
    scenario, arms = simulated([*settings, "horizon=30 months"])
    for records in arms.values():
        found = quantities(records, scenario)
        for patient, totals in enumerate(day_by_day(records, scenario)):
            expected = np.array([totals[key] for key in keys_of(scenario)]).T
            measured = np.isin(keys_of(scenario), ["dxa", "markers"])
            np.testing.assert_allclose(
                found[patient][:, ~measured], expected[:, ~measured], rtol=1e-7, atol=1e-9
            )


# --- laws -------------------------------------------------------------------------------------


@examples(6)
@given(settings=scenarios())
def test_what_holds_for_every_scenario(settings):
    scenario, arms = simulated(settings)
    keys = np.array(keys_of(scenario))
    assert len(set(keys)) == len(keys)
    states = np.char.startswith(keys, "well-years")
    assert keys[states].tolist() == [
        f"well-years: {'/'.join(of)}" for of in product(STATES, repeat=3)
    ]
    for records in arms.values():
        found = quantities(records, scenario)
        assert found.shape == (records.count, 2, len(keys))
        assert (found >= 0).all()
        assert (found[:, 1] <= found[:, 0] * (1 + 1e-12)).all()
        utility = np.where(records.known["sex"] == "female", 0.895, 0.915)
        life_years = found[:, :, 0] * utility[:, None]
        np.testing.assert_allclose(found[:, :, states].sum(axis=2), life_years, rtol=1e-10)
        visits = {"dxa": "spine_g_cm2", "markers": "ctx_pg_ml"}
        for kind, quantity in visits.items():
            if quantity in records.measured:
                number = (~np.isnan(records.measured[quantity])).sum(axis=1)
                assert (found[:, 0, keys == kind].ravel() == number).all()


@examples(3)
@given(settings=scenarios())
def test_at_a_discount_of_nothing_both_are_equal(settings):
    settings = [*settings]
    plain = load(BASE, settings).scenario
    nothing = economics_for(plain) | {"discount": {"costs": "0 %/year", "health": "0 %/year"}}
    study = load(BASE, [*settings, *settings_of({"economics": nothing})])
    arms = simulate_arms(protocol_of(study), range(4), "simpy")
    for of_arm in arms.values():
        found = quantities(outcomes.arm_records(*of_arm, names_of(study)), study.scenario)
        assert (found[:, 0] == found[:, 1]).all()


def test_steps_of_a_year_come_near_as_they_become_shorter():
    """A hip fracture on day 500, valued at the end of each cycle of some days."""
    found = of_one(events={("fracture", "hip"): [500]}, end=3650, last=3650)
    exact = found["well-years: none/later/none"][1] / 0.895
    gaps = []
    for cycle in (365, 73, 5):
        ends = np.arange(cycle, 3651, cycle)
        stepwise = (factor(Rate(HEALTH), ends / YEAR) * (ends > 865)).sum() * cycle / YEAR
        gaps.append(abs(stepwise - exact))
    assert gaps[0] > gaps[1] > gaps[2]
    assert gaps[2] < 0.01


def test_a_patient_has_the_same_bytes_in_any_block():
    study = load(BASE, settings_of({"economics": PRICED}))
    protocol, names = protocol_of(study), names_of(study)

    def of(patients):
        records = outcomes.arm_records(
            *simulate_arms(protocol, patients, "simpy")["combination"], names
        )
        return np.ascontiguousarray(quantities(records, study.scenario))

    whole = of(range(11))
    parts = [of(range(3)), of(range(3, 4)), of(range(4, 11))]
    assert whole.tobytes() == np.concatenate(parts).tobytes()
