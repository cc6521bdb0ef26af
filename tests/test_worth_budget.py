"""Budget impact: closed forms, costs that add up to those of the run, and what is refused."""

import json

import numpy as np
import pytest
from click.testing import CliRunner
from scipy import stats

from sim import results
from sim.cli.worth import worth as command
from sim.economics.budget import spending
from sim.economics.by_year import costs_by_year, years_of
from sim.economics.pricing import COST, UNDISCOUNTED, outcomes_of, priced
from sim.economics.quantities import economics_of, keys_of, quantities
from sim.errors import RequestError
from sim.experiments import runs
from sim.experiments import worth as of_worth
from sim.experiments.budget import asked_for
from sim.experiments.kinds import run as kept_run
from sim.outcomes import records_by_arm
from sim.scenario import load

WORTH = "scenarios/laroche2011-worth.yaml"
PATIENTS = 40


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    result = runs.run(WORTH, PATIENTS, engine="batch", outcomes_only=True)
    return results.open(kept_run.keep(result, tmp_path_factory.mktemp("budget")))


def of(kept, patients=40.0, years=6, share=None, today=None):
    return of_worth.worth(kept, asked=asked_for(patients, years, share, today)).budget


def test_two_worlds_in_closed_form():
    """Three groups, of 1, 1 and 2 patients."""
    costs = np.array([[[100.0, 10.0], [300.0, 20.0]], [[120.0, 0.0], [360.0, 0.0]],
                      [[180.0, 30.0], [740.0, 0.0]]])  # fmt: skip
    rows = spending(
        costs,
        np.array([1.0, 1.0, 2.0]),
        ["a", "b"],
        50,
        [{"a": 1.0}] * 3,
        [{"a": 0.25, "b": 0.75}] * 3,
    )
    means = {"a": np.array([100.0, 10.0]), "b": np.array([350.0, 5.0])}
    of_new = 0.25 * means["a"] + 0.75 * means["b"]
    by_year = [(spent[0], spent.sum(), spent.sum()) for spent in (means["a"], of_new)]
    for row, today, new in zip(rows[:3], *by_year, strict=True):
        assert (row.today, row.new) == pytest.approx((50 * today, 50 * new))
        assert row.difference == pytest.approx(row.new - row.today)
    assert [row.year for row in rows] == [1, 2, 3, 0]
    assert rows[-1].today == pytest.approx(sum(row.today for row in rows[:3]))


def test_shares_that_grow_hold_for_those_who_enter_in_their_year():
    """Nobody gets b in year 1, a half in year 2, all in year 3; years since entry cost 100, 10."""
    costs = np.array([[[100.0, 10.0], [300.0, 20.0]]])
    new = [{"a": 1.0}, {"a": 0.5, "b": 0.5}, {"b": 1.0}]
    rows = spending(costs, np.ones(1), ["a", "b"], 10, [{"a": 1.0}] * 3, new)
    assert [row.new for row in rows] == pytest.approx([1000, 2100, 3150, 6250])
    assert [row.today for row in rows] == pytest.approx([1000, 1100, 1100, 3200])


def test_the_last_share_goes_on_and_the_comparator_has_the_rest(kept):
    found = of(kept, years=4, share={"combination": [20, 40, 60]})
    assert [year["combination"] for year in found.new] == [0.2, 0.4, 0.6, 0.6]
    assert [year["pamidronate"] for year in found.new] == pytest.approx([0.8, 0.6, 0.4, 0.4])
    constant = of(kept, years=4, share={"combination": 20})
    assert found.years[0] == constant.years[0]
    assert found.years[1].new > constant.years[1].new


def test_more_shares_than_years_are_refused(kept):
    with pytest.raises(RequestError, match="'combination' has 3 shares; allowed: one, or one for"):
        of(kept, years=2, share={"combination": [20, 40, 60]})


def test_the_error_of_a_difference_is_that_of_paired_patients():
    drawn = np.random.default_rng(1).normal(100, 20, (30, 2, 1))
    row, *_ = spending(drawn, np.ones(30), ["a", "b"], 10, [{"a": 1.0}],
                         [{"a": 0.5, "b": 0.5}])  # fmt: skip
    apart = 10 * 0.5 * (drawn[:, 1, 0] - drawn[:, 0, 0])
    error = apart.std(ddof=1) / np.sqrt(30)
    assert row.mc_error == pytest.approx(error)
    assert row.high - row.difference == pytest.approx(stats.t.ppf(0.975, 29) * error)


@pytest.mark.parametrize(
    ("last", "lengths"),
    [(365, [365]), (366, [365, 1]), (730, [365, 365]), (1096, [365, 365, 366]), (100, [100])],
)
def test_years_hold_every_day_once(last, lengths):
    years = years_of(last)
    assert [round(float(year.integral[-1]) * 365.25, 9) for year in years] == lengths
    assert np.sum([year.factor for year in years], axis=0).tolist() == [1.0] * (last + 1)


def test_costs_of_the_years_add_up_to_the_undiscounted_cost_of_each_patient():
    study = load(WORTH)
    (wanted,) = (one for one in outcomes_of(economics_of(study.scenario))
                 if one.name == COST + UNDISCOUNTED)  # fmt: skip
    for own in records_by_arm(study, range(PATIENTS), "batch").values():
        total = priced(quantities(own, study.scenario), keys_of(study.scenario), [wanted])
        years = costs_by_year(own, study.scenario)
        assert years.shape == (PATIENTS, 5)
        np.testing.assert_allclose(years.sum(axis=1), total[:, 0], rtol=1e-12)


def test_once_every_year_since_entry_is_there_a_year_spends_the_cost_of_a_patient(kept):
    table = kept.table("worth")
    rows = table[(table["outcome"] == COST + UNDISCOUNTED) & (table["against_arm"] == "")]
    cost = dict(zip(rows["arm"], rows["estimate"], strict=True))
    found = of(kept, share={"combination": 60})
    fifth, sixth = found.years[4:6]
    assert fifth.today == pytest.approx(40 * cost["pamidronate"], rel=1e-5)
    mixed = 0.6 * cost["combination"] + 0.4 * cost["pamidronate"]
    assert fifth.new == pytest.approx(40 * mixed, rel=1e-5)
    assert sixth[1:] == fifth[1:]
    assert found.followed == 5


def test_shares_that_stay_change_nothing(kept):
    half = {"combination": 50, "pamidronate": 50}
    for row in of(kept, share=half, today=half).years:
        assert row.today == row.new > 0
        assert row.difference == row.mc_error == row.low == row.high == 0


def test_all_get_the_other_of_two_arms_by_default(kept):
    found = of(kept)
    assert found.today == [{"combination": 0.0, "pamidronate": 1.0}] * 6
    assert found.new == [{"combination": 1.0, "pamidronate": 0.0}] * 6


@pytest.mark.parametrize(
    ("share", "said"),
    [
        ({"combinaton": 60}, "no arm 'combinaton'.*combination"),
        ({"combination": 160}, "160 %; allowed: 0 % to 100 %"),
        ({"combination": 60, "pamidronate": 50}, "add up to 110 %"),
        ({"combination": 60, "pamidronate": 30}, "add up to 90 %"),
    ],
)
def test_other_shares_are_refused(kept, share, said):
    with pytest.raises(RequestError, match=said):
        of(kept, share=share)


@pytest.mark.parametrize("numbers", [(40.0, None), (None, 5), (None, None)])
def test_numbers_of_patients_and_years_are_never_taken_for_granted(numbers):
    with pytest.raises(RequestError, match="--patients-a-year and --years"):
        asked_for(numbers[0], numbers[1], {"combination": 60.0}, {})
    assert asked_for(None, None, {}, {}) is None


def test_the_command_prints_the_budget(kept):
    budget = ["--patients-a-year", "40", "--years", "2", "--share", "combination=60%", "-q"]
    shown = CliRunner().invoke(command, [str(kept.folder), *budget]).stdout
    assert "calendar year 2" in shown
    assert "New: combination 60 %, pamidronate 40 %." in shown
    printed = CliRunner().invoke(command, [str(kept.folder), *budget, "--json"]).stdout
    facts = json.loads(printed)["budget"]
    assert facts["new"] == [{"combination": 0.6, "pamidronate": 0.4}] * 2
    assert [one["year"] for one in facts["years"]] == [1, 2, 0]


def test_the_command_takes_a_share_for_each_calendar_year(kept):
    words = ["--patients-a-year", "40", "--years", "2", "--share", "combination=20%,40%", "-q"]
    shown = CliRunner().invoke(command, [str(kept.folder), *words]).stdout
    assert "New: combination 20, 40 %, pamidronate 80, 60 %." in shown


@pytest.mark.parametrize(
    "share", ["combination", "=60%", "combination=many", "combination=20%,", "combination=20%,many"]
)
def test_a_share_that_cannot_be_read_is_refused(kept, share):
    found = CliRunner().invoke(command, [str(kept.folder), "--share", share])
    assert found.exit_code == 2
    assert "write ARM=60%" in found.stderr
