"""Costs over the years since entry: the last year is that of the run, the others a count."""

import json

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import sim
from sim import results
from sim.cli.worth import worth as command
from sim.economics.by_year import costs_by_year, costs_so_far, ends_of_years
from sim.economics.pricing import outcomes_of, priced
from sim.economics.quantities import economics_of, keys_of, quantities
from sim.errors import RequestError
from sim.experiments import runs
from sim.experiments.kinds import run as kept_run
from sim.outcomes import records_by_arm
from sim.scenario import load

WORTH = "scenarios/laroche2011-worth.yaml"
LATER = (
    "horizon=30 months",
    "economics.costs.therapies.interferon.later=[{from: 14 months, per_dose: 5 EUR}]",
)
COLUMNS = ["estimate", "mc_error", "low", "high"]


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    result = runs.run(WORTH, 30, engine="batch", outcomes_only=True)
    return results.open(kept_run.keep(result, tmp_path_factory.mktemp("time")))


def test_costs_so_far_are_sums_of_years_and_end_with_the_whole_cost():
    study = load(WORTH, LATER)
    (records, *_) = records_by_arm(study, range(12), "batch").values()
    far = costs_so_far(records, study.scenario)  # patients x ways x years
    assert far.shape == (12, 2, len(ends_of_years(records.end))) == (12, 2, 3)
    by_year = costs_by_year(records, study.scenario)
    np.testing.assert_allclose(far[:, 0], by_year.cumsum(axis=1), rtol=1e-12)
    outcomes = outcomes_of(economics_of(study.scenario))
    counted = priced(quantities(records, study.scenario), keys_of(study.scenario), outcomes)
    names = [one.name for one in outcomes]
    for way, name in enumerate(("cost, undiscounted", "cost")):
        np.testing.assert_allclose(far[:, way, -1], counted[:, names.index(name)], rtol=1e-12)
    first = far[:, 1, 0] / far[:, 0, 0]
    assert ((first > 1 / 1.025) & (first < 1)).all()


def test_the_last_year_has_the_numbers_and_intervals_of_the_run(kept):
    found = sim.worth(kept.folder, over_time=True).over_time
    assert found is not None
    last = found[found["years"] == 5].set_index(["outcome", "arm", "against_arm"])
    run = kept.table("worth").set_index(["outcome", "arm", "against_arm"])
    assert len(last) == 6
    for row in last.index:
        assert last.loc[row, COLUMNS].tolist() == run.loc[row, COLUMNS].tolist()
    assert found["years"].tolist() == [1, 2, 3, 4, 5] * 6


def test_a_price_that_is_tried_holds_over_time_too(kept):
    free = {"economics.costs.therapies.interferon.per_dose": "0 EUR"}
    found = sim.worth(kept.folder, settings=free, over_time=True).over_time
    assert found is not None
    differences = found[(found["against_arm"] != "") & (found["years"] == 1)]
    assert (differences["estimate"] <= 0).all()  # fractures that interferon spares


def test_the_command_draws_the_figure(kept, tmp_path):
    into = tmp_path / "new"
    shown = CliRunner().invoke(
        command, [str(kept.folder), "--over-time", "--into", str(into), "-q", "--json"]
    )
    assert shown.exit_code == 0, shown.output
    assert json.loads(shown.stdout)["scenario"] == "laroche2011-worth"
    names = {f"costs_over_time.{kind}" for kind in ("svg", "pdf", "png", "csv")}
    assert {path.name for path in into.iterdir()} == names
    table = pd.read_csv(into / "costs_over_time.csv")
    assert set(table["outcome"]) == {"cost", "cost, undiscounted"}


def test_without_a_folder_or_over_readings_it_is_refused(kept):
    found = CliRunner().invoke(command, [str(kept.folder), "--over-time"])
    assert found.exit_code == 2
    assert "--into is the folder" in found.stderr
    with pytest.raises(RequestError, match="costs over time have the scenario's own reading"):
        sim.worth(kept.folder, over_time=True, reading={"linear": 50, "plateau": 50})
