"""A result that is not what was written: refused by what adds to it, told by what reads it."""

import json
import random
import shutil
import warnings
from pathlib import Path

import pytest

import sim
from sim import results
from sim.errors import RequestError
from sim.experiments import verbs
from sim.experiments.kinds import run as kept_run
from sim.results import fingerprint, seals
from sim.scenario import load
from tests.conftest import resealed

BASE = Path(__file__).parents[1] / "scenarios" / "laroche2011.yaml"
SETTINGS = ["cohort.patients=1030", "horizon=6 months", "visits.markers=[6 months]"]
FILES = ("manifest.json", "measurements.parquet", "summary.csv", "sums.parquet")
MORE = ("--patients", 1040)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A run with tables and sums."""
    folder = tmp_path_factory.mktemp("whole")
    return kept_run.make(load(BASE, SETTINGS), folder, "tables", engine="batch")


@pytest.fixture
def kept(whole, tmp_path):
    return shutil.copytree(whole, tmp_path / "results" / "laroche2011" / whole.name)


def flip(path, rng):
    """Change one bit of a file."""
    content = bytearray(path.read_bytes())
    content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    path.write_bytes(content)


def said_of(told):
    assert "a bug" not in told.stderr, told.stderr
    assert "Traceback" not in told.stderr
    return " ".join(told.stderr.split())


def test_a_manifest_has_the_digest_of_every_data_file_and_the_model(whole):
    manifest = results.open(whole).manifest
    data = {path.name for path in seals.data_files(whole)}
    assert set(manifest.files) == data >= {"sums.parquet", "events.parquet", "summary.csv"}
    assert manifest.model == fingerprint.model()
    assert [*seals.damage(results.open(whole)), *seals.missing(results.open(whole))] == []


@pytest.mark.share(2)
@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("seed", range(5))
def test_one_flipped_bit_is_refused_or_told(name, seed, kept, tmp_path, mastosim):
    flip(kept / name, random.Random(f"{name} {seed}"))
    before = {path.name: path.read_bytes() for path in kept.iterdir()}
    for words in (("extend", kept, *MORE), ("rerun", kept)):
        told = mastosim(*words, "--out", tmp_path / "out", "-q")
        assert (told.returncode, told.stdout) == (2, "")
        assert str(kept / name) in told.stderr.replace("\n", "")
        assert "not JSON" in told.stderr or "damaged" in told.stderr
    told = mastosim("show", kept)
    assert f"'{kept / name}' is damaged" in said_of(told)
    told = mastosim("plot", kept, "--figure", "differences", "--format", "svg", "--into", tmp_path)
    assert f"'{kept / name}' is damaged" in said_of(told)
    assert not [*tmp_path.glob("out/*/*/manifest.json")]
    assert {path.name: path.read_bytes() for path in kept.iterdir()} == before


@pytest.mark.parametrize("content", [b"", b"garbage" * 99, None])
@pytest.mark.parametrize("name", ["sums.parquet", "events.parquet", "summary.csv"])
def test_cut_off_or_garbage_is_damaged_and_no_traceback(name, content, kept, tmp_path, mastosim):
    path = kept / name
    path.write_bytes(path.read_bytes()[:-9] if content is None else content)
    for verb, more in (("extend", MORE), ("rerun", ()), ("show", ())):
        quiet = ("-q",) if verb != "show" else ()
        said = said_of(mastosim(verb, kept, *more, *quiet, "--out", tmp_path / "out"))
        assert f"'{path}' is damaged" in said


def test_a_folder_or_a_dead_link_in_the_place_of_a_data_file_is_no_traceback(
    kept, tmp_path, mastosim
):
    (kept / "sums.parquet").unlink()
    (kept / "sums.parquet").mkdir()
    (kept / "reported.csv").unlink()
    (kept / "reported.csv").symlink_to(tmp_path / "nowhere")
    said = said_of(mastosim("extend", kept, *MORE, "-q"))
    assert f"'{kept / 'sums.parquet'}' is damaged" in said
    said = said_of(mastosim("show", kept))
    assert f"'{kept / 'reported.csv'}' is missing" in said


def test_an_edited_seed_mixes_nothing(kept, tmp_path, mastosim):
    path = kept / "manifest.json"
    path.write_text(path.read_text().replace('"seed": "1"', '"seed": "2"'))
    for again in (False, True):  # the second time with a seal that was made to fit
        if again:
            resealed(kept)
        for words in (("extend", kept, *MORE), ("rerun", kept)):
            told = mastosim(*words, "-q", "--out", tmp_path / "out")
            assert told.returncode == 2
            assert f"'{path}' is damaged: " in said_of(told)
    assert "is damaged" in said_of(mastosim("explain", kept, "--patient", 1)) or again


def test_sums_of_another_scenario_are_damage(kept, tmp_path, mastosim):
    other = kept_run.make(load(BASE, [*SETTINGS, "seed=2"]), tmp_path, "outcomes", engine="batch")
    shutil.copy(other / "sums.parquet", kept)
    told = mastosim("extend", kept, *MORE, "-q", "--out", tmp_path / "out")
    assert told.returncode == 2
    assert f"'{kept / 'sums.parquet'}' is damaged: its SHA-256 is not" in said_of(told)


@pytest.mark.validation
def test_a_result_of_another_model_is_not_extended(kept, tmp_path, mastosim):
    resealed(kept, model="0123456789ab")
    told = mastosim("extend", kept, *MORE, "-q", "--out", tmp_path / "out")
    assert told.returncode == 2
    assert f"(model 0123456789ab, this is {fingerprint.model()})" in said_of(told)
    told = mastosim("rerun", kept, "-q", "--out", tmp_path / "out")
    assert "The result was made by other sources (model 0123456789ab, not" in told.stdout


def test_what_is_missing_is_told_and_not_extended(kept, tmp_path, mastosim):
    (kept / "sums.parquet").unlink()
    told = mastosim("extend", kept, *MORE, "-q", "--out", tmp_path / "out")
    assert told.returncode == 2
    assert f"'{kept / 'sums.parquet'}' is missing; run again" in said_of(told)
    told = mastosim("show", kept)
    assert told.returncode == 0
    assert f"Warning: '{kept / 'sums.parquet'}' is missing; run again" in said_of(told)


def test_python_refuses_and_warns_alike(kept, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sim.show(kept)
    with (kept / "summary.csv").open("a") as file:
        file.write("\n")
    for call in (
        sim.show,
        lambda kept: sim.plot(kept, into=tmp_path, figure="differences", format="svg"),
    ):
        with pytest.warns(UserWarning, match=r"summary\.csv' is damaged"):
            call(kept)
    for verb in (lambda: sim.rerun(kept, into=tmp_path), lambda: sim.extend(kept, patients=1040)):
        with pytest.raises(RequestError, match=r"summary\.csv' is damaged"):
            verb()


def test_an_extended_run_is_that_of_all_patients(kept, tmp_path):
    more = verbs.extend(results.open(kept), tmp_path / "more", 1040)
    study = load(BASE, ["cohort.patients=1040", *SETTINGS[1:]])
    once = kept_run.make(study, tmp_path / "once", "tables", engine="batch")
    files = [json.loads((one / "manifest.json").read_text())["files"] for one in (more, once)]
    assert files[0] == files[1]
