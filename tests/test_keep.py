"""What is kept of a run: everything, tables alone, or outcomes alone; the same numbers always."""

import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from sim import results
from sim.cli.main import commands
from sim.display import figures
from sim.experiments import runs, sizes
from sim.experiments.forecast import forecast
from sim.experiments.kinds import run as kept_run
from sim.results import load as load_tables
from sim.results import tables_of_patients
from sim.scenario import load
from tests.conftest import without_pictures

BASE = Path(__file__).parents[1] / "scenarios" / "laroche2011.yaml"
SETTINGS = ["cohort.patients=300", "horizon=12 months"]
TABLES = {f"{name}.parquet" for name in ("patients", "events", "measurements", "latent")}
EXPLAINS = {"manifest.json", "ABOUT.txt", "dictionary.csv"}
OUTCOMES = {"summary.csv", "reported.csv", "effects.csv", *EXPLAINS}


@pytest.fixture(scope="module")
def study():
    return load(BASE, SETTINGS)


@pytest.fixture(scope="module")
def made(study, tmp_path_factory):
    """The folder of each way to keep a run."""
    root = tmp_path_factory.mktemp("kept")
    folders = {}
    with without_pictures():
        for kept in ("all", "tables", "outcomes"):
            folders[kept] = kept_run.make(study, root / kept, kept, engine="batch")
    return folders


def names(folder):
    return {path.name for path in folder.iterdir()}


def test_each_keeps_what_it_says(made):
    assert names(made["outcomes"]) == OUTCOMES
    assert names(made["tables"]) == OUTCOMES | TABLES
    assert names(made["all"]) > OUTCOMES | TABLES | {"bone_course.svg"}
    for kept, folder in made.items():
        assert json.loads((folder / "manifest.json").read_text())["options"]["keep"] == kept


def test_what_is_kept_changes_no_byte(made):
    for name in (OUTCOMES | TABLES) - {"effects.csv", *EXPLAINS}:
        held = {
            (folder / name).read_bytes() for folder in made.values() if (folder / name).exists()
        }
        assert len(held) == 1, name


def test_outcomes_alone_stand_beside_a_whole_result_and_do_not_replace_it(made):
    assert made["outcomes"].name == made["all"].name + "-outcomes"
    assert made["tables"].name == made["all"].name


def test_tables_written_as_they_come_are_those_written_at_once(
    study, made, monkeypatch, tmp_path, no_pictures
):
    """In groups of 128 patients here, so that 300 make three of them."""
    monkeypatch.setattr(tables_of_patients, "PATIENTS_A_GROUP", 128)
    monkeypatch.setitem(sizes.BLOCK, "batch", 128)
    streamed = kept_run.make(study, tmp_path / "streamed", "tables", engine="batch")
    at_once = kept_run.keep(runs.run(study, engine="batch"), tmp_path / "at once")
    for name in TABLES:
        assert (streamed / name).read_bytes() == (at_once / name).read_bytes(), name
    for one, other in zip(load_tables(streamed), load_tables(made["all"]), strict=True):
        pd.testing.assert_frame_equal(one, other, check_exact=True)


def test_figures_of_outcomes_are_drawn_without_tables(made, study, tmp_path):
    files = figures.draw(results.open(made["outcomes"]), None, tmp_path, ["svg"])
    drawn = {path.stem for path in files}
    assert drawn == {"differences", "against_reported"}
    others = figures.draw(results.open(made["all"]), sorted(drawn), made["all"], ["svg"])
    assert {p.read_bytes() for p in files} == {p.read_bytes() for p in others}


def test_only_figures_need_memory_for_every_patient(study):
    many = study.with_(patients=10**6)
    needed = {
        kept: forecast([many], "batch", kept=kept_run.rows_of(kept)).memory
        for kept in ("all", "tables", "outcomes")
    }
    assert needed["all"] > 10 * needed["tables"]
    assert needed["tables"] <= needed["outcomes"]


def test_the_command_keeps_what_is_asked_for_and_says_so(tmp_path):
    words = ["run", str(BASE), "--engine", "batch", "--out", str(tmp_path), "--quiet"]
    settings = [word for setting in SETTINGS for word in ("--set", setting)] + ["--patients", "50"]
    done = CliRunner().invoke(commands, [*words, *settings, "--keep", "outcomes", "--workers", "1"])
    assert done.exit_code == 0, done.output
    (folder,) = (tmp_path / "laroche2011").iterdir()
    assert done.output.splitlines()[-1] == f"Outcomes: {folder}"
    assert names(folder) == OUTCOMES
    again = CliRunner().invoke(commands, ["rerun", str(folder), "--out", str(tmp_path / "again")])
    assert again.exit_code == 0, again.output
    assert "identical  summary.csv" in again.output
    assert not list((tmp_path / "again").rglob("*.parquet"))
