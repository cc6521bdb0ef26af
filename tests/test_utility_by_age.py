"""Utility by age: exact sums across birthdays, what must be simulated again, and mistakes."""

import math

import numpy as np
import pytest

from sim import results
from sim.economics.pricing import QALYS, outcomes_of
from sim.economics.quantities import keys_of, quantities
from sim.experiments import runs
from sim.experiments import worth as of_worth
from sim.experiments.kinds import run as kept_run
from sim.scenario import ScenarioError, load
from tests.test_worth_quantities import HEALTH, YEAR, people, priced, years

WORTH = "scenarios/laroche2011-worth.yaml"
TABLE = {
    "how": "multiply", "baseline_at": "50 years",
    "female": {"40": "0.95", "50": "0.9", "55": "0.8", "56": "0.7"}, "male": {"18": "0.9"},
}  # fmt: skip
STATE = "well-years: none/none/none"


def lived(age, table=TABLE, sex="female", **life):
    """Undiscounted and discounted QALYs in each state of one patient of an age at entry."""
    scenario = priced(quality__by_age=table)
    records = people([{"events": {}, "sex": sex} | life])
    records.known["age_years"] = np.array([age])
    values = quantities(records, scenario)[0]
    return {key: values[:, at].tolist() for at, key in enumerate(keys_of(scenario))}


def test_a_birthday_splits_the_follow_up_where_it_falls():
    """From 54.5 years the 55th birthday is on day 183 (182.625), the 56th on day 548 (547.875)."""
    plain, discounted = lived(54.5)[STATE]
    ratios, days = [1.0, 8 / 9, 7 / 9], [(0, 183), (183, 548), (548, 1826)]
    parts = zip(ratios, days, strict=True)
    assert plain == pytest.approx(0.895 * sum(u * (b - a) / YEAR for u, (a, b) in parts), rel=1e-12)
    parts = zip(ratios, days, strict=True)
    assert discounted == pytest.approx(
        0.895 * sum(u * years(HEALTH, day) for u, day in parts), rel=1e-12
    )


def test_differences_are_added_where_the_file_says_so():
    plain, _ = lived(54.5, TABLE | {"how": "add"})[STATE]
    parts = [(0.895, 183), (0.795, 365), (0.695, 1278)]
    assert plain == pytest.approx(sum(u * days / YEAR for u, days in parts), rel=1e-12)


def test_a_fracture_multiplies_what_age_has_left():
    """A hip fracture on day 100 of a patient who turns 55 on day 183 and 56 on day 548."""
    found = lived(54.5, events={("fracture", "hip"): [100]})
    first = 0.895 * (83 + 282 * 8 / 9) / YEAR
    assert found["well-years: none/first/none"][0] == pytest.approx(first, rel=1e-12)
    later = 0.895 * (83 * 8 / 9 + 1278 * 7 / 9) / YEAR
    assert found["well-years: none/later/none"][0] == pytest.approx(later, rel=1e-12)


@pytest.mark.parametrize(("age", "ratio"), [(20, 0.95 / 0.9), (44.0, 0.95 / 0.9), (90, 7 / 9)])
def test_the_first_and_the_last_utility_hold_beyond_the_table(age, ratio):
    assert lived(age)[STATE][0] == pytest.approx(0.895 * ratio * 1826 / YEAR, rel=1e-12)


def test_a_birthday_on_the_day_of_entry_counts_from_that_day():
    on_the_day, days_before = lived(55.0)[STATE][0], lived(55.0001)[STATE][0]
    assert on_the_day == pytest.approx(0.895 * (8 / 9 * 366 + 7 / 9 * 1460) / YEAR, rel=1e-12)
    assert days_before == pytest.approx(on_the_day, abs=2e-3)


@pytest.mark.parametrize("how", ["multiply", "add"])
def test_a_table_that_does_not_change_changes_nothing(how):
    flat = TABLE | {"how": how, "female": {"18": "0.9", "55": "0.9"}}
    unchanged = [0.895 * 1826 / YEAR, 0.895 * years(HEALTH, (0, 1826))]
    assert lived(54.5, flat)[STATE] == pytest.approx(unchanged)


def test_men_have_their_own_table():
    assert lived(54.5, sex="male")[STATE][0] == pytest.approx(0.915 * 1826 / YEAR)


def test_qalys_are_at_most_the_follow_up_at_the_highest_utility():
    economics = priced(quality__by_age=TABLE).economics
    assert economics is not None
    (own,) = [one for one in outcomes_of(economics) if one.name == QALYS]
    assert own.most_per_year == pytest.approx(0.895 * 0.95 / 0.9)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    result = runs.run(WORTH, 40, engine="batch", outcomes_only=True)
    return results.open(kept_run.keep(result, tmp_path_factory.mktemp("age")))


def test_a_table_by_age_changes_what_is_counted_so_patients_are_simulated_again(kept):
    table = (
        "economics.quality.by_age={how: multiply, baseline_at: 50 years, "
        "female: {18: 0.95, 50: 0.9, 60: 0.8}, male: {18: 0.95, 50: 0.9, 60: 0.8}}"
    )
    found = of_worth.worth(kept, [table])
    assert found.simulated
    qalys = [
        rows.loc[(rows["outcome"] == QALYS) & (rows["arm"] == "pamidronate"), "estimate"].iloc[0]
        for rows in (found.table, kept.table("worth"))
    ]
    assert 0.8 < qalys[0] / qalys[1] < 1


MISTAKES = {
    "ages out of order": (
        "female: {50: 0.9, 40: 0.95}",
        "ages are whole years from 0 to 120, each above the one before; given: 50, 40"),
    "an age that is none": (
        "female: {young: 0.9}",
        "ages are whole years from 0 to 120, each above the one before; given: young"),
    "an empty table": (
        "female: {}",
        "ages are whole years from 0 to 120, each above the one before; given: none"),
    "a utility above 1": (
        "female: {50: 90}", "'90' is not allowed here; allowed: -1 to 1. 1 is full health, 0 is"),
    "a ratio to a utility of 0": (
        "female: {18: 0.9, 40: 0}",
        "`by_age` gives female patients of 18 nan; allowed: -1 to 1, and with `multiply` a table "
        "without 0"),
    "more than full health": (
        "female: {18: 1, 50: 0.8}",
        "`by_age` gives female patients of 18 1.119; allowed: -1 to 1"),
    "another way": (
        "how: times, female: {18: 0.9}", "is not known here; Allowed: multiply, add"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_of_the_table_is_told_with_what_is_allowed(name):
    text, said = MISTAKES[name]
    how = "" if "how:" in text else "how: multiply, "
    table = f"{{{how}baseline_at: 50 years, male: {{18: 0.9}}, {text}}}"
    with pytest.raises(ScenarioError) as caught:
        load(WORTH, [f"economics.quality.by_age={table}"])
    assert said in str(caught.value)
    assert "economics.quality" in str(caught.value)


def test_without_a_table_nothing_of_it_is_there():
    economics = priced().economics
    assert economics is not None
    assert economics.quality.without_fracture("female") == {0: 0.895}
    assert math.isclose(economics.quality.highest, 0.915)
