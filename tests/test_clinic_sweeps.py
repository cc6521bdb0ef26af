"""Sweeps over clinics: whole clinics in blocks, and the intervals of runs."""

import pandas as pd
import pytest

import sim
from sim.errors import RequestError
from sim.experiments import runs
from sim.experiments.sweeps import work
from sim.experiments.sweeps.read import load_sweep
from sim.scenario import ScenarioError, load

PLACES = "clinic.places"
SCENARIO = """\
extends: clinic-nine-places
clinics: {number: 4, patients_each: 15}
horizon: 12 months
clinic:
  enrolment: 6 months
  closed: []
"""
SWEEP = """\
mastosim_sweep: 1
name: places
question: How many places does a clinic of fifteen patients need?
title: How many places a clinic of fifteen needs
scenario: small.yaml
patients: 60
seed: 5
design: grid
parameters:
  clinic.places: {values: [1, 2]}
  clinic.at_most_late: {values: [7 days, 14 days]}
"""


@pytest.fixture
def files(tmp_path):
    (tmp_path / "small.yaml").write_text(SCENARIO, encoding="utf-8")
    (tmp_path / "places.yaml").write_text(SWEEP, encoding="utf-8")
    return tmp_path


def test_a_point_has_the_numbers_and_the_intervals_of_a_run(files):
    sim.sweep(files / "places.yaml", out=files / "out", engine="simpy")
    table = pd.read_parquet(next((files / "out").rglob("outcomes.parquet")))
    table = table[table["role"] == "grid"]
    for places in (1, 2):
        settings = [f"{PLACES}={places}", "clinic.at_most_late=7 days", "seed=5"]
        run = runs.run(load(files / "small.yaml", settings), engine="simpy").summary
        is_point = (table[PLACES] == places) & (table["clinic.at_most_late"] == 7)
        rows = table[is_point]
        for name in ("pamidronate wait for a place", "places in use", "spine change"):
            own = rows[(rows["arm"] == "pamidronate") & (rows["against_arm"] == "")
                       & (rows["outcome"] == name)].iloc[-1]  # fmt: skip
            one = run[(run["arm"] == "pamidronate") & (run["against_arm"] == "")
                      & (run["outcome"] == name)].iloc[-1]  # fmt: skip
            assert own["estimate"] == pytest.approx(one["estimate"], abs=1e-9)
            assert own["low"] == pytest.approx(one["low"], abs=1e-9)
            assert own["high"] == pytest.approx(one["high"], abs=1e-9)


def test_blocks_of_a_sweep_hold_whole_clinics(files):
    sweep = load_sweep(files / "places.yaml")
    assert (sweep.group, sweep.patients) == (15, 60)
    blocks = list(work.missing_blocks([], 60_000, sweep.group))
    assert all(block.stop % 15 == 0 for block in blocks)
    assert len(blocks) == 8, "as many as of patients who do not meet"


def test_more_clinics_take_the_blocks_of_fewer(files):
    few, many = (load_sweep(files / "places.yaml", patients) for patients in (60, 90))
    for one, other in zip(few.varied[0].points, many.varied[0].points, strict=True):
        assert few.varied[0].addresses(one) == many.varied[0].addresses(other)


def test_patients_are_a_number_of_whole_clinics(files):
    with pytest.raises(ScenarioError, match="70 patients are no whole number of clinics of 15"):
        load_sweep(files / "places.yaml", 70)
    text = SWEEP.replace(
        "clinic.places: {values: [1, 2]}", "clinics.patients_each: {values: [15, 30]}"
    )
    (files / "places.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError, match="is the same at every point"):
        load_sweep(files / "places.yaml")


def test_a_pilot_refuses_clinics_by_name(files):
    text = SWEEP.replace("design: grid", "design: {probabilistic: {draws: 4}}")
    text = text[: text.index("parameters:")] + (
        "parameters:\n  effects.pamidronate.spine: {low: 1 %/year, high: 4 %/year}\n"
    )
    (files / "places.yaml").write_text(text, encoding="utf-8")
    fitting = SCENARIO.replace("patients_each: 15", "patients_each: 10")
    (files / "small.yaml").write_text(fitting, encoding="utf-8")
    with pytest.raises(RequestError, match="wait for each other"):
        sim.sweep(files / "places.yaml", pilot=True)
