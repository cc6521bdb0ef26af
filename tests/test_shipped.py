"""Shipped scenarios and sweeps: found by name, listed, copied, and inside the wheel."""

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest
import yaml

import sim
from sim.experiments.sweeps import load_sweep
from sim.scenario import load, shipped
from tests.architecture import ROOT

FOLDER = ROOT / "scenarios"
BASE = FOLDER / "laroche2011.yaml"
FILES = [*FOLDER.glob("*.yaml"), *FOLDER.glob("sweeps/*.yaml")]


@pytest.fixture
def empty(tmp_path, monkeypatch):
    """An empty current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_shipped_file_has_a_name_of_its_own():
    assert shipped.paths() == {path.stem: path for path in FILES}
    assert len(shipped.paths()) == len(FILES) > 35


def test_examples_are_listed_with_title_and_question(mastosim):
    told = mastosim("examples", "--json")
    rows = {row["name"]: row for row in json.loads(told.stdout)["examples"]}
    assert rows.keys() == shipped.paths().keys()
    for name, path in shipped.paths().items():
        text = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert rows[name]["title"] == text["title"]
        assert rows[name]["question"] == text.get("question", "")
        assert rows[name]["kind"] == ("sweep" if "mastosim_sweep" in text else "scenario")
    assert sim.examples()["name"].tolist() == list(rows)
    printed = mastosim("examples").stdout
    assert rows["poor-attendance"]["question"][:40] in printed


def test_a_name_stands_for_the_shipped_file_and_the_command_says_so(empty, mastosim):
    told = mastosim("check", "laroche2011", cwd=empty)
    assert told.returncode == 0
    assert "There is no file 'laroche2011' here: the shipped scenario is taken." in told.stderr
    assert "Valid: laroche2011 can be simulated. Next: mastosim run laroche2011" in told.stdout
    told = mastosim("check", "stopping", cwd=empty)
    assert "the shipped sweep is taken" in told.stderr
    assert load("laroche2011").digest == load(BASE).digest
    assert load_sweep("stopping").digest == load_sweep(FOLDER / "sweeps/stopping.yaml").digest


def test_a_file_of_that_name_comes_first_and_a_folder_does_not(empty, mastosim):
    (empty / "laroche2011").mkdir()
    assert load("laroche2011").digest == load(BASE).digest
    own = BASE.read_text(encoding="utf-8").replace("60 months", "12 months", 1)
    (empty / "laroche2011.yaml").write_text(own, encoding="utf-8")
    told = mastosim("check", "laroche2011.yaml", cwd=empty)
    assert (told.returncode, told.stderr) == (0, "")
    assert load("laroche2011.yaml").scenario.horizon < 366
    (empty / "mine.yaml").write_text("extends: laroche2011.yaml\nname: mine\n")
    assert load("mine.yaml").scenario.horizon < 366


def test_a_file_extends_a_shipped_one_where_no_file_has_the_name(empty):
    (empty / "mine.yaml").write_text("extends: poor-attendance\nname: mine\n")
    expected = load(FOLDER / "poor-attendance.yaml").scenario.therapies
    assert load("mine.yaml").scenario.therapies == expected
    sweep = (FOLDER / "sweeps/stopping.yaml").read_text(encoding="utf-8")
    (empty / "mine-too.yaml").write_text(sweep.replace("../laroche2011.yaml", "laroche2011"))
    assert load_sweep("mine-too.yaml").varied[0].study.digest == load(BASE).digest


@pytest.mark.parametrize(
    ("given", "said"),
    [("laroche201", "did you mean 'laroche2011'?"),
     ("scenarios/laroche2011.yaml", "the name alone, laroche2011, is the shipped one")],
)  # fmt: skip
def test_a_name_that_is_not_there_gets_a_hint(empty, mastosim, given, said):
    told = mastosim("run", given, cwd=empty)
    assert told.returncode == 3
    assert said in " ".join(told.stderr.split())


def test_a_new_file_is_made_from_a_shipped_one(empty, mastosim):
    assert mastosim("new", "mine.yaml", "--from", "poor-attendance", cwd=empty).returncode == 0
    assert mastosim("new", "other.yaml", "--extends", "four-arms", cwd=empty).returncode == 0
    assert load("mine.yaml").scenario.name == "mine"
    assert load("other.yaml").scenario.arms == load(FOLDER / "four-arms.yaml").scenario.arms
    assert sorted(path.name for path in empty.iterdir()) == ["mine.yaml", "other.yaml"]


def test_a_patient_of_a_shipped_scenario_is_explained(empty, mastosim):
    told = mastosim("explain", "laroche2011", "--patient", 3, cwd=empty)
    assert told.stdout.startswith("Patient 3 of laroche2011, seed 1")


def built(folder):
    """The wheel of this checkout, and the names of its files."""
    copy = folder / "source"
    words = ["git", "-C", str(ROOT), "ls-files", "-z", "sim", "scenarios", "*.toml", "*.py", "*.md",
             "LICENSE"]  # fmt: skip
    for name in subprocess.check_output(words, text=True).split("\0"):
        if name and (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).write_bytes((ROOT / name).read_bytes())
    pip = [sys.executable, "-m", "pip", "wheel", "-q", "--no-build-isolation", "--no-deps"]
    subprocess.run([*pip, "-w", folder, copy], check=True)
    (wheel,) = folder.glob("*.whl")
    return wheel, set(zipfile.ZipFile(wheel).namelist())


@pytest.mark.validation
def test_from_the_wheel_a_shipped_scenario_runs_in_an_empty_folder(tmp_path):
    """An environment of its own, with the libraries of this one and nothing of the checkout."""
    wheel, names = built(tmp_path)
    assert {f"sim/shipped/{path.relative_to(FOLDER).as_posix()}" for path in FILES} < names
    environment, empty = tmp_path / "environment", tmp_path / "empty"
    empty.mkdir()
    clean = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    subprocess.run([sys.executable, "-m", "venv", environment], check=True, env=clean)
    python = environment / ("Scripts" if os.name == "nt" else "bin") / "python"
    install = [python, "-m", "pip", "install", "-q", "--no-deps", "--no-index", wheel]
    subprocess.run(install, check=True, env=clean)
    purelib = [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    there = Path(subprocess.check_output(purelib, text=True).strip())
    libraries = sysconfig.get_path("purelib")
    (there / "libraries.pth").write_text(f"{libraries}\n")

    def run(*words):
        done = subprocess.run(
            [python.with_name("mastosim"), *words],
            cwd=empty,
            env=clean,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    where = [python, "-c", "import sim; print(sim.__file__)"]
    assert subprocess.check_output(where, text=True, cwd=empty, env=clean).startswith(str(there))
    assert "poor-attendance" in run("examples")
    assert "fractures" in run("run", "laroche2011", "--patients", "20", "--engine", "simpy", "-q")
    files = run("report", "laroche2011/latest", "--xlsx", "--form", "stress", "-q").split()
    assert {Path(file).name for file in files} == {
        "report.html", "report.xlsx", "stress.md", "stress.docx"
    }  # fmt: skip
    assert run("new", "mine.yaml", "--from", "poor-attendance")
    assert "can be simulated" in run("check", "mine.yaml")
    assert "can be simulated" in run("check", "ten-years")
