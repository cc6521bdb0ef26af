"""What a run is worth: one number has one interval, prices simulate nobody, laws of prices."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sim import results
from sim.display import text
from sim.display.tables import verdicts
from sim.economics.compared import Compared, break_evens, compared
from sim.economics.groups import Groups, Quantities
from sim.economics.pricing import COST, LIFE_YEARS, QALYS, outcomes_of, priced
from sim.economics.quantities import economics_of, keys_of
from sim.economics.ratios import verdict
from sim.economics.valued import valued
from sim.errors import RequestError
from sim.experiments import runs
from sim.experiments import worth as of_worth
from sim.experiments.information import information
from sim.experiments.kinds import run as kept_run
from sim.experiments.valued_run import SIMULATED_AGAIN
from sim.scenario import load
from sim.vocabulary import Arms

BASE, WORTH = "scenarios/laroche2011.yaml", "scenarios/laroche2011-worth.yaml"
DOSE = "economics.costs.therapies.interferon.per_dose"
FREE = {
    "economics.costs.therapies.pamidronate.per_infusion": "0 EUR",
    DOSE: "0 EUR",
    "economics.costs.measurements": "{dxa: 0 EUR, markers: 0 EUR}",
    **{f"economics.costs.fractures.{site}": "{on_fracture: 0 EUR, each_year_after: 0 EUR/year}"
       for site in ("vertebral", "hip", "other")},
}  # fmt: skip
WELL = {
    "economics.quality.baseline": "{female: 1, male: 1}",
    **{f"economics.quality.fractures.{site}": "{first_year: 1, later: 1}"
       for site in ("vertebral", "hip", "other")},
    "economics.quality.reactions.acute_phase.loss": "0",
    "economics.quality.therapies.interferon.loss": "0",
    "economics.quality.therapies.interferon.at_start.loss": "0",
}  # fmt: skip


def settings(changes):
    return [f"{path}={text}" for path, text in changes.items()]


@pytest.fixture(scope="module")
def result():
    return runs.run(WORTH, patients=60, engine="batch", outcomes_only=True)


@pytest.fixture(scope="module")
def kept(result, tmp_path_factory):
    return results.open(kept_run.keep(result, tmp_path_factory.mktemp("worth")))


def test_a_kept_run_with_costs_names_worth_among_the_next_commands(kept):
    assert kept_run.show(kept).next[-1] == f"mastosim worth {kept.folder}"


def estimates(table, arm="combination", against=""):
    rows = table[(table["arm"] == arm) & (table["against_arm"] == against)]
    return dict(zip(rows["outcome"], rows["estimate"], strict=True))


def test_the_simulation_is_the_same_with_and_without_economics(result):
    plain = runs.run(BASE, patients=60, engine="batch", outcomes_only=True)
    own = result.summary.drop(columns="scenario")
    pd.testing.assert_frame_equal(own, plain.summary.drop(columns="scenario"), check_exact=True)
    assert plain.worth is None


def test_the_run_and_the_command_print_the_same_numbers(kept):
    table = of_worth.worth(kept).table
    pd.testing.assert_frame_equal(table, kept.table("worth"), check_dtype=False)


def test_another_price_simulates_nobody_and_is_what_a_run_with_it_says(kept, monkeypatch):
    monkeypatch.setattr(runs, "reduce", lambda *_, **__: pytest.fail("a patient was simulated"))
    changes = [f"{DOSE}=3 EUR", "economics.quality.fractures.hip.later=0.5"]
    found = of_worth.worth(kept, changes)
    assert not found.simulated
    monkeypatch.undo()
    again = runs.run(load(WORTH, changes), patients=60, engine="batch", outcomes_only=True)
    assert again.quantities is not None
    assert result_equals(found.table, valued(again.quantities, again.study.scenario))


def result_equals(one, other):
    return np.allclose(one["estimate"], other["estimate"], rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize(
    "change", ["economics.discount.health=0 %/year", "therapies.pamidronate.given=50 %"]
)
def test_another_rate_or_model_simulates_again_and_says_so(kept, change):
    found = of_worth.worth(kept, [change])
    assert found.simulated
    assert SIMULATED_AGAIN in found.printout.notes


def test_free_of_charge_costs_nothing(kept):
    table = of_worth.worth(kept, settings(FREE)).table
    costs = table[table["outcome"].str.startswith(COST)]
    assert len(costs) > 10
    assert (costs[["estimate", "low", "high"]] == 0).all(axis=None)


def test_without_loss_of_quality_a_qaly_is_a_year(kept):
    found = estimates(of_worth.worth(kept, settings(WELL)).table)
    assert found[QALYS] == pytest.approx(found[LIFE_YEARS], rel=1e-5)


def test_discounts_of_0_change_nothing(kept):
    rates = [f"economics.discount.{what}=0 %/year" for what in ("costs", "health")]
    found = estimates(of_worth.worth(kept, rates).table)
    for name in (COST, QALYS, LIFE_YEARS, "cost of fractures"):
        assert found[name] == found[f"{name}, undiscounted"] > 0


def test_another_currency_scales_what_is_paid(kept):
    scenario = kept.study.scenario
    quantities = results_quantities(kept)
    own = estimates(valued(quantities, scenario))
    paid = {name: value for name, value in own.items() if name.startswith(COST)}
    outcomes = outcomes_of(scenario.economics)
    tenfold = [one._replace(weights={k: 10 * w for k, w in one.weights.items()})
               for one in outcomes if one.name in paid]  # fmt: skip
    values = priced(quantities.sums, quantities.keys, tenfold)[:, 0].sum(axis=0)
    assert values / quantities.patients.sum() == pytest.approx([10 * x for x in paid.values()])


def results_quantities(kept):
    from sim.results import quantities

    return quantities.load(kept.folder)


def test_net_benefit_is_qalys_at_their_worth_less_cost(kept):
    for against in ("", "pamidronate"):
        found = estimates(kept.table("worth"), against=against)
        for amount in (20000, 50000):
            net = found[f"net benefit at {amount} EUR"]
            assert net == pytest.approx(amount * found[QALYS] - found[COST], rel=1e-3)


def test_the_interval_of_net_benefit_has_the_covariance_of_cost_and_effect(kept):
    quantities, scenario = results_quantities(kept), kept.study.scenario
    wanted = [one for one in outcomes_of(scenario.economics)
              if one.name == "net benefit at 50000 EUR"]  # fmt: skip
    values = priced(quantities.sums, quantities.keys, wanted)[:, :, 0]
    apart = values[:, 0] - values[:, 1]
    rows = valued(quantities, scenario)
    row = rows[(rows["outcome"] == wanted[0].name) & (rows["against_arm"] != "")].iloc[0]
    assert row["mc_error"] == pytest.approx(apart.std(ddof=1) / math.sqrt(len(apart)))
    assert row["estimate"] == pytest.approx(apart.mean())


def test_at_the_break_even_price_the_net_benefit_is_0(kept):
    quantities = results_quantities(kept)
    cheap = kept.study.scenario
    (at, *_) = break_evens(quantities, cheap)
    free = load(WORTH, [f"{DOSE}=0 EUR"]).scenario
    table = valued(quantities, free)
    doses = quantities.means()[:, 1, [*quantities.keys].index(at.quantity)]
    net = estimates(table, against="pamidronate")[f"net benefit at {at.threshold:.0f} EUR"]
    assert net == pytest.approx(at.break_even * (doses[0] - doses[1]), rel=1e-9)


def test_more_patients_of_one_group_count_as_their_mean():
    """Two groups of one patient and a group of two give one ratio of sums, not a mean of means."""
    scenario = load(WORTH).scenario
    keys = keys_of(scenario)
    sums = np.zeros((3, 2, 2, len(keys)))
    at = keys.index("given: pamidronate")
    sums[:, :, :, at] = np.array([1.0, 2.0, 9.0])[:, None, None]
    found = Quantities(sums, np.array([1.0, 1.0, 2.0]), [*scenario.arms], keys)
    own = estimates(valued(found, scenario))
    assert own["cost of pamidronate, undiscounted"] == pytest.approx(396 * 12 / 4)


def test_the_printout_says_how_the_increase_is_read(kept):
    assert any("linear, a constant share" in line for line in of_worth.worth(kept).printout.above)


def test_a_dominated_arm_is_said_to_be_dominated(kept):
    (one,) = compared(results_quantities(kept), kept.study.scenario)
    assert one.verdict == "is dominated: costs more and gains less"
    assert (one.quadrant, one.has_ratio) == ("costs more, gains less", False)


def test_net_benefit_stands_first_and_the_ratio_last(kept):
    losses = [
        f"economics.quality.therapies.interferon.{name}=0" for name in ("loss", "at_start.loss")
    ]
    cheap = f"{DOSE}=1 EUR"
    shown = text.printout(of_worth.worth(kept, [*losses, cheap]).printout, 200)
    places = [shown.index(words) for words in (
        "Perspective: ", "Net benefit per patient", "combination costs more and gains more, beside",
        "worth its cost if a QALY is worth", "Price at which the net benefit is 0",
        "Costs and health per patient, discounted", "Costs and health per patient, undiscounted",
        "Extra cost per extra QALY: combination costs",
    )]  # fmt: skip
    assert places == sorted(places)
    assert "per QALY" not in shown[: places[4]]
    dominated = text.printout(of_worth.worth(kept).printout, 200)
    assert "combination is dominated: costs more and gains less, beside pamidronate." in dominated


@pytest.mark.parametrize(("low", "high", "said"), [
    (1.0, 2.0, "It is worth its cost if a QALY is worth 50 EUR."),
    (-2.0, -1.0, "It is not worth its cost if a QALY is worth 50 EUR."),
    (-1.0, 2.0, "It may or may not be worth its cost if a QALY is worth 50 EUR."),
])  # fmt: skip
def test_the_verdict_is_that_of_the_interval_of_net_benefit(low, high, said):
    rows = pd.DataFrame([{"arm": "new", "against_arm": "old", "low": low, "high": high,
                          "outcome": "net benefit at 50 EUR"}])  # fmt: skip
    one = Compared(Arms("new", "old"), "costs 5 EUR per QALY gained", "-", "costs more, gains more")
    first, second = verdicts.of_net_benefit(rows, [one])
    assert (first, second) == ("new costs more and gains more, beside old.", said)


def test_a_run_extended_has_the_worth_of_one_of_all_patients(tmp_path, monkeypatch):
    monkeypatch.setattr("sim.economics.groups.MOST", 1024)
    study = load(WORTH, ["horizon=6 months"])
    first, whole = (study.with_(patients=n) for n in (1024, 1500))
    folder = kept_run.make(first, tmp_path / "a", "outcomes", engine="batch")
    more = kept_run.extend(results.open(folder), tmp_path / "a", 1500)
    once = kept_run.make(whole, tmp_path / "b", "outcomes", engine="batch")
    for name in ("worth.csv", "quantities.parquet"):
        assert (more / name).read_bytes() == (once / name).read_bytes()


@pytest.mark.parametrize("kind", ["sweep", "run"])
def test_a_result_without_economics_has_no_worth(kept, kind, tmp_path):
    manifest = kept.manifest.model_copy(update={"kind": kind})
    if kind == "run":
        plain = runs.run(BASE, patients=4, engine="batch", outcomes_only=True)
        other = results.open(kept_run.keep(plain, tmp_path))
        expected = "has no `economics`"
    else:
        other, expected = replace(kept, manifest=manifest), "is not a run"
    with pytest.raises(RequestError, match=expected):
        of_worth.worth(other)


def test_a_sweep_is_sent_to_the_command_that_values_its_draws(at_stake, kept):
    with pytest.raises(RequestError, match="`mastosim information` values its draws"):
        of_worth.worth(at_stake)
    with pytest.raises(RequestError, match="`mastosim worth` values a run"):
        information(kept)


def test_groups_of_no_patient_are_empty():
    assert Groups.none(["a"], ["x"]).count == 0


def test_commands_without_costs_say_where_these_are():
    from sim.experiments import comparisons
    from sim.experiments.emulation import power
    from sim.experiments.kinds import comparison
    from sim.experiments.kinds import power as of_power

    short = ["horizon=12 months"]
    beside = comparisons.simulate(comparisons.read([BASE, WORTH], 4, settings=short))
    plan = power.prepare(WORTH, sizes=(2,), trials=2, settings=short)
    trials = power.Power(plan, power.run(plan))
    for shown in (comparison.shown(beside), of_power.shown(trials)):
        notes = " ".join(shown.printout.notes)
        assert "Costs and QALYs are not in these tables (laroche2011-worth)" in notes
    plain = power.prepare(BASE, sizes=(2,), trials=2, settings=short)
    assert "Costs" not in " ".join(
        of_power.shown(power.Power(plain, power.run(plain))).printout.notes
    )


def test_at_a_threshold_of_the_icer_the_net_benefit_is_0(kept):
    quantities, losses = results_quantities(kept), "economics.quality.therapies.interferon"
    harmless = [f"{losses}.loss=0", f"{losses}.at_start.loss=0"]
    gain = estimates(valued(quantities, load(WORTH, harmless).scenario), against="pamidronate")
    assert gain[QALYS] > 0
    icer = gain[COST] / gain[QALYS]
    at_icer = load(WORTH, [*harmless, f"economics.thresholds=[{icer!r} EUR]"]).scenario
    table = estimates(valued(quantities, at_icer), against="pamidronate")
    (net,) = (value for name, value in table.items()
              if name.startswith("net benefit") and "undiscounted" not in name)  # fmt: skip
    assert net == pytest.approx(0, abs=1e-6 * gain[COST])


def test_arms_that_change_sides_change_the_signs_of_all_differences(kept):
    table = of_worth.worth(kept).table
    turned = of_worth.worth(kept, ["comparator=combination"]).table
    own = estimates(table, against="pamidronate")
    other = estimates(turned, arm="pamidronate", against="combination")
    assert other == pytest.approx({name: -value for name, value in own.items()}, abs=1e-9)
    for arm in ("combination", "pamidronate"):
        assert estimates(turned, arm) == estimates(table, arm)


def test_the_ratio_of_the_frontier_is_that_of_the_verdict_to_the_last_digit(kept):
    """It is computed of means, and not of the digits that the table has."""
    losses = [
        f"economics.quality.therapies.interferon.{name}=0" for name in ("loss", "at_start.loss")
    ]
    found = of_worth.worth(kept, losses)
    cheap, dear = found.standings
    assert (cheap.arm, dear.arm, dear.against) == ("pamidronate", "combination", "pamidronate")
    assert found.compared[0].verdict == verdict(dear.cost - cheap.cost, dear.effect - cheap.effect)
    assert dear.icer == pytest.approx(
        (dear.cost - cheap.cost) / (dear.effect - cheap.effect), rel=1e-12
    )
    by_hand = {
        one.name: [math.fsum(w * mean for w, mean in zip(
            [one.weights.get(key, 0.0) for key in quantities.keys], arm[1], strict=True
        )) for arm in quantities.means()]
        for quantities in [results.quantities.load(kept.folder)]
        for one in outcomes_of(economics_of(found.study.scenario)) if one.name in (COST, QALYS)
    }  # fmt: skip
    assert [dear.cost, cheap.cost] == pytest.approx(by_hand[COST], rel=1e-12)
    assert [dear.effect, cheap.effect] == pytest.approx(by_hand[QALYS], rel=1e-12)
