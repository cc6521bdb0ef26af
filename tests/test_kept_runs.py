"""Results are whole or absent, the same bytes for the same study, and can be run again."""

import dataclasses
import json
import shutil
from functools import partial
from pathlib import Path

import pytest

import sim
from sim import results
from sim.errors import RequestError
from sim.experiments import runs, verbs
from sim.experiments.kinds import run as kept_run
from sim.results import digest_of, seals
from sim.scenario import Mark, load
from tests.conftest import without_pictures

BASE = Path(__file__).parents[1] / "scenarios" / "laroche2011.yaml"
SMALL = ["cohort.patients=30", "horizon=24 months"]
DATA = ("*.parquet", "*.csv")
PICTURES = ("*.svg", "*.png")


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    root = tmp_path_factory.mktemp("results")
    result = runs.run(load(BASE, SMALL))
    with without_pictures("svg"):
        return result, kept_run.keep(result, root, command="mastosim run ...", seconds=1.0)


def bytes_of(folder, patterns=DATA + PICTURES):
    return {p.name: p.read_bytes() for pattern in patterns for p in folder.glob(pattern)}


def test_a_result_has_everything_and_stands_under_scenario_and_digest(kept):
    result, folder = kept
    assert folder.parent.name == "laroche2011"
    assert folder.name == digest_of([result.study])
    names = {path.name for path in folder.iterdir()}
    assert {"patients.parquet", "events.parquet", "measurements.parquet", "latent.parquet"} <= names
    assert {"summary.csv", "reported.csv", "manifest.json", "bone_course.svg"} <= names
    assert [p.name for p in folder.parent.iterdir()] == [folder.name]


def test_the_same_study_gives_the_same_bytes(kept, tmp_path, no_pictures):
    """Figures in the next test, of a study that was read from a manifest."""
    _, folder = kept
    again = kept_run.keep(runs.run(load(BASE, SMALL)), tmp_path)
    first, second = bytes_of(folder, DATA), bytes_of(again, DATA)
    assert len(first) >= 8
    assert first == second


def test_a_rerun_from_the_manifest_gives_the_same_bytes(kept, tmp_path):
    result, folder = kept
    with without_pictures("svg"):
        again = verbs.rerun(results.open(folder / "manifest.json"), tmp_path)
    assert results.open(again).study.numbers == tuple(
        dataclasses.replace(number, mark=Mark("the manifest", 1, 1))
        for number in result.study.numbers
    )
    assert len(bytes_of(folder)) >= 12
    assert bytes_of(again) == bytes_of(folder)


def test_a_manifest_of_another_version_is_shown_and_not_done_again(kept, tmp_path):
    _, folder = kept
    other = shutil.copytree(folder, tmp_path / "other")
    held = json.loads((folder / "manifest.json").read_text())
    (other / "manifest.json").write_text(json.dumps({**held, "mastosim": "0.0.1"}))
    assert verbs.show(results.open(other)).printout == verbs.show(results.open(folder)).printout
    for verb in (verbs.rerun, partial(verbs.extend, patients=99)):
        with pytest.raises(RequestError, match=r"by mastosim 0\.0\.1, this is"):
            verb(results.open(other), tmp_path)


def test_the_manifest_names_what_was_run(kept):
    result, folder = kept
    held = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert (held["form"], held["kind"], held["mastosim"]) == (2, "run", sim.__version__)
    assert held["options"] == {
        "patients": 30, "seed": 1, "engine": "simpy", "keep": "all", "tables": "parquet",
        "until": [],
    }  # fmt: skip
    (study,) = held["studies"]
    assert study["document"]["cohort"]["patients"] == "30"
    assert len(study["numbers"]) == len(result.study.numbers)
    assert study["assumptions"].startswith("55 of the 120 numbers")
    assert study["assumptions"].endswith(", and 6 more assumptions have no number")
    assert study["premises"][1][0] == "therapies.interferon"
    assert results.open(folder).study.premises == result.study.premises
    assert held["libraries"]["simpy"]
    assert held["command"] == "mastosim run ..."
    assert held["tables"] == sorted(
        {path.stem for path in seals.data_files(folder)} - set(held["figures"])
    )
    assert held["figures"] == ["bone_course", "against_reported"]


def test_settings_are_recorded_also_from_python(kept):
    _, folder = kept
    settings = results.open(folder).manifest.settings
    assert [(s.path, s.old, s.new) for s in settings] == [
        ("cohort.patients", "1000", "30"), ("horizon", "60 months", "24 months"),
    ]  # fmt: skip
    about = " ".join((folder / "ABOUT.txt").read_text(encoding="utf-8").split())
    assert "A run of laroche2011." in about
    assert "How much bone does adding low-dose interferon buy" in about
    assert "horizon: 60 months -> 24 months." in about
    assert f"mastosim rerun {folder.name}" in about


@pytest.mark.parametrize("setting", ["seed=2", "therapies.pamidronate.given=99 %", "name=other"])
def test_whatever_is_changed_changes_the_digest(setting):
    plain, changed = load(BASE, SMALL), load(BASE, [*SMALL, setting])
    assert digest_of([plain]) != digest_of([changed])


def test_tables_are_read_back_as_they_were(kept):
    result, folder = kept
    for saved, held in zip(results.load(folder), result.tables, strict=True):
        assert saved.equals(held)


def test_a_failure_while_writing_leaves_nothing(kept, tmp_path, monkeypatch):
    result, _ = kept

    def full_disk(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sim.results.keeping.write_csv", full_disk)
    with pytest.raises(OSError, match="No space"):
        kept_run.keep(result, tmp_path)
    assert [*tmp_path.iterdir()] == []


def test_a_loaded_study_takes_patients_and_seed():
    study = load(BASE, SMALL)
    result = sim.run(study, patients=5, seed=3)
    assert (result.study.scenario.cohort.patients, result.study.scenario.seed) == (5, 3)
