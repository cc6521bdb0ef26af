"""Prices that change at a date: exact sums, laws, and what must be simulated again."""

import numpy as np
import pytest

from sim import results
from sim.economics.by_year import costs_by_year
from sim.economics.pricing import COST, UNDISCOUNTED, outcomes_of, priced
from sim.economics.quantities import economics_of, keys_of, quantities
from sim.experiments import remarks, runs
from sim.experiments import worth as of_worth
from sim.experiments.kinds import run as kept_run
from sim.experiments.sweeps import addresses
from sim.outcomes import records_by_arm
from sim.scenario import load
from tests.test_worth_quantities import YEAR, paid, people, years
from tests.test_worth_quantities import priced as scenario_with

WORTH = "scenarios/laroche2011-worth.yaml"
PRICES = "economics.costs.therapies"
INFUSIONS = "costs__therapies__pamidronate__later"
DOSES = "costs__therapies__interferon__later"
COSTS = 4.0


def cost_of(scenario, **life):
    """Undiscounted and discounted cost of therapies of one patient."""
    wanted = [
        one
        for name in ("pamidronate", "interferon")
        for one in outcomes_of(scenario.economics)
        if one.name.startswith(f"cost of {name}")
    ]
    values = priced(quantities(people([life]), scenario), keys_of(scenario), wanted)[0]
    return sum(values[[i for i, one in enumerate(wanted) if not one.is_discounted]]), sum(
        values[[i for i, one in enumerate(wanted) if one.is_discounted]]
    )  # fmt: skip


def test_an_infusion_costs_what_holds_on_its_day():
    """The day of the change has the new price; 396 EUR, then 300 EUR, then 200 EUR."""
    later = [{"from": "730 days", "per_infusion": "300 EUR"},
             {"from": "1000 days", "per_infusion": "200 EUR"}]  # fmt: skip
    given = {("infusion", "pamidronate"): [0, 729, 730, 999, 1000]}
    plain, discounted = cost_of(scenario_with(**{INFUSIONS: later}), events=given)
    assert plain == pytest.approx(396 * 2 + 300 * 2 + 200)
    by_price = 396 * paid(0, 729) + 300 * paid(730, 999) + 200 * paid(1000)
    assert discounted == pytest.approx(by_price, rel=1e-12)


def test_a_missed_infusion_has_its_own_change():
    later = [{"from": "100 days", "per_infusion": "300 EUR"},
             {"from": "200 days", "per_missed_infusion": "9 EUR"}]  # fmt: skip
    events = {("infusion", "pamidronate"): [300], ("missed infusion", "pamidronate"): [150, 250]}
    assert cost_of(scenario_with(**{INFUSIONS: later}), events=events)[0] == 300 + 7 + 9


def test_a_course_is_paid_at_both_prices_to_the_day():
    """On interferon from day 100 to day 1100, with another price from day 500 on."""
    later = [{"from": "500 days", "per_dose": "10 EUR"}]
    events = {("course", "interferon"): [(100, 1.0), (1100, 0.0)]}
    plain, discounted = cost_of(scenario_with(**{DOSES: later}), events=events)
    a_year = 3 * YEAR / 7
    assert plain == pytest.approx(a_year * (21.44 * 400 + 10 * 600) / YEAR, rel=1e-12)
    before, after = years(COSTS, (100, 500)), years(COSTS, (500, 1100))
    assert discounted == pytest.approx(a_year * (21.44 * before + 10 * after), rel=1e-12)


def test_a_later_price_of_another_year_is_brought_to_the_year_of_the_file():
    later = [{"from": "730 days", "per_infusion": "200 EUR", "year": "2004"}]
    scenario = scenario_with(**{INFUSIONS: later, "price_index": {"2004": "80", "2025": "100"}})
    given = {("infusion", "pamidronate"): [0, 730]}
    assert cost_of(scenario, events=given)[0] == pytest.approx(396 + 250)


LATER = [
    f"{PRICES}.interferon.later=[{{from: 2 years, per_dose: 10 EUR}}]",
    f"{PRICES}.pamidronate.later=[{{from: 2 years, per_infusion: 300 EUR}}]",
]


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    result = runs.run(load(WORTH, LATER), 60, engine="batch", outcomes_only=True)
    return results.open(kept_run.keep(result, tmp_path_factory.mktemp("later")))


def costs(table):
    rows = table[(table["outcome"] == COST + UNDISCOUNTED) & (table["against_arm"] == "")]
    return dict(zip(rows["arm"], rows["estimate"], strict=True))


def test_another_later_price_simulates_nobody_and_is_what_a_run_with_it_says(kept, monkeypatch):
    change = f"{PRICES}.interferon.later[0].per_dose=3 EUR"
    monkeypatch.setattr(runs, "reduce", lambda *_, **__: pytest.fail("a patient was simulated"))
    found = of_worth.worth(kept, [change])
    monkeypatch.undo()
    assert not found.simulated
    again = runs.run(load(WORTH, [*LATER, change]), 60, engine="batch", outcomes_only=True)
    assert costs(found.table) == pytest.approx(costs(again.worth), rel=1e-5)
    assert costs(found.table)["combination"] < costs(kept.table("worth"))["combination"]


def test_another_date_simulates_again_and_says_so(kept):
    found = of_worth.worth(kept, [f"{PRICES}.interferon.later[0].from=3 years"])
    assert found.simulated
    assert costs(found.table)["combination"] > costs(kept.table("worth"))["combination"]


def test_a_later_price_that_is_the_same_changes_nothing(kept):
    same = [f"{PRICES}.interferon.later[0].per_dose=21.44 EUR",
            f"{PRICES}.pamidronate.later[0].per_infusion=396 EUR"]  # fmt: skip
    plain = runs.run(WORTH, 60, engine="batch", outcomes_only=True)
    assert costs(of_worth.worth(kept, same).table) == pytest.approx(costs(plain.worth), rel=1e-5)


def test_at_the_break_even_of_a_later_price_the_net_benefit_is_0(kept):
    quality = "economics.quality.therapies.interferon"
    changes = ["economics.thresholds=[9000000 EUR]", f"{quality}.loss=0",
               f"{quality}.at_start.loss=0"]  # fmt: skip
    (own,) = [one for one in of_worth.worth(kept, changes).prices
              if one.quantity == "doses: interferon, from day 730"]  # fmt: skip
    assert own.price == 10
    assert own.break_even > 10
    dear = f"{PRICES}.interferon.later[0].per_dose={own.break_even:.12g} EUR"
    table = of_worth.worth(kept, [*changes, dear]).table
    net = table[(table["outcome"] == "net benefit at 9000000 EUR") & (table["against_arm"] != "")]
    assert net["estimate"].iloc[0] == pytest.approx(0, abs=0.05)


def test_years_add_up_to_the_undiscounted_cost_of_each_patient():
    study = load(WORTH, LATER)
    for own in records_by_arm(study, range(20), "batch").values():
        wanted = [one for one in outcomes_of(economics_of(study.scenario))
                  if one.name == COST + UNDISCOUNTED]  # fmt: skip
        total = priced(quantities(own, study.scenario), keys_of(study.scenario), wanted)[:, 0]
        by_year = costs_by_year(own, study.scenario)
        np.testing.assert_allclose(by_year.sum(axis=1), total, rtol=1e-12)


def test_points_of_a_sweep_with_other_later_prices_share_their_blocks():
    own = load(WORTH, LATER).document
    cheaper = load(WORTH, [*LATER, f"{PRICES}.interferon.later[0].per_dose=3 EUR"]).document
    moved = load(WORTH, [*LATER, f"{PRICES}.interferon.later[0].from=3 years"]).document
    of_own, of_cheaper, of_moved = (
        addresses.of(document, "combination") for document in (own, cheaper, moved)
    )
    assert of_own == of_cheaper != of_moved


def test_a_price_after_the_end_of_follow_up_has_a_remark():
    study = load(WORTH, [f"{PRICES}.interferon.later=[{{from: 9 years, per_dose: 10 EUR}}]"])
    said = [line for line in remarks.remarks(study) if "nobody pays it" in line]
    assert len(said) == 1
    assert not [line for line in remarks.remarks(load(WORTH, LATER)) if "nobody pays" in line]
