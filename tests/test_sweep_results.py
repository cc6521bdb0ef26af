"""What is committed of the shipped sweeps is of this program, and the page tells it."""

import pandas as pd
import pytest

from sim.experiments import runs
from sim.experiments.sweeps import load_sweep
from sim.vocabulary import Arms
from tests.remake_sweeps import PAGE, RESULTS, SWEEPS, with_tables

FOLDERS = {path.stem: RESULTS / "sweeps" / path.stem for path in SWEEPS}


def test_the_page_has_the_tables_of_the_results():
    page = PAGE.read_text(encoding="utf-8")
    assert page == with_tables(page, RESULTS)
    assert page.count("| laroche2011 |") >= 2


@pytest.mark.parametrize("path", SWEEPS, ids=lambda path: path.stem)
def test_every_shipped_sweep_has_its_figures_and_parameters(path):
    sweep = load_sweep(path)
    assert (FOLDERS[path.stem] / "tornado.svg").exists()
    kept = pd.read_csv(FOLDERS[path.stem] / "parameters.csv")
    assert [*kept["parameter"]] == [p.path for one in sweep.varied for p in one.joint.parameters]


def test_the_base_case_is_the_run_of_the_scenario():
    """The same patients and random numbers, reduced by groups here and patient by patient there."""
    study = (
        load_sweep(next(path for path in SWEEPS if path.stem == "base-case-psa")).varied[0].study
    )
    run = runs.run(study, engine="batch", outcomes_only=True).summary
    mine = pd.read_csv(FOLDERS["base-case-psa"] / "summary.csv")
    keys = [*Arms._fields, "outcome", "time"]
    both = mine.fillna({"against_arm": ""}).merge(run[run["subgroup"] == "all"], on=keys)
    assert len(both) == len(mine) > 60
    assert both["base"].to_numpy() == pytest.approx(both["estimate"], rel=1e-5, abs=1e-9)
