"""The workflow tests the Pythons that the project names, and compares their results."""

import json
import re
import tomllib

import pytest
import yaml

from sim import results
from sim.experiments import runs
from sim.experiments.kinds import run as kept_run
from sim.scenario import load
from tests import same_bytes
from tests.conftest import ROOT, without_pictures

FILE = ROOT / ".github" / "workflows" / "test.yml"
TEXT = FILE.read_text(encoding="utf-8")
JOBS = yaml.safe_load(TEXT)["jobs"]
COMMANDS = "\n".join(step.get("run", "") for job in JOBS.values() for step in job["steps"])
LEFT_OUT = {"3.14"}
"""Pythons whose bytes were not compared with those of the others; the workflow says so."""


def pythons_of_the_project():
    """Those of the classifiers, for which the pins have packages: the Makefile names the same."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = [re.search(r":: (3\.\d+)$", line) for line in project["classifiers"]]
    pythons = [match[1] for match in named if match]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert f"Python {pythons[0]} to {pythons[-1]}" in makefile
    return pythons


def test_each_python_of_the_project_is_tested_or_left_out_for_a_reason():
    tested = JOBS["test"]["strategy"]["matrix"]["python"]
    assert tested == [one for one in pythons_of_the_project() if one not in LEFT_OUT]
    reasons = " ".join(line.removeprefix("#") for line in TEXT.splitlines() if line[:1] == "#")
    for python in LEFT_OUT:
        assert f"Python {python}" in reasons


def test_the_same_pythons_are_compared():
    tested = JOBS["test"]["strategy"]["matrix"]["python"]
    job = JOBS["same-bytes"]
    assert job["env"]["PYTHONS"].split() == tested
    set_up = [step["with"]["python-version"] for step in job["steps"] if "with" in step]
    assert [text.split() for text in set_up] == [tested]
    assert "mastosim run laroche2011 --patients 300 --seed 1" in COMMANDS


def test_every_make_target_exists_and_no_address_is_named():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^(\w+):", makefile, re.MULTILINE))
    named = re.findall(r"make (\w+)", COMMANDS)
    assert {"env", "test"} <= {*named} <= targets
    assert "://" not in TEXT


@pytest.fixture(scope="module")
def twice(tmp_path_factory):
    """A run, kept in two places."""
    with without_pictures():
        study = load(ROOT / "scenarios" / "laroche2011.yaml", ["cohort.patients=5"])
        made = runs.run(study, engine="simpy")
        roots = [tmp_path_factory.mktemp(name) for name in ("first", "second")]
        return [kept_run.keep(made, root, drawn=False) for root in roots]


def test_equal_results_are_the_same(twice, capsys):
    assert same_bytes.main([str(folder) for folder in twice]) == 0
    printed = capsys.readouterr().out
    for name, sha256 in results.open(twice[0]).manifest.files.items():
        assert f"{sha256}  {name}\n" in printed


def test_a_file_that_differs_is_named(twice, tmp_path, capsys):
    files = {**same_bytes.files_of(twice[0]), "summary.csv": "0" * 64}
    (tmp_path / "manifest.json").write_text(json.dumps({"files": files}))
    assert same_bytes.main([str(twice[0]), str(tmp_path)]) == 1
    assert "different: summary.csv\n" in capsys.readouterr().out
    assert same_bytes.main([str(twice[0])]) == 1  # one result is no comparison
