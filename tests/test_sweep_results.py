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


@pytest.mark.share(3)
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


def test_the_assumptions_without_a_number_move_the_difference_as_the_page_says():
    frame = pd.read_csv(FOLDERS["structure"] / "heat_map.csv")
    frame = frame[frame["outcome"] == "spine annual increase"]
    reading, months = frame["accrual"], frame["therapies.interferon.for"]
    gain = {(r, m): f"{g:.1f}" for r, m, g in zip(reading, months, frame["estimate"], strict=True)}
    page, plateau = PAGE.read_text(encoding="utf-8"), "plateau: months 24 months, then 0 %/year"
    saturating = "saturating: time_constant 12 months, window 12 months"
    for key, row in (("linear", "linear"), ("compound", "compound"),
                     (plateau, "plateau after 24 months"), (saturating, "saturating")):  # fmt: skip
        two, five = gain[key, "24 months"], gain[key, "60 months"]
        (line,) = [li for li in page.splitlines() if li.startswith(f"| {row} |") and "±" in li]
        assert [cell.strip(" *").split(" ±")[0] for cell in line.split("|")[2:4]] == [two, five]
