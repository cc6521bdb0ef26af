"""Results are whole or absent, the same bytes for the same study, and can be run again."""

import json
from pathlib import Path

import pytest

import sim
from sim import results
from sim.experiments import archive, runs
from sim.scenario import load
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
        return result, archive.keep(result, root, command="mastosim run ...", seconds=1.0)


def bytes_of(folder, patterns=DATA + PICTURES):
    return {p.name: p.read_bytes() for pattern in patterns for p in folder.glob(pattern)}


def test_a_result_has_everything_and_stands_under_scenario_and_digest(kept):
    result, folder = kept
    assert folder.parent.name == "laroche2011"
    assert folder.name == archive.digest_of(result.study)
    names = {path.name for path in folder.iterdir()}
    assert {"patients.parquet", "events.parquet", "measurements.parquet", "latent.parquet"} <= names
    assert {"summary.csv", "reported.csv", "manifest.json", "bone_course.svg"} <= names
    assert [p.name for p in folder.parent.iterdir()] == [folder.name]


def test_the_same_study_gives_the_same_bytes(kept, tmp_path, no_pictures):
    """Figures in the next test, of a study that was read from a manifest."""
    _, folder = kept
    again = archive.keep(runs.run(load(BASE, SMALL)), tmp_path)
    first, second = bytes_of(folder, DATA), bytes_of(again, DATA)
    assert len(first) >= 8
    assert first == second


def test_a_rerun_from_the_manifest_gives_the_same_bytes(kept, tmp_path):
    result, folder = kept
    again = archive.rerun(folder / "manifest.json")
    assert again.study.numbers == tuple(
        n.__class__(n.path, n.text, n.sources, n.note, m.mark)
        for n, m in zip(result.study.numbers, again.study.numbers, strict=True)
    )
    assert len(bytes_of(folder)) >= 12
    with without_pictures("svg"):
        assert bytes_of(archive.keep(again, tmp_path)) == bytes_of(folder)


def test_a_manifest_of_another_version_is_refused(kept, tmp_path):
    _, folder = kept
    held = json.loads((folder / "manifest.json").read_text())
    other = tmp_path / "manifest.json"
    other.write_text(json.dumps({**held, "mastosim": "0.0.1"}))
    with pytest.raises(ValueError, match="by mastosim 0"):
        archive.rerun(other)


def test_the_manifest_names_what_was_run(kept):
    result, folder = kept
    held = results.manifest_of(folder)
    assert held["mastosim"] == sim.__version__
    assert held["seed"] == 1
    assert held["scenario"]["cohort"]["patients"] == "30"
    assert len(held["numbers"]) == len(result.study.numbers)
    assert held["libraries"]["simpy"]


@pytest.mark.parametrize("setting", ["seed=2", "therapies.pamidronate.given=99 %", "name=other"])
def test_whatever_is_changed_changes_the_digest(setting):
    plain, changed = load(BASE, SMALL), load(BASE, [*SMALL, setting])
    assert archive.digest_of(plain) != archive.digest_of(changed)


def test_tables_are_read_back_as_they_were(kept):
    result, folder = kept
    for saved, held in zip(results.load(folder), result.tables, strict=True):
        assert saved.equals(held)


def test_a_failure_while_writing_leaves_nothing(kept, tmp_path, monkeypatch):
    result, _ = kept

    def full_disk(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archive, "write_summaries", full_disk)
    with pytest.raises(OSError, match="No space"):
        archive.keep(result, tmp_path)
    assert list((tmp_path / "laroche2011").iterdir()) == []


def test_a_result_of_the_same_digest_is_replaced_whole(kept, tmp_path, monkeypatch):
    result, _ = kept
    monkeypatch.setattr("sim.display.figures.draw", lambda *_: None)
    first = archive.keep(result, tmp_path)
    whole = bytes_of(first)
    (first / "stray.txt").write_text("left by someone")
    second = archive.keep(result, tmp_path)
    assert first == second
    assert not (second / "stray.txt").exists()
    assert bytes_of(second) == whole
    assert [p.name for p in second.parent.iterdir()] == [second.name]
