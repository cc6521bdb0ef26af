"""The command line as a user meets it: output, exit codes, and never a traceback for a mistake."""

import json
import os
import signal
import subprocess
import sys
import time
import warnings
from contextlib import suppress
from pathlib import Path

import click
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
    words = ("run", BASE, "--patients", 20, "--seed", 3, "--engine", "batch", "--keep", "tables")
    return out, in_a_process(*words, "--out", out)


def test_help_shows_an_example(mastosim):
    for words in (["--help"], ["run", "--help"], ["check", "-h"]):
        shown = mastosim(*words)
        assert shown.returncode == 0
        assert "Example: mastosim" in shown.stdout


def test_help_cuts_no_line_and_has_a_word_for_each_value(mastosim, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    every = mastosim("--help").stdout
    lines = every.partition("Scenario files:")[2].partition("Example:")[0].splitlines()
    names = [line.split()[0] for line in lines if line.startswith("  ") and line.strip()]
    assert set(names) == set(commands.commands)
    assert [line for line in lines if line.endswith(("...", "…"))] == []
    for name in names:
        assert " RANGE" not in mastosim(name, "--help").stdout


@pytest.mark.parametrize("width", [60, 80, 100, 140])
def test_help_fits_the_terminal_and_leaves_no_word_out(width, mastosim, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(width))
    for name in ("", *commands.commands):
        lines = mastosim(*filter(None, [name]), "--help").stdout.splitlines()
        assert [line for line in lines if len(line) > width or "..." in line or "…" in line] == []


def test_check_tells_the_protocol_in_words_and_every_assumption(mastosim):
    told = mastosim("check", BASE)
    assert told.returncode == 0
    plan = "36 infusions: 24 monthly on days 0, 30, 61, ..., then 12 quarterly"
    assert plan in told.stdout
    study = load(BASE)
    assert f"{len(study.assumptions)} of the {len(study.numbers)} numbers" in told.stdout
    assert "and 7 more assumptions have no number" in told.stdout
    assert "  pamidronate: pamidronate (comparator, as the last arm)\n" in told.stdout
    for premise in study.premises:
        assert f"  {premise.path}: {premise.text}" in told.stdout
    for number in study.assumptions:
        assert f"  {number.path} = {number.text}" in told.stdout


def test_run_prints_both_tables_and_where_the_files_are(ran):
    out, told = ran
    assert told.returncode == 0
    assert told.stderr == ""
    assert "Reported against simulated" in told.stdout
    assert "combination - pamidronate" in told.stdout
    assert "assumptions" in told.stdout
    folder = told.stdout.strip().splitlines()[-1].removeprefix("Tables: ")
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


def test_a_scenario_with_mistakes_exits_with_3_and_one_report(tmp_path, mastosim):
    wrong = BASE.read_text().replace("given: {value: 100 %", "gven: {value: 100 %")
    wrong = wrong.replace("half_life: {value: 45 days", "half_life: {value: 45 dys")
    (tmp_path / "wrong.yaml").write_text(wrong)
    told = mastosim("check", tmp_path / "wrong.yaml")
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


@pytest.mark.validation
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


def ended_by(monkeypatch, mastosim, end):
    """The command line where a command ends in this way."""

    def ends(**_):
        end()

    monkeypatch.setattr(commands, "main", ends)
    return mastosim("check", BASE)


def interrupted_and_turned_into(error):
    def end():
        with suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        if error is not None:
            raise error

    return end


@pytest.mark.parametrize(
    "error",
    [ValueError("Invalid bounding box"), OSError(28, "No space left"), None, SystemExit(5)],
    ids=repr,
)
def test_an_interrupt_that_a_library_turned_into_something_else_is_an_interrupt(
    error, monkeypatch, mastosim
):
    told = ended_by(monkeypatch, mastosim, interrupted_and_turned_into(error))
    assert told.returncode == 130
    assert told.stderr == "Interrupted; an unfinished result is not kept.\n"
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_the_end_of_a_file_is_no_interrupt(monkeypatch, mastosim):
    def end():
        raise click.Abort from EOFError("Ran out of input")

    told = ended_by(monkeypatch, mastosim, end)
    assert told.returncode == 1
    assert "a bug: EOFError: Ran out of input" in told.stderr


IN_A_TEXT = """
from sim.cli.main import commands, main

def ends(**_):
    exec("import signal; signal.raise_signal(signal.SIGINT)")

commands.main = ends
main()
"""


def test_an_interrupt_within_a_text_that_a_library_executes_exits_with_130(tmp_path):
    (tmp_path / "interrupted.py").write_text(IN_A_TEXT)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(tmp_path)])}
    words = [sys.executable, "-m", "interrupted"]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 130, done.stderr
    assert done.stderr == "Interrupted; an unfinished result is not kept.\n"


@pytest.mark.validation
def test_a_reader_that_ends_early_is_no_mistake():
    """As in `mastosim check FILE | head -1`."""
    process = subprocess.Popen(
        [*COMMAND, "check", str(BASE)], cwd=ROOT,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    process.stdout.close()
    assert process.wait(timeout=60) == 0
    assert process.stderr.read() == ""
    process.stderr.close()


def test_a_warning_of_the_program_is_a_sentence(monkeypatch, mastosim):
    def end():
        warnings.simplefilter("always")
        warnings.warn("the cache is damaged", stacklevel=1)

    told = ended_by(monkeypatch, mastosim, end)
    assert (told.returncode, told.stderr) == (0, "mastosim: the cache is damaged\n")


def test_an_interrupt_while_python_ends_changes_nothing():
    """All is said and kept by then; the first of two functions at the end is called last."""
    program = (
        "import atexit, os, signal, sys; from sim.cli.main import main; "
        "atexit.register(os.kill, os.getpid(), signal.SIGINT); "
        "sys.argv = ['mastosim', '--version']; main()"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
