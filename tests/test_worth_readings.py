"""Costs and QALYs averaged over the readings of the annual increase."""

import json

import pytest
from click.testing import CliRunner

from sim import results
from sim.cli.worth import worth as command
from sim.errors import RequestError
from sim.experiments import readings, runs, worth_by_reading
from sim.experiments import worth as of_worth
from sim.experiments.budget import asked_for
from sim.experiments.kinds import run as kept_run
from sim.experiments.valued_run import BY_READING
from sim.scenario import load
from tests.test_worth import estimates

WORTH = "scenarios/laroche2011-worth.yaml"
WEIGHTS = {"linear": 30.0, "saturating": 70.0}


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    result = runs.run(WORTH, 40, engine="batch", outcomes_only=True)
    return results.open(kept_run.keep(result, tmp_path_factory.mktemp("readings")))


def test_the_average_is_that_of_the_runs_under_each_reading(kept):
    four = readings.read(load(WORTH, patients=40))
    found = of_worth.worth(kept, weights=WEIGHTS)
    alone = [of_worth.valued_study(four.studies[name],
                                   worth_by_reading.simulated(four.studies[name], None)).table
             for name in WEIGHTS]  # fmt: skip
    for against in ("", "pamidronate"):
        own, one, other = (estimates(table, against=against) for table in (found.table, *alone))
        assert one["cost of fractures"] != other["cost of fractures"]
        mixed = {name: 0.3 * one[name] + 0.7 * other[name] for name in own}
        assert own == pytest.approx(mixed, rel=1e-4, abs=1e-6)
    assert found.readings == WEIGHTS
    assert BY_READING in found.printout.notes


def test_the_own_reading_alone_changes_nothing_and_simulates_nobody(kept, monkeypatch):
    monkeypatch.setattr(runs, "reduce", lambda *_, **__: pytest.fail("a patient was simulated"))
    found = of_worth.worth(kept, weights={"linear": 100.0, "plateau": 0.0})
    assert found.table.equals(of_worth.worth(kept).table)


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ({"lineal": 100.0}, "'lineal' is no reading; .*linear"),
        ({"linear": 40.0, "plateau": 50.0}, "add up to 90 %"),
        ({"linear": 140.0, "plateau": -40.0}, "140 %; allowed: 0 % to 100 %"),
    ],
)
def test_other_weights_are_refused(kept, weights, said):
    with pytest.raises(RequestError, match=said):
        of_worth.worth(kept, weights=weights)


def test_a_budget_is_that_of_one_reading(kept):
    with pytest.raises(RequestError, match="scenario's own reading"):
        of_worth.worth(kept, asked=asked_for(40.0, 2, {}, {}), weights=WEIGHTS)


def test_the_command_says_the_weights(kept):
    asked = [str(kept.folder), "--reading", "linear=30%", "--reading", "saturating=70", "-q"]
    shown = CliRunner().invoke(command, asked).stdout
    assert "read as: the average of linear 30 %, saturating 70 %." in shown
    facts = json.loads(CliRunner().invoke(command, [*asked, "--json"]).stdout)
    assert facts["readings"] == WEIGHTS
