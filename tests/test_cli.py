"""The command line as a user meets it: output, exit codes, and never a traceback for a mistake."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim.cli.main import commands
from sim.scenario import ScenarioError, load
from tests.conftest import shown

ROOT = Path(__file__).parents[1]
BASE = ROOT / "scenarios" / "laroche2011.yaml"
COMMAND = [sys.executable, "-m", "sim.cli"]


def in_a_process(*words):
    """The command as it is installed; most tests here call it within this process."""
    return subprocess.run([*COMMAND, *map(str, words)], capture_output=True, text=True, cwd=ROOT)


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    out = tmp_path_factory.mktemp("out")
    return out, in_a_process("run", BASE, "--patients", 40, "--seed", 3, "--out", out)


def test_help_shows_an_example(mastosim):
    for words in (["--help"], ["run", "--help"], ["check", "-h"]):
        shown = mastosim(*words)
        assert shown.returncode == 0
        assert "Example: mastosim" in shown.stdout


def test_help_cuts_no_line_and_has_a_word_for_each_value(mastosim, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    every = mastosim("--help").stdout
    lines = every.partition("Commands:")[2].partition("Example:")[0].splitlines()
    names = [line.split()[0] for line in lines if line.strip()]
    assert set(names) == set(commands.commands)
    assert [line for line in lines if line.endswith(("...", "…"))] == []
    for name in names:
        assert " RANGE" not in mastosim(name, "--help").stdout


def test_check_tells_the_protocol_in_words_and_every_assumption(mastosim):
    told = mastosim("check", BASE)
    assert told.returncode == 0
    plan = "36 infusions: 24 monthly on days 0, 30, 61, ..., then 12 quarterly"
    assert plan in told.stdout
    study = load(BASE)
    assert f"{len(study.assumptions)} of the {len(study.numbers)} numbers" in told.stdout
    for number in study.assumptions:
        assert f"  {number.path} = {number.text}" in told.stdout


def test_run_prints_both_tables_and_where_the_files_are(ran):
    out, told = ran
    assert told.returncode == 0
    assert told.stderr == ""
    assert "Reported against simulated" in told.stdout
    assert "combination - pamidronate" in told.stdout
    assert "assumptions" in told.stdout
    folder = told.stdout.strip().splitlines()[-1].removeprefix("Tables and figures: ")
    assert (Path(folder) / "summary.csv").is_file()
    assert Path(folder).is_relative_to(out)


def test_every_published_number_of_the_paper_is_in_the_printed_table(ran):
    _, told = ran
    for text in ("52.5", "3.5", "-3 ± 1", "-1.9 ± 0.7", "357 ± 258", "20 ± 3.2", "49 ± 36",
                 "12.6 ± 5.6", "1.93", "-66", "-25", "-34", "2.4 ± 0.1", "0 ± 0.1"):  # fmt: skip
        assert f" {text} " in told.stdout, text


def test_json_is_one_object_with_nothing_around_it(tmp_path, mastosim, no_pictures):
    told = mastosim("run", BASE, "--patients", 20, "--out", tmp_path, "--json")
    held = json.loads(told.stdout)
    assert held["scenario"] == "laroche2011"
    assert {"outcome", "arm", "estimate", "mc_error", "low", "high"} <= set(held["summary"][0])
    assert held["reported"][0]["fact"] == "patients"


def test_set_patients_and_seed_reach_the_manifest(tmp_path, mastosim, no_pictures):
    words = ["--patients", 20, "--seed", 9, "--set", "therapies.pamidronate.given=80 %"]
    told = mastosim("run", BASE, *words, "--out", tmp_path, "--json")
    manifest = json.loads((Path(json.loads(told.stdout)["folder"]) / "manifest.json").read_text())
    assert manifest["options"]["seed"] == 9
    settings = [tuple(one.values()) for one in manifest["studies"][0]["settings"]]
    assert settings == [
        ("therapies.pamidronate.given", "100 %", "80 %"),
        ("cohort.patients", "1000", "20"),
        ("seed", "1", "9"),
    ]


def test_a_scenario_with_mistakes_exits_with_3_and_one_report(tmp_path):
    wrong = BASE.read_text().replace("given: {value: 100 %", "gven: {value: 100 %")
    wrong = wrong.replace("half_life: {value: 45 days", "half_life: {value: 45 dys")
    (tmp_path / "wrong.yaml").write_text(wrong)
    told = in_a_process("check", tmp_path / "wrong.yaml")
    assert told.returncode == 3
    assert told.stdout == ""
    assert "2 mistakes" in told.stderr
    assert "did you mean 'given'?" in told.stderr
    assert "did you mean 'days'?" in told.stderr
    assert "Traceback" not in told.stderr


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["run"], 2, "Missing argument"),
        (["rnu"], 2, "No such command"),
        (["run", BASE, "--patients", "0"], 2, "--patients"),
        (["check", "no-such-file.yaml"], 3, "no such file"),
        (["check", BASE, "--set", "cohort.femal=50 %"], 3, "did you mean 'female'?"),
        (["check", BASE, "--set", "nonsense"], 3, "path=value"),
    ],
)
def test_mistakes_of_usage_are_told_in_a_line(words, code, said, mastosim):
    told = mastosim(*words)
    assert told.returncode == code
    assert said in told.stderr
    assert "Traceback" not in told.stderr


def test_a_folder_that_is_a_file_is_refused_before_the_simulation(tmp_path, mastosim):
    (tmp_path / "taken").write_text("")
    told = mastosim("run", BASE, "--out", tmp_path / "taken")
    assert told.returncode == 2
    assert "Traceback" not in told.stderr


def test_an_interrupted_run_exits_with_130_and_leaves_nothing(tmp_path):
    words = [*COMMAND, "run", str(BASE), "--patients", "5000", "--out", str(tmp_path)]
    process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    time.sleep(2.5)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert shown(process.returncode) == 130
    assert "Traceback" not in said
    assert not any(tmp_path.rglob("*.csv"))


def test_start_up_leaves_the_heavy_libraries_alone():
    heavy = {"pandas", "matplotlib", "scipy", "simpy"}
    code = f"import sys, sim.cli.main; print(*{heavy} & set(sys.modules))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert told.stdout.strip() == ""
    assert told.returncode == 0


def test_the_environment_of_a_pipe_that_closes_early_is_no_bug(tmp_path):
    words = " ".join([*COMMAND, "check", str(BASE)])
    told = subprocess.run(
        f"{words} | head -n 1", shell=True, capture_output=True, text=True, cwd=ROOT
    )
    assert told.stdout.startswith("laroche2011:")
    assert told.stderr == ""


def test_what_python_raises_is_the_same_report():
    with pytest.raises(ScenarioError, match="1 mistake"):
        load(BASE, ["seed=-1"])
